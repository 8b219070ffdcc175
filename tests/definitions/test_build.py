"""The tables in the package are those that the tool builds."""

import gzip
import os
from pathlib import Path

import pytest

from fhir_kb.definitions.build import tables
from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.tables import DATA

PACKAGES = os.environ.get("FHIR_PACKAGES")


@pytest.mark.skipif(not PACKAGES, reason="FHIR_PACKAGES names no folder of FHIR packages")
def test_building_again_gives_the_same_tables() -> None:
    """Compared unpacked, because builds of zlib differ in how they pack."""
    built = dict(tables(PackageFolder(Path(PACKAGES or ""))))
    assert {path.name for path in DATA.iterdir()} == built.keys()
    differing = [
        name
        for name, content in built.items()
        if gzip.decompress(content) != gzip.decompress((DATA / name).read_bytes())
    ]
    assert differing == []
