"""``fhir-kb serve``: the knowledge over HTTP, by a production server."""

import argparse
import os
import sys
from dataclasses import replace

from fhir_kb.settings import checked, read_settings, unknown_settings
from fhir_kb.web.serving import check_start, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; what is not given comes from the environment or the defaults."""
    settings = read_settings()
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)
    parser.add_argument("--workers", type=int, default=settings.workers, help="processes")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; refuse what would keep the server from its work before it starts."""
    settings = checked(
        replace(
            read_settings(), host=arguments.host, port=arguments.port, workers=arguments.workers
        )
    )
    check_start(settings)
    for line in unknown_settings(os.environ):
        print(line, file=sys.stderr)
    serve(settings)
    return 0
