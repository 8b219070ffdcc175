"""A resource keeps every digit and extension through XML, in each version of FHIR."""

import json
from pathlib import Path

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import MalformedContent
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.formats.xml import read_xml, read_xml_located, write_xml

RESOURCES = Path(__file__).parent / "resources"
FOLDERS = {"R4": "r4", "R4B": "r4", "R5": "r5"}
RESOURCE_FILES = [
    pytest.param(version, path, id=f"{version}-{path.stem}")
    for version, folder in FOLDERS.items()
    for path in sorted((RESOURCES / folder).iterdir())
]

ORACLE = Path(__file__).resolve().parents[3] / "shared/oracle/validator"


def oracle_cases():
    """Return (version, file, whether it is valid) of each XML file that is judged on its own."""
    if not ORACLE.exists():
        reason = "the validation cases in ../shared/oracle are absent"
        return [pytest.param("R4", "", True, marks=pytest.mark.skip(reason=reason))]
    cases = json.loads((ORACLE / "cases.json").read_text())["cases"]
    valid = {
        (case["version"], case["file"]): case["expected"]["valid"]
        for case in cases
        if case["format"] == "xml" and case["tier"] == 1 and case["version"] in FOLDERS
    }
    return [pytest.param(*key, each, id=f"{key[0]}-{key[1]}") for key, each in valid.items()]


@pytest.mark.parametrize(("version", "path"), RESOURCE_FILES)
def test_a_resource_is_the_same_to_the_byte_after_a_walk_through_xml(version, path):
    types = load(version).type
    resource = read_json(path.read_bytes())
    for indent in (None, 2):
        again = read_xml(write_xml(resource, types, indent=indent), types)
        assert write_json(resource) == write_json(again)


@pytest.mark.parametrize(("version", "file", "valid"), oracle_cases())
def test_a_file_that_is_valid_elsewhere_has_no_fault_here(version, file, valid):
    """A reader that finds fault with sound files would make the whole validator untrustworthy."""
    types = load(version).type
    try:
        resource, faults, _ = read_xml_located((ORACLE / file).read_bytes(), types)
    except MalformedContent:
        assert not valid
        return
    assert not (valid and faults)
    if not faults:
        assert resource == read_xml(write_xml(resource, types), types)
