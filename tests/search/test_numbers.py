"""A number in a question stands for all that round to it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.search.numbers import approximate_interval, implicit_interval, number_of


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("100", "99.5", "100.5"),
        ("100.00", "99.995", "100.005"),
        ("5.40", "5.395", "5.405"),
        ("1e2", "50", "150"),
        ("1.0e2", "95", "105"),
        ("0", "-0.5", "0.5"),
        ("-5", "-5.5", "-4.5"),
        ("1e-9", "0.5e-9", "1.5e-9"),
    ],
)
def test_an_interval_has_the_width_of_the_last_digit(text: str, low: str, high: str) -> None:
    number = number_of(text)
    assert number is not None
    assert implicit_interval(number) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("text", "low", "high"), [("100", "90", "110"), ("-100", "-110", "-90"), ("0", "0", "0")]
)
def test_approximately_is_within_a_tenth(text: str, low: str, high: str) -> None:
    assert approximate_interval(Decimal(text)) == (Decimal(low), Decimal(high))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8))
def test_a_number_lies_in_its_own_interval(number: Decimal) -> None:
    low, high = implicit_interval(number)
    assert low < number < high


@pytest.mark.parametrize(
    "text", ["", "NaN", "inf", "1_000", "0x10", "1e99999", " 1", "1 ", "5.", ".5", "٣"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_of(text) is None
