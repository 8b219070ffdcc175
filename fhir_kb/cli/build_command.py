"""``fhir-kb build``: facts become one snapshot per FHIR version."""

import argparse
from pathlib import Path

from fhir_kb.publish.release import build_release
from fhir_kb.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder that is built into."""
    parser.add_argument("--data", type=Path, default=read_settings().data, metavar="FOLDER")


def run(arguments: argparse.Namespace) -> int:
    """Build the knowledge and say what was built."""
    manifest = build_release(arguments.data, left_out=read_settings().systems_left_out)
    for mount, number in manifest.resources.items():
        print(f"{mount}: {number} resources, knowledge release {manifest.release}")
    return 0
