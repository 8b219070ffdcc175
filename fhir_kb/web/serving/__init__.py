"""The production server: granian, and what stands between it and the application."""

from fhir_kb.web.serving.server import serve

__all__ = ["serve"]
