"""Regular expressions, and that no pattern can hang or fill the server."""

import time

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Budget, Environment, compile_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'N8000123123'.matches('^N[0-9]{8}$')", False),
        ("'N8000123123'.matches('N[0-9]{8}')", True),
        ("'N8000123123'.matchesFull('N[0-9]{8}')", False),
        ("'N8000123123'.matchesFull('N[0-9]{10}')", True),
        (r"'A\nB'.matches('A.*B')", True),
        ("'FHIR'.matches('fhir')", False),
        ("'FHIR'.matches('fhir', 'i')", True),
        (r"'one\ntwo'.matches('^two')", False),
        (r"'one\nTWO'.matches('^two', 'im')", True),
        (r"'é'.matches('^\\p{L}$')", True),
        ("'a'.matches({})", None),
        ("'123456'.replaceMatches('[35]', '-')", "12-4-6"),
        ("'abc'.replaceMatches('', 'x')", "abc"),
        ("'abc'.replaceMatches('b', {})", None),
        ("'aaabaa'.replaceMatches('aa', '\"aa\"')", '"aa"ab"aa"'),
        (
            r"'11/30/1972'.replaceMatches('(?<m>\\d{1,2})/(?<d>\\d{1,2})/(?<y>\\d{2,4})', "
            "'${d}-${m}-${y}')",
            "30-11-1972",
        ),
        ("'ab'.replaceMatches('(a)(b)', '$2$1')", "ba"),
        ("'A'.replaceMatches('a', 'x', 'i')", "x"),
    ],
)
def test_patterns(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'a'.matches('(')", "is no regular expression"),
        ("'a'.matches('a', 'x')", "'x' is no flag of a pattern; there are i and m"),
        ("'a'.replaceMatches('a', '$1')", "no group '1'"),
        ("'a'.replaceMatches('a', '${b}')", "no group 'b'"),
        ("'a'.matches('((a{1000}){1000}){1000}')", "repeats too often"),
        ("'a'.matches('(a{99})(b{300}){300}')", "repeats too often"),
        (f"'a'.matches('{'a' * 3000}')", "3000 characters is not read"),
    ],
)
def test_refusals(values, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message):
        values(text)


def test_repeats_of_published_patterns_are_no_bomb(values) -> None:
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert values(f"'c757873d-ec9a-4326-a141-556f43239520'.matchesFull('{uuid}')") == [True]
    assert values("'Abc'.matches('^[A-Z]([A-Za-z0-9_]){0,254}$')") == [True]


def test_a_pattern_without_end_is_stopped(r4) -> None:
    expression = compile_expression(f"'{'a' * 40}!'.matches('^(a|a)*$')", r4)
    environment = Environment(budget=Budget(match_seconds=0.05))
    start = time.monotonic()
    with pytest.raises(FHIRPathError, match=r"found no end within 0.05 s"):
        expression.evaluate({}, environment)
    assert time.monotonic() - start < 2
