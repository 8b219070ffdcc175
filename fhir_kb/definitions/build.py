"""Builds the definitions' tables from the published packages.

https://hl7.org/fhir/R5/packages.html

``python -m fhir_kb.definitions.build --packages DIR``, where DIR holds the packages named in
``fhir_kb.definitions.releases``, unpacked or as .tgz. The same packages give the same bytes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fhir_kb.definitions.building.code_systems import code_systems
from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.building.release import ReleaseCompiler
from fhir_kb.definitions.codes import encode_code_system
from fhir_kb.definitions.releases import RELEASES, TERMINOLOGY
from fhir_kb.definitions.tables import DATA, file_name, table_bytes


def tables(packages: PackageFolder) -> Iterator[tuple[str, bytes]]:
    """Return each table's file name and content."""
    corrector = Corrector()
    maintained = code_systems(packages.resources(TERMINOLOGY, "CodeSystem"))
    rows = {url: encode_code_system(each) for url, each in maintained.items()}
    yield file_name("terminology", "code-systems"), table_bytes(TERMINOLOGY.version, rows, {})
    for release in RELEASES.values():
        compiler = ReleaseCompiler(release, packages, maintained, corrector)
        contents = {
            "types": (compiler.type_rows(), compiler.type_index()),
            "search-parameters": (compiler.search_parameter_rows(), {}),
            "value-sets": (compiler.value_set_rows(), {}),
            "code-systems": (compiler.code_system_rows(), {}),
            "extensions": (compiler.extension_rows(), {}),
            "profiles": (compiler.profile_rows(), {}),
            "snapshots": compiler.snapshot_table(),
        }
        for content, (rows, index) in contents.items():
            yield file_name(release.name, content), table_bytes(release.number, rows, index)
    corrector.require_all_met()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every table next to this module and say how large each is."""
    parser = argparse.ArgumentParser(prog="python -m fhir_kb.definitions.build")
    parser.add_argument("--packages", type=Path, required=True, help="folder of FHIR packages")
    options = parser.parse_args(arguments)
    DATA.mkdir(exist_ok=True)
    for name, content in tables(PackageFolder(options.packages)):
        (DATA / name).write_bytes(content)
        sys.stdout.write(f"{len(content):>9,} {name}\n")


if __name__ == "__main__":
    main()
