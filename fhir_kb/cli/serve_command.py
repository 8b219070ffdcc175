"""``fhir-kb serve``: the knowledge over HTTP, by a production server."""

import argparse
import logging
import sys
from dataclasses import replace
from threading import Thread

import waitress

from fhir_kb.settings import read_settings
from fhir_kb.web import create_app
from fhir_kb.web.cds import ready


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; what is not given comes from the environment or the defaults."""
    settings = read_settings()
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    settings = replace(read_settings(), host=arguments.host, port=arguments.port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = create_app(settings)
    # The first order must not wait for the knowledge to be read.
    Thread(target=ready, args=(app,), daemon=True).start()
    url = f"http://{settings.host}:{settings.port}"
    print(f"FHIR R4, R4B and R5 at {url}/fhir/r4, /fhir/r4b and /fhir/r5", file=sys.stderr)
    waitress.serve(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        connection_limit=3000,
        asyncore_use_poll=True,
        max_request_body_size=settings.body_bytes_max,
        ident=None,
    )
    return 0
