"""A code means what its system says it means."""

import pytest

from fhir_kb.errors import UnknownCode
from fhir_kb.terminology import Terminology, lookup

DISEASES = "https://example.org/diseases"


def test_lookup_tells_all_that_is_known(terminology: Terminology) -> None:
    found = lookup(terminology, DISEASES, "thalassemia")
    assert found.name == "Diseases"
    assert found.version == "2"
    assert found.display == "Thalassemia"
    assert found.definition == "Too little globin is made."
    assert found.designations == ({"language": "de", "value": "Thalassämie"},)
    assert found.parents == ("blood",)
    assert found.children == ("beta",)


def test_parents_may_be_named_by_a_property(terminology: Terminology) -> None:
    assert lookup(terminology, DISEASES, "myeloma").parents == ("blood", "cancer")


def test_case_does_not_matter_where_the_system_says_so(terminology: Terminology) -> None:
    assert lookup(terminology, DISEASES, "MYELOMA").code == "myeloma"


def test_case_matters_elsewhere(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match="did you mean 'male'"):
        lookup(terminology, "http://hl7.org/fhir/administrative-gender", "Male")


@pytest.mark.parametrize(
    ("system", "code", "display"),
    [
        ("http://hl7.org/fhir/administrative-gender", "female", "Female"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "DRG", "Drug Interaction Alert"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode|9.0.0", "PREG", "Pregnancy Alert"),
    ],
)
def test_codes_of_the_specification_are_known(
    terminology: Terminology, system: str, code: str, display: str
) -> None:
    assert lookup(terminology, system, code).display == display


def test_unknown_code_names_the_nearest(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match="did you mean 'myeloma'"):
        lookup(terminology, DISEASES, "myelom")


def test_unknown_system_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match=r"http://loinc\.org is not held"):
        lookup(terminology, "http://loinc.org", "718-7")


def test_given_resource_comes_before_the_specification(terminology: Terminology) -> None:
    other = {
        "resourceType": "CodeSystem",
        "url": "http://hl7.org/fhir/administrative-gender",
        "content": "complete",
        "concept": [{"code": "male", "display": "Man"}],
    }
    system = "http://hl7.org/fhir/administrative-gender"
    assert lookup(terminology.beside([other]), system, "male").display == "Man"
    assert lookup(terminology, system, "male").display == "Male"


def test_supplement_does_not_replace_what_it_supplements(terminology: Terminology) -> None:
    supplement = {"resourceType": "CodeSystem", "url": DISEASES, "content": "supplement"}
    assert lookup(terminology.beside([supplement]), DISEASES, "beta").code == "beta"
