"""``fhir-kb package --fhir r5``: the knowledge as a FHIR package."""

import argparse
from pathlib import Path

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts import load_knowledge
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.disk import replace_file
from fhir_kb.publish.package import build_package
from fhir_kb.settings import read_settings
from fhir_kb.versions import VERSIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the FHIR version and the file."""
    parser.add_argument("--fhir", choices=VERSIONS, default="r4")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: NAME-VERSION.tgz")


def run(arguments: argparse.Namespace) -> int:
    """Write the package, and print its name and SHA-256; refuse a place that takes no file."""
    version, knowledge = VERSIONS[arguments.fhir], load_knowledge()
    resources = assemble(version, knowledge, read_settings().systems_left_out)
    release = knowledge.release
    package = build_package(version, release.version, release.date, resources)
    path: Path = arguments.output or Path(package.file_name)
    try:
        replace_file(path, package.content)
    except OSError as error:
        raise KnowledgeError(f"{path} cannot be written: {error.strerror}") from error
    print(f"{package.name}@{package.version} sha256:{package.digest.hex()} {path}")
    return 0
