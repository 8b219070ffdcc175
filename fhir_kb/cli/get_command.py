"""``fhir-kb get MedicationKnowledge/thalidomide --fhir r5``: one resource, printed."""

import argparse
import difflib
import sys

from fhir_kb.errors import UnknownResource
from fhir_kb.facts import load_knowledge
from fhir_kb.formats.json import write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.rest.xml_body import xml_body
from fhir_kb.settings import read_settings
from fhir_kb.versions import VERSIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is asked for."""
    parser.add_argument("resource", metavar="TYPE/ID")
    parser.add_argument("--fhir", choices=VERSIONS, default="r4")
    parser.add_argument("--format", choices=("json", "xml"), default="json")


def run(arguments: argparse.Namespace) -> int:
    """Print the resource; refuse one that is not there, naming the nearest."""
    version = VERSIONS[arguments.fhir]
    built = assemble(version, load_knowledge(), read_settings().systems_left_out)
    resources = {f"{resource['resourceType']}/{resource['id']}": resource for resource in built}
    if arguments.resource not in resources:
        near = difflib.get_close_matches(arguments.resource, resources, n=3)
        hint = f"; near it are {', '.join(near)}" if near else ""
        raise UnknownResource(f"{version.name} has no {arguments.resource}{hint}")
    body = write_json(resources[arguments.resource], indent=2)
    if arguments.format == "xml":
        body = xml_body(body, version)
    sys.stdout.buffer.write(body + b"\n")
    return 0
