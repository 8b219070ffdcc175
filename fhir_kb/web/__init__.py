"""The Flask application: URLs, headers, status codes and one error handler; nothing else."""

from fhir_kb.web.application import create_app

__all__ = ["create_app"]
