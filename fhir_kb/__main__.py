"""``python -m fhir_kb`` is ``fhir-kb``."""

import sys

from fhir_kb.cli import main

if __name__ == "__main__":
    sys.exit(main())
