"""Builds the definitions' tables from the published packages.

https://hl7.org/fhir/R5/packages.html

``python -m fhir_kb.definitions.build --packages DIR``, where DIR holds the packages named in
``fhir_kb.definitions.releases``, unpacked or as .tgz. The same packages give the same bytes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.building.search_parameters import search_parameters
from fhir_kb.definitions.building.types import TypeReader
from fhir_kb.definitions.corrections import Corrector
from fhir_kb.definitions.releases import RELEASES, Release
from fhir_kb.definitions.search_rows import encode_search_parameter
from fhir_kb.definitions.tables import DATA, path_of, table_bytes
from fhir_kb.definitions.type_rows import encode_type


def tables(packages: PackageFolder) -> Iterator[tuple[Path, bytes]]:
    """Return each table's path and content."""
    corrector = Corrector()
    for release in RELEASES.values():
        yield from _release_tables(release, packages, corrector)


def _release_tables(
    release: Release, packages: PackageFolder, corrector: Corrector
) -> Iterator[tuple[Path, bytes]]:
    reader = TypeReader(packages.resources(release.core, "StructureDefinition"), corrector)
    types = reader.definitions()
    rows = {
        name: encode_type(definition, reader.constraints(definition.base))
        for name, definition in types.items()
    }
    index = {
        "bases": {name: definition.base for name, definition in types.items()},
        "resources": [
            name for name, each in types.items() if each.kind == "resource" and not each.abstract
        ],
    }
    yield path_of(release.name, "types"), table_bytes(release.number, rows, index)
    published = packages.resources(release.core, "SearchParameter")
    parameters = {
        resource_type: [encode_search_parameter(each) for each in each_of_type]
        for resource_type, each_of_type in search_parameters(published, types, corrector).items()
    }
    yield (
        path_of(release.name, "search-parameters"),
        table_bytes(release.number, parameters, {}),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every table next to this module and say how large each is."""
    parser = argparse.ArgumentParser(prog="python -m fhir_kb.definitions.build")
    parser.add_argument("--packages", type=Path, required=True, help="folder of FHIR packages")
    options = parser.parse_args(arguments)
    DATA.mkdir(exist_ok=True)
    for path, content in tables(PackageFolder(options.packages)):
        path.write_bytes(content)
        sys.stdout.write(f"{len(content):>9,} {path.name}\n")


if __name__ == "__main__":
    main()
