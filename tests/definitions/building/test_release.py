"""A whole release compiled, from packages in a folder to rows."""

import json
from pathlib import Path

import pytest

from fhir_kb.definitions.building.code_systems import code_systems
from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.building.release import ReleaseCompiler
from fhir_kb.definitions.releases import TERMINOLOGY, Package, Release
from fhir_kb.formats import Json

CORE = Package("example.core", "1.0.0")
EXTENSIONS = Package("example.extensions", "1.0.0")
COLORS = "http://example.org/colors"
NAMES = "http://example.org/names"


def resource(resource_type: str, url: str, **content: object) -> Json:
    return {"resourceType": resource_type, "id": url.rpartition("/")[2], "url": url, **content}


def write(folder: Path, package: Package, resources: list[Json]) -> None:
    inside = folder / package.name / "package"
    inside.mkdir(parents=True)
    (inside / "package.json").write_text(json.dumps({"version": package.version}))
    for each in resources:
        (inside / f"{each['resourceType']}-{each['id']}.json").write_text(json.dumps(each))


def concepts(*codes: str) -> list[Json]:
    return [{"code": code} for code in codes]


@pytest.fixture
def compiler(tmp_path: Path, structures: list[Json], nickname: Json) -> ReleaseCompiler:
    colors = resource("CodeSystem", COLORS, content="complete", concept=concepts("red", "mauve"))
    names = resource("ValueSet", NAMES, compose={"include": [{"system": COLORS}]})
    everything = resource(
        "ValueSet", "http://example.org/all", compose={"include": [{"valueSet": [NAMES]}]}
    )
    unused = resource("ValueSet", "http://example.org/unused", compose=names["compose"])
    short = resource(
        "ValueSet",
        "http://example.org/short",
        compose={"include": [{"system": COLORS, "concept": concepts("red")}]},
    )
    search = resource(
        "SearchParameter",
        "http://example.org/SearchParameter/Thing-name",
        code="name",
        base=["Thing"],
        type="string",
        expression="Thing.name | Other.name",
    )
    write(tmp_path, CORE, [*structures, colors, names, everything, unused, search])
    write(tmp_path, EXTENSIONS, [nickname, short])
    maintained = resource("CodeSystem", COLORS, content="complete", concept=concepts("red", "blue"))
    write(tmp_path, TERMINOLOGY, [maintained])
    packages = PackageFolder(tmp_path)
    shared = code_systems(packages.resources(TERMINOLOGY, "CodeSystem"))
    return ReleaseCompiler(Release("X", "1.0.0", CORE, EXTENSIONS), packages, shared, Corrector())


def test_the_index_tells_bases_and_resource_types_apart(compiler: ReleaseCompiler) -> None:
    index = compiler.type_index()
    assert index["resources"] == ["Thing"]
    assert index["bases"]["Thing.part"] == "Element"
    assert list(compiler.type_rows()) == list(index["bases"])


def test_a_code_system_row_holds_what_the_shared_system_lost(compiler: ReleaseCompiler) -> None:
    (row,) = compiler.code_system_rows().values()
    assert list(row[2]) == ["mauve"]


def test_bound_value_sets_are_expanded_over_both_copies_of_a_system(
    compiler: ReleaseCompiler,
) -> None:
    """Bound by an element, as a maximum, and by an extension inside an extension."""
    rows = compiler.value_set_rows()
    assert {url: row[0] for url, row in rows.items()} == {
        "http://example.org/all": {COLORS: ["blue", "mauve", "red"]},
        "http://example.org/names": {COLORS: ["blue", "mauve", "red"]},
        "http://example.org/short": {COLORS: ["red"]},
    }


def test_search_parameters_are_listed_for_every_resource_type(compiler: ReleaseCompiler) -> None:
    assert [row[3] for row in compiler.search_parameter_rows()["Thing"]] == ["Thing.name"]


def test_extensions_of_the_maintained_package_are_compiled(compiler: ReleaseCompiler) -> None:
    assert list(compiler.extension_rows()) == ["http://hl7.org/fhir/StructureDefinition/nickname"]
