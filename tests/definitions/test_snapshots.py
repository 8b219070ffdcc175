"""The specification's snapshots are whole: what they say agrees with the types' definitions."""

import os
from pathlib import Path

import pytest

from fhir_kb.definitions import Definitions, Snapshots
from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.building.snapshots import snapshots
from fhir_kb.definitions.releases import release

PACKAGES = os.environ.get("FHIR_PACKAGES")


@pytest.fixture
def held(definitions: Definitions) -> Snapshots:
    return Snapshots(definitions.name)


def test_every_data_type_is_held(definitions: Definitions, held: Snapshots) -> None:
    """A profile may walk into any of them."""
    roots = {type: held.elements(type)[0]["path"] for type in held.types}
    assert roots == {type: type for type in held.types}
    used = {
        row["code"]
        for type in held.types
        for element in held.elements(type)
        for row in element.get("type", [])
        if not row["code"].startswith("http://hl7.org/fhirpath/")
    }
    assert used - definitions.resource_types <= held.types


@pytest.mark.parametrize("type", ["Library", "Extension", "Dosage", "Observation", "Timing"])
def test_the_elements_are_those_of_the_type(
    type: str, definitions: Definitions, held: Snapshots
) -> None:
    """Both come from the same publication by different ways."""
    for element in held.elements(type):
        owner, _, name = element["path"].rpartition(".")
        shape = definitions.type(owner) if owner else None
        if shape is not None:
            expected = shape.elements[name.removesuffix("[x]")]
            most = "*" if expected.max is None else str(expected.max)
            assert (element["min"], element["max"]) == (expected.min, most), element["path"]
            assert element.get("isModifier", False) is expected.modifier


def test_every_element_is_described_and_has_an_origin(held: Snapshots) -> None:
    """What sdf-3 demands of every snapshot that is made of these."""
    for type in held.types:
        for element in held.elements(type):
            assert element["id"] == element["path"]
            assert element["short"], element["path"]
            assert element["definition"], element["path"]
            assert {"path", "min", "max"} == element["base"].keys()
            assert all("source" in each for each in element.get("constraint", []))


def test_an_inherited_element_is_called_by_its_place(held: Snapshots) -> None:
    text = next(each for each in held.elements("Library") if each["path"] == "Library.text")
    assert (text["id"], text["base"]["path"]) == ("Library.text", "DomainResource.text")


def test_a_type_that_is_not_held_has_no_elements(held: Snapshots) -> None:
    assert held.elements("Patient") == []


@pytest.mark.skipif(not PACKAGES, reason="FHIR_PACKAGES names no folder of FHIR packages")
def test_nothing_is_lost_between_the_packages_and_the_tables(
    definitions: Definitions, held: Snapshots
) -> None:
    of_release = release(definitions.name)
    structures = PackageFolder(Path(PACKAGES or "")).resources(
        of_release.core, "StructureDefinition"
    )
    expected = snapshots(structures, of_release.pages)
    assert {type: held.elements(type) for type in sorted(held.types)} == expected
