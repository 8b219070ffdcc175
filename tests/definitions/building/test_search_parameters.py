"""Sharing one search parameter among several resource types."""

import pytest

from fhir_kb.definitions import Definitions, TypeDefinition
from fhir_kb.definitions.building.search_parameters import restricted, split_union


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("Patient.name", ["Patient.name"]),
        ("A.b | C.d", ["A.b", "C.d"]),
        ("(A.b as X)|(C.d as Y)", ["(A.b as X)", "(C.d as Y)"]),
        ("(a | b).first()", ["(a | b).first()"]),
        ("A.where(x = '|' or y = ')') | B.c", ["A.where(x = '|' or y = ')')", "B.c"]),
        ("A.where(x in ('a' | 'b')) | B[0 | 1]", ["A.where(x in ('a' | 'b'))", "B[0 | 1]"]),
    ],
)
def test_only_the_outermost_union_is_split(expression: str, parts: list[str]) -> None:
    assert parts == list(split_union(expression))


@pytest.fixture
def types(r4: Definitions) -> dict[str, TypeDefinition]:
    names = ("Resource", "DomainResource", "Patient", "Person", "Bundle")
    return {name: definition for name in names if (definition := r4.type(name))}


@pytest.mark.parametrize(
    ("expression", "base", "own"),
    [
        ("Patient.name | Person.name", "Person", "Person.name"),
        (
            "(Patient.deceased as dateTime) | Person.name",
            "Patient",
            "(Patient.deceased as dateTime)",
        ),
        ("Resource.id | Person.name", "Patient", "Resource.id"),
        ("DomainResource.text", "Bundle", ""),
        ("Patient.name | Patient.contact.name", "Patient", "Patient.name | Patient.contact.name"),
        ("Person.name", "Patient", ""),
        (
            "(birthDate | deceased).first() | Person.name",
            "Patient",
            "(birthDate | deceased).first()",
        ),
        ("(start | end).first()", "Patient", ""),
        ("", "Patient", ""),
    ],
)
def test_a_part_belongs_to_the_type_it_starts_at(
    expression: str, base: str, own: str, types: dict[str, TypeDefinition]
) -> None:
    assert own == restricted(expression, base, types)
