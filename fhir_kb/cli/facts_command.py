"""``fhir-kb facts check`` and ``fhir-kb facts coverage``: for who writes the facts."""

import argparse
from pathlib import Path

from fhir_kb.cli.printing import print_json
from fhir_kb.facts import file_schema, load_knowledge
from fhir_kb.facts.reading import FILE_KINDS
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.coverage import carriers
from fhir_kb.versions import VERSIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three tasks."""
    tasks = parser.add_subparsers(dest="task", required=True)
    check = tasks.add_parser("check", help="read every authored file and name each mistake")
    check.add_argument("folder", nargs="?", type=Path, help="the packaged knowledge by default")
    coverage = tasks.add_parser("coverage", help="print fact, version and the element it is in")
    coverage.add_argument("folder", nargs="?", type=Path)
    coverage.add_argument(
        "--missing", action="store_true", help="only facts that are in no element"
    )
    schema = tasks.add_parser("schema", help="print the JSON Schema of a kind of file")
    schema.add_argument("kind", choices=FILE_KINDS)


def run(arguments: argparse.Namespace) -> int:
    """Run the task."""
    match arguments.task:
        case "check":
            return _check(arguments.folder)
        case "coverage":
            return _coverage(arguments.folder, arguments.missing)
        case _:
            print_json(file_schema(arguments.kind))
            return 0


def _check(folder: Path | None) -> int:
    knowledge = load_knowledge(folder)
    print(
        f"{len(knowledge.facts)} facts on {len(knowledge.drugs)} medicines and "
        f"{len(knowledge.studies)} studies from {len(knowledge.sources)} sources: no mistake found"
    )
    return 0


def _coverage(folder: Path | None, only_missing: bool) -> int:
    """Print one line per fact, version and element; exit 1 when a fact is in none."""
    knowledge = load_knowledge(folder)
    missing = 0
    for version in VERSIONS.values():
        found = carriers(assemble(version, knowledge))
        for fact in knowledge.facts:
            places = found.get(fact, [])
            missing += not places
            if places and not only_missing:
                for place in places:
                    print(f"{fact}\t{version.name}\t{place}")
            elif not places:
                print(f"{fact}\t{version.name}\t(in no element)")
    return 1 if missing else 0
