"""What is wrong in the published definitions and put right here."""

import re

import pytest

from fhir_kb.definitions import Constraint, Definitions, load
from fhir_kb.definitions.corrections import INVARIANTS, Correction
from fhir_kb.definitions.structure_corrections import (
    PATTERNS,
    SEARCH_EXPRESSIONS,
    UNDEFINED_COMPONENTS,
)

RELEASES = ("R4", "R4B", "R5")


def constraints(definitions: Definitions) -> list[Constraint]:
    found: list[Constraint] = []
    for name in definitions._types:
        definition = definitions.type(name)
        assert definition is not None
        found += definition.constraints
        for element in definition.elements.values():
            found += element.constraints
    return found


def profile_expressions(definitions: Definitions) -> list[tuple[str, str]]:
    return [
        (constraint["key"], constraint["expression"])
        for profile in definitions.profiles.values()
        for element in profile["differential"]["element"]
        for constraint in element.get("constraint", [])
    ]


@pytest.fixture(scope="module")
def expressions() -> dict[str, set[str]]:
    """Every expression in any release, by the key of its constraint; under * all of them."""
    found: dict[str, set[str]] = {"*": set()}
    for release in RELEASES:
        stated = [(each.key, each.expression) for each in constraints(load(release))]
        for key, expression in (*stated, *profile_expressions(load(release))):
            found.setdefault(key, set()).add(expression)
            found["*"].add(expression)
    return found


@pytest.mark.parametrize("row", INVARIANTS, ids=lambda row: row.subject)
def test_a_corrected_invariant_replaces_the_published_one(
    row: Correction, expressions: dict[str, set[str]]
) -> None:
    assert row.corrected in expressions[row.subject]
    assert row.published not in expressions[row.subject]


@pytest.mark.parametrize("row", PATTERNS, ids=lambda row: row.subject)
def test_a_corrected_pattern_replaces_the_published_one(row: Correction) -> None:
    patterns = set()
    for release in RELEASES:
        definition = load(release).type(row.subject)
        assert definition is not None
        patterns.add(definition.pattern)
    assert row.corrected in patterns
    assert row.published not in patterns


@pytest.mark.parametrize("row", SEARCH_EXPRESSIONS, ids=lambda row: row.subject.rpartition("/")[2])
def test_a_corrected_search_expression_replaces_the_published_one(row: Correction) -> None:
    found = {
        parameter.expression
        for release in RELEASES
        for name in load(release).resource_types
        for parameter in load(release).search_parameters(name).values()
        if parameter.url == row.subject
    }
    assert row.corrected in found or not row.corrected
    assert row.published not in found


@pytest.mark.parametrize("row", (*INVARIANTS, *PATTERNS, *SEARCH_EXPRESSIONS))
def test_every_correction_says_why(row: Correction) -> None:
    assert row.reason.endswith(".")
    assert row.published != row.corrected


def test_a_parameter_that_is_defined_is_not_listed_as_undefined(r5: Definitions) -> None:
    defined = {
        parameter.url
        for name in r5.resource_types
        for parameter in r5.search_parameters(name).values()
    }
    assert not defined & UNDEFINED_COMPONENTS.keys()


@pytest.mark.parametrize(
    ("release", "type_name", "text", "expected"),
    [
        ("R5", "decimal", "1.5e10", True),
        ("R5", "decimal", "1.5e10}", False),
        ("R5", "dateTime", "2024-02-29T12:30:00Z", True),
        ("R5", "dateTime", "2024-02-29T12:30:00.123456789+02:00", True),
        ("R5", "dateTime", "2024-02", True),
        ("R5", "dateTime", "2024-02-29T12:30:00", False),
        ("R5", "dateTime", "2024-02-29Z", False),
        ("R5", "dateTime", "2024+", False),
        ("R4", "base64Binary", "QUJD REVG", True),
        ("R4", "base64Binary", "QUJ", False),
        ("R4", "string", "a\u00a0b", True),
        ("R4", "id", "x" * 64, True),
        ("R4", "id", "x" * 65, False),
        ("R4", "code", "two  spaces", False),
        ("R4", "instant", "2024-02-29T12:30:00Z", True),
        ("R4", "instant", "2024-02-29", False),
    ],
)
def test_patterns(release: str, type_name: str, text: str, expected: bool) -> None:
    definition = load(release).type(type_name)
    assert definition is not None
    assert definition.pattern is not None
    assert expected is bool(re.fullmatch(definition.pattern, text, re.ASCII))


def test_a_long_text_that_fails_takes_no_longer_than_one_that_passes(r4: Definitions) -> None:
    """The published pattern for base64 needs exponential time; a client could hang the server."""
    definition = r4.type("base64Binary")
    assert definition is not None
    assert definition.pattern is not None
    assert re.fullmatch(definition.pattern, "QUJD \n" * 2000 + "!", re.ASCII) is None
