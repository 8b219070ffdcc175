"""Quantities: doses in different units must compare right or not at all."""

import pytest

from fhir_kb.fhirpath import compile_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 'g' = 4000 'mg'", True),
        ("4 'g' = 4040 'mg'", False),
        ("1 'cm' = 1 's'", None),
        ("1 'cm' = 1 'furlong'", None),
        ("1 'furlong' = 1 'furlong'", True),
        ("50 'mg' < 1 'g'", True),
        ("1 'mg' < 1 'mL'", None),
        ("7 days = 1 week", True),
        ("7 days = 1 'wk'", True),
        ("1 hour = 3600 's'", True),
        ("1 year = 12 months", True),
        ("365 days = 1 year", True),
        ("1 year = 1 'a'", None),
        ("1 year = 12 'mo'", None),
        ("1 year > 1 'a'", None),
        ("6 months > 1 year", False),
        ("10 seconds > 1 's'", True),
        ("23 = 23 '1'", True),
        ("1 'mg' = '1 mg'", False),
        ("1 year ~ 1 'a'", True),
        ("1 year ~ 12 'mo'", True),
        ("1 second ~ 1 's'", True),
        ("4 'g' ~ 4040 'mg'", True),
        ("2.1 'cm' ~ 22 'mm'", False),
        ("1 'cm' ~ 1 's'", False),
        ("birthDate.extension('urn:weight').value = 3250 'g'", True),
        ("birthDate.extension('urn:age').value > 45 years", True),
        ("birthDate.extension('urn:age').value = 46 years", True),
    ],
)
def test_comparison(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 'm' + 3 'cm'", "303 'cm'"),
        ("3 'cm' - 3 'm'", "-297 'cm'"),
        ("1 week + 14 days", "21 days"),
        ("1 'wk' + 2 days", "9 days"),
        ("3 'd' + 1 'wk'", "10 'd'"),
        ("1 year + 2 years", "3 years"),
        ("1 year + 12 months", None),
        ("2 + 2 'cm'", None),
        ("2 + 2 '1'", "4 '1'"),
        ("3 * 2 'cm'", "6 'cm'"),
        ("3 'cm' * 2 'm'", "6 'cm.m'"),
        ("12 day * 45 'm'", None),
        ("2 * 4 days", "8 days"),
        ("120 'm' / 60 's'", "2 'm/s'"),
        ("60 / 1 's'", "60 '/s'"),
        ("60 's' / 2", "30 's'"),
        ("1 'g' / 2 'g'", "0.5 '1'"),
        ("1 'g' / 0 'g'", None),
        ("6 'kg' / 2 'm.s'", "3 'kg/(m.s)'"),
        ("-(5.5 'mg')", "-5.5 'mg'"),
        ("birthDate.extension('urn:weight').value * 2", "6.500 'kg'"),
    ],
)
def test_arithmetic(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


def test_products_in_other_units_compare(values) -> None:
    assert values("2.0 'cm' * 2.0 'm' = 0.040 'm2'") == [True]


def test_a_caller_may_bring_other_units(values) -> None:
    def units(value, source, target):
        return value * 20 if (source, target) == ("[tab]", "mg") else None

    assert values("2 '[tab]' = 40 'mg'", units=units) == []
    assert values("40 'mg' = 2 '[tab]'", units=units) == []
    assert values("2 '[tab]'.toQuantity('mg')", units=units) == ["40 'mg'"]


def test_a_quantity_with_a_comparator_has_no_exact_value(r4) -> None:
    """``< 5 mg`` is neither 5 mg nor less than 4 mg for certain."""
    resource = {
        "resourceType": "Observation",
        "valueQuantity": {"value": 5, "comparator": "<", "unit": "mg", "code": "mg"},
    }
    texts = ["value < 10 'mg'", "value > 10", "value = 5 'mg'"]
    answers = [
        [node.value for node in compile_expression(text, r4).evaluate(resource)] for text in texts
    ]
    assert answers == [[], [], []]
