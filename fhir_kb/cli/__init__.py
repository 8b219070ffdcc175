"""The ``fhir-kb`` command: one module per subcommand, loaded only when it is called.

``fhir-kb --version`` starts nearly as fast as Python itself: nothing heavy is imported here.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from fhir_kb import __version__
from fhir_kb.errors import FhirKbError, SettingError

COMMANDS: Mapping[str, str] = {
    "serve": "serve the knowledge as FHIR over HTTP",
    "build": "build the knowledge into a folder",
    "import": "load bulk data beside the knowledge",
    "facts": "check the authored facts, or list where each is published",
    "get": "print one resource",
    "validate": "validate resources and bundles against FHIR and profiles",
    "cds": "ask decision support about an order, and read its cards",
    "package": "write the knowledge as a FHIR package",
    "schema": "print the JSON Schema of a resource type",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 refused, 2 called wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not given or given[0] not in COMMANDS:
        parser.parse_args(given)
        parser.print_help()
        return 2
    command = import_module(f"fhir_kb.cli.{given[0].replace('-', '_')}_command")
    own = argparse.ArgumentParser(prog=f"fhir-kb {given[0]}", description=COMMANDS[given[0]])
    try:
        command.add_arguments(own)
        return int(command.run(own.parse_args(given[1:])))
    except FhirKbError as error:
        print(error.message, file=sys.stderr)
        return 2 if isinstance(error, SettingError) else 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<8} {words}" for name, words in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="fhir-kb",
        description="Medication knowledge as FHIR R4, R4B and R5.",
        epilog=f"commands:\n{lines}\n\nfhir-kb COMMAND --help tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fhir-kb {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    return parser
