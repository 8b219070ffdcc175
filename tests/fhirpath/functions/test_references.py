"""resolve(): contained resources, what the caller finds, and types told by the reference alone."""

import pytest

from fhir_kb.fhirpath import compile_expression


def test_a_contained_resource_is_found_without_help(values) -> None:
    assert values("managingOrganization.resolve().name") == ["Acme"]
    assert values("managingOrganization.resolve() is Organization") == [True]


def test_the_caller_finds_others(values) -> None:
    known = {"Practitioner/1": {"resourceType": "Practitioner", "id": "1", "active": True}}
    assert values("generalPractitioner.resolve().active", resolve=known.get) == [True]
    assert values("'Practitioner/1'.resolve().id", resolve=known.get) == ["1"]
    assert values("generalPractitioner.resolve().active") == []


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("Practitioner", ["Practitioner/1"]),
        ("Organization", ["http://example.org/fhir/Organization/2/_history/3"]),
        ("PractitionerRole", ["urn:uuid:0"]),
        ("Patient", []),
        ("DomainResource", None),
    ],
)
def test_a_type_is_told_by_the_reference(values, type, expected) -> None:
    """Search indexes ``subject.where(resolve() is Patient)`` without fetching the subject."""
    found = values(f"generalPractitioner.where(resolve() is {type}).reference")
    assert len(found) == 3 if expected is None else expected == found
    assert found == values(f"generalPractitioner.where(resolve().is({type})).reference")


@pytest.mark.parametrize(
    "reference", ["urn:uuid:1", "Unknown/1", "Patient", "Patient/with space", "#missing", "", 5]
)
def test_a_reference_that_names_no_type_is_of_none(r4, reference) -> None:
    resource = {"resourceType": "Observation", "subject": {"reference": reference}}
    expression = compile_expression("subject.where(resolve() is Resource)", r4)
    assert expression.evaluate(resource) == []
