"""What a command prints for other programs to read."""

import sys

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json


def print_json(content: Json) -> None:
    """Print JSON in UTF-8, whatever the terminal's encoding, each element on a line of its own."""
    sys.stdout.buffer.write(write_json(content, indent=2) + b"\n")
