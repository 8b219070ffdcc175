"""Doses and laboratory values may be compared only when their units measure the same thing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.units import canonical, convert


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1", "g", "mg", "1000"),
        ("1500", "mg", "g", "1.5"),
        ("6.8", "g/dL", "g/L", "68"),
        ("150", "10*9/L", "/uL", "150000"),
        ("150", "10*3/uL", "10*9/L", "150"),
        ("4.5", "10*12/L", "10*6/uL", "4.5"),
        ("1", "[lb_av]", "kg", "0.45359237"),
        ("70", "kg", "[lb_av]", "154.3235835294142854"),
        ("1", "[in_i]", "cm", "2.54"),
        ("12", "mo", "a", "1"),
        ("2", "wk", "d", "14"),
        ("100", "mg/d", "mg/wk", "700"),
        ("1", "%", "10*-2", "1"),
        ("3", "/100{WBCs}", "%", "3"),
        ("5", "[IU]/L", "m[iU]/mL", "5"),
        ("1", "mol/L", "umol/mL", "1000"),
        ("1", "cm[H2O]", "Pa", "98.0665"),
        ("37", "Cel", "[degF]", "98.6"),
        ("98.6", "[degF]", "Cel", "37"),
        ("-40", "Cel", "[degF]", "-40"),
        ("0", "K", "Cel", "-273.15"),
        ("80", "[degRe]", "Cel", "100"),
        ("7", "[pH]", "umol/L", "0.1"),
        ("20", "dB", "B", "2"),
        ("3", "B", "1", "1000"),
        ("8", "bit_s", "1", "256"),
        ("45", "deg", "%[slope]", "100"),
        ("100", "[p'diop]", "deg", "45"),
    ],
)
def test_value_is_carried_over(value: str, source: str, target: str, expected: str) -> None:
    converted = convert(Decimal(value), source, target)
    assert converted is not None
    assert abs(converted - Decimal(expected)) < Decimal("1E-13")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pytest.param("umol/L", "mg/dL", id="amount and mass need the molar mass"),
        pytest.param("mg/d", "mg", id="a daily dose is not a dose"),
        pytest.param("K/uL", "10*3/uL", id="K is kelvin"),
        pytest.param("[IU]", "[USP'U]", id="arbitrary units are each their own"),
        pytest.param("[IU]", "mg", id="an arbitrary unit is not a mass"),
        pytest.param("[IU]", "1", id="an arbitrary unit is not a number"),
        pytest.param("Cel/min", "K/min", id="a scale within a unit is only comparable with itself"),
        pytest.param("Cel", "m", id="temperature and length"),
        pytest.param("mg", "mcg", id="no UCUM code"),
        pytest.param("IU", "IU", id="neither is a UCUM code"),
    ],
)
def test_what_does_not_compare_is_not_converted(source: str, target: str) -> None:
    assert convert(Decimal(1), source, target) is None


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("27.00", "mg", "g", "0.02700"),
        ("27.00", "g", "g", "27.00"),
        ("6.80", "g/dL", "g/L", "68.0"),
    ],
)
def test_significant_digits_are_kept(value: str, source: str, target: str, expected: str) -> None:
    """A value as printed tells how exactly it was measured."""
    assert str(convert(Decimal(value), source, target)) == expected


@pytest.mark.parametrize(
    ("value", "source", "target", "factor"),
    [
        ("0.12345678901234567890123456789012345678901", "[lb_av]", "kg", "0.45359237"),
        ("0.12345678901234567890123456789012345678901", "bit", "TiBy", Fraction(1, 2**43)),
    ],
)
def test_result_with_an_end_is_exact(
    value: str, source: str, target: str, factor: str | Fraction
) -> None:
    converted = convert(Decimal(value), source, target)
    assert converted is not None
    assert Fraction(converted) == Fraction(value) * Fraction(factor)


@pytest.mark.parametrize(
    ("value", "code", "expected", "unit"),
    [
        ("6.8", "g/dL", "68000", "g.m-3"),
        ("150", "10*9/L", "150E12", "m-3"),
        ("37.0", "Cel", "310.15", "K"),
        ("50", "mg/d", "0.0000005787037037037037037037037037037037", "g.s-1"),
        ("1", "[IU]/L", "1000", "[iU].m-3"),
        ("3", "{tablets}", "3", "1"),
    ],
)
def test_canonical_value_is_in_base_units(value: str, code: str, expected: str, unit: str) -> None:
    assert canonical(Decimal(value), code) == (Decimal(expected), unit)


@pytest.mark.parametrize(
    ("value", "code"),
    [("1", "mcg"), ("-1E9", "[pH]"), ("1E999999", "kg")],
)
def test_what_has_no_canonical_value_gives_none(value: str, code: str) -> None:
    assert canonical(Decimal(value), code) is None


CODES = ["kg", "[lb_av]", "mg", "[oz_av]", "[gr]", "t"]


@given(
    value=st.decimals(min_value=-10000, max_value=10000, places=4),
    source=st.sampled_from(CODES),
    target=st.sampled_from(CODES),
)
def test_there_and_back_is_the_same_value(value: Decimal, source: str, target: str) -> None:
    there = convert(value, source, target)
    assert there is not None
    back = convert(there, target, source)
    assert back is not None
    assert abs(back - value) < Decimal("1E-20")
