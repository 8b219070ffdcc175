"""Messages of the server as lines of JSON on the standard error.

https://docs.python.org/3/library/logging.config.html#logging-config-dictschema

No message is written with its traceback: values of a request could stand in it.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from fhir_kb.formats.json import write_json


class JsonLines(logging.Formatter):
    """Writes a message as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": "message",
            "logger": record.name,
            "message": record.getMessage(),
        }
        return write_json(line).decode()


def log_settings() -> dict[str, Any]:
    """Return what ``logging.config`` takes."""
    ours = {"handlers": ["stderr"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "loggers": {"fhir_kb": ours, "_granian": {**ours, "level": "WARNING"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }
