"""``fhir-kb schema MedicationKnowledge --fhir r5``: the strict JSON Schema of a resource type."""

import argparse

from fhir_kb.cli.printing import print_json
from fhir_kb.definitions import load
from fhir_kb.definitions.releases import RELEASES
from fhir_kb.validation.json_schema import resource_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the resource type and the FHIR version."""
    parser.add_argument("type", metavar="TYPE")
    parser.add_argument(
        "--fhir", choices=[name.lower() for name in RELEASES], type=str.lower, default="r4"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the schema; refuse a type that this version does not have."""
    print_json(resource_schema(load(arguments.fhir.upper()), arguments.type))
    return 0
