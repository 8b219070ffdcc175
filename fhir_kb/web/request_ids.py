"""The id by which one request can be found in the logs of every server it passed.

https://www.rfc-editor.org/rfc/rfc9110#name-fields
"""

import re
import secrets
from itertools import count

HEADER = "X-Request-Id"
_VALID = re.compile(r"[A-Za-z0-9._:-]{1,64}").fullmatch


class RequestIds:
    """Makes ids that no other process makes; a caller's own id is kept when it is harmless."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._process = secrets.token_hex(6)

    def of(self, given: str | None) -> str:
        """Return the caller's id, or a new one for none or for one that could forge a log line."""
        if given is not None and _VALID(given):
            return given
        return f"{self._process}-{next(self._numbers):x}"
