"""One file can serve several versions: what a version has no element for is left out there."""

from pathlib import Path

import pytest

from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.versions import VERSIONS
from fhir_kb.versions.conformance import has_element, own_search_parameters

EACH_VERSION = pytest.mark.parametrize("mount", list(VERSIONS))


def conformance(mount: str, type: str) -> dict[str, Json]:
    resources = VERSIONS[mount].conformance
    return {each["id"]: each for each in resources if each["resourceType"] == type}


@pytest.mark.parametrize(
    ("profile", "held"),
    [
        ("kb-medication", {"r4", "r4b", "r5"}),
        ("kb-detected-issue", {"r4", "r4b"}),
        ("kb-effect-evidence-synthesis", {"r4"}),
        ("kb-evidence", {"r4b", "r5"}),
        ("kb-citation", {"r4b", "r5"}),
        ("p-value", {"r4"}),
        ("effect-detail", {"r4b", "r5"}),
    ],
)
def test_a_profile_stands_where_its_type_does(profile: str, held: set[str]) -> None:
    having = {mount for mount in VERSIONS if profile in conformance(mount, "StructureDefinition")}
    assert having == held


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("r4", {"MedicationKnowledge.contraindication"}),
        ("r4b", {"MedicationKnowledge.contraindication"}),
        ("r5", {"MedicationKnowledge.clinicalUseIssue"}),
    ],
)
def test_an_extension_stands_where_the_version_has_an_element(
    mount: str, expected: set[str]
) -> None:
    """R4 keeps contraindications as DetectedIssue, R5 as ClinicalUseDefinition."""
    extension = conformance(mount, "StructureDefinition")["contraindicated-condition"]
    assert {context["expression"] for context in extension["context"]} == expected


@EACH_VERSION
def test_a_structure_definition_says_its_fhir_version(mount: str) -> None:
    stated = {each["fhirVersion"] for each in conformance(mount, "StructureDefinition").values()}
    assert stated == {VERSIONS[mount].number}


@pytest.mark.parametrize(
    ("mount", "path", "known"),
    [
        ("r4", "Quantity", True),
        ("r4", "ResearchStudy.arm", True),
        ("r5", "ResearchStudy.arm", False),
        ("r5", "ResearchStudy.comparisonGroup", True),
        ("r4", "MedicationKnowledge.administrationGuidelines.dosage.dosage", True),
        ("r5", "MedicationKnowledge.administrationGuidelines.dosage.dosage", False),
        ("r4", "Observation.value[x]", True),
        ("r4", "Evidence.statistic.attributeEstimate", False),
        ("r4b", "Evidence.statistic.attributeEstimate", True),
        ("r5", "EffectEvidenceSynthesis", False),
    ],
)
def test_an_element_is_known_by_its_path(mount: str, path: str, known: bool) -> None:
    assert has_element(VERSIONS[mount].definitions, path) is known


def test_every_context_in_a_file_holds_in_some_version() -> None:
    """A misspelt context would be left out everywhere, in silence."""
    files = (Path(__file__).resolve().parents[2] / "profiles").glob("*/StructureDefinition-*.json")
    written = {
        context["expression"]
        for file in files
        for context in read_json(file.read_bytes()).get("context", [])
    }
    held = {
        path
        for path in written
        for each in VERSIONS.values()
        if has_element(each.definitions, path)
    }
    assert written == held


@EACH_VERSION
def test_each_resource_has_a_narrative_of_its_parts(mount: str) -> None:
    for resource in VERSIONS[mount].conformance:
        assert resource["text"]["status"] == "generated"
    parameter = conformance(mount, "SearchParameter")["adverse-event-frequency"]
    assert parameter["code"] in parameter["text"]["div"]
    system = conformance(mount, "CodeSystem")["fact-flag"]
    assert all(concept["display"] in system["text"]["div"] for concept in system["concept"])


def test_search_parameters_are_sorted_by_the_types_they_search() -> None:
    parameter = {
        "resourceType": "SearchParameter",
        "code": "x",
        "url": "http://example.org/x",
        "type": "token",
        "expression": "code",
        "description": "A code",
        "base": ["Observation", "Medication"],
    }
    found = own_search_parameters([parameter, {"resourceType": "ValueSet"}])
    assert {type: [each.code for each in all] for type, all in found.items()} == {
        "Observation": ["x"],
        "Medication": ["x"],
    }
