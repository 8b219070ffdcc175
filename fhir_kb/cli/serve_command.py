"""``fhir-kb serve``: the knowledge over HTTP, by a production server."""

import argparse
import sys
from dataclasses import replace

from fhir_kb.settings import read_settings
from fhir_kb.web.serving import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; what is not given comes from the environment or the defaults."""
    settings = read_settings()
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)
    parser.add_argument("--workers", type=int, default=settings.workers, help="processes")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = replace(
        read_settings(), host=arguments.host, port=arguments.port, workers=arguments.workers
    )
    url = f"http://{settings.host}:{settings.port}"
    print(f"FHIR R4, R4B and R5 at {url}/fhir/r4, /fhir/r4b and /fhir/r5", file=sys.stderr)
    serve(settings)
    return 0
