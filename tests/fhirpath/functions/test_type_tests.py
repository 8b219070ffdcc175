"""Types: FHIR's and FHIRPath's own, told apart and inherited."""

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("active is boolean", True),
        ("active is Boolean", False),
        ("true is Boolean", True),
        ("true is System.Boolean", True),
        ("true is boolean", False),
        ("gender is code", True),
        ("gender is string", True),
        ("gender is id", False),
        ("Patient is DomainResource", True),
        ("Patient is FHIR.Patient", True),
        ("Patient is System.Patient", False),
        ("contact is BackboneElement", None),
        ("name[0] is Element", True),
        ("1 is Integer", True),
        ("1 is Decimal", False),
        ("1 is System.Any", True),
        ("@2015 is Date", True),
        ("@T10 is Time", True),
        ("4 'mg' is Quantity", True),
        ("birthDate.extension('urn:age').value is Age", True),
        ("birthDate.extension('urn:age').value is Quantity", True),
        ("birthDate.extension('urn:age').value is Duration", False),
        ("name.given[0].is(string)", True),
        ("{} is string", None),
        ("contained.first().is(Organization)", True),
        ("1.type().name", "Integer"),
        ("active.type().namespace", "FHIR"),
        ("active.type().name", "boolean"),
        ("Patient.type().baseType", "FHIR.DomainResource"),
        ("1.type().baseType", "System.Any"),
    ],
)
def test_one_answer(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("descendants().ofType(HumanName)", 3),
        ("children().ofType(Quantity)", 0),
        ("descendants().ofType(Quantity)", 2),
        ("descendants().ofType(Age)", 1),
        ("gender.ofType(code)", 1),
        ("gender.ofType(string)", 0),
        ("gender.as(string)", 0),
        ("gender as code", 1),
        ("(1 | 'a' | 2.0).ofType(Integer)", 1),
        ("contained.ofType(Organization)", 1),
        ("contained.ofType(Resource)", 1),
    ],
)
def test_of_type(values, text, count) -> None:
    """A primitive must be of the very type, a complex one may be derived."""
    assert [count] == values(f"({text}).count()")
