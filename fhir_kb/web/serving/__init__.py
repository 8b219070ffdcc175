"""The production server: granian, and what stands between it and the application."""

from fhir_kb.web.serving.server import serve
from fhir_kb.web.serving.start_checks import check_start

__all__ = ["check_start", "serve"]
