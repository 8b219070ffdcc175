"""The WSGI entry: ``app`` for any WSGI server; ``python server.py`` serves by itself."""

import sys

from fhir_kb.cli import main
from fhir_kb.web import create_app

if __name__ == "__main__":
    main(["serve"])
else:
    app = create_app(log=sys.stdout.buffer)
