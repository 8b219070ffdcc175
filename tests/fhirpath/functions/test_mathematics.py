"""Functions on numbers and quantities."""

from decimal import Decimal

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(-5).abs()", 5),
        ("(-5.5).abs()", Decimal("5.5")),
        ("(-5.5 'mg').abs()", "5.5 'mg'"),
        ("1.1.ceiling()", 2),
        ("(-1.1).ceiling()", -1),
        ("(-2.1).floor()", -3),
        ("2.floor()", 2),
        ("(-1.56).truncate()", -1),
        ("1.9 'mg'.truncate()", "1 'mg'"),
        ("3.14159.round(3)", Decimal("3.142")),
        ("2.5.round()", Decimal(3)),
        ("(-0.5).round()", Decimal(-1)),
        ("2.55 'mg'.round(1)", "2.6 'mg'"),
        ("1.round({})", None),
        ("81.sqrt()", Decimal(9)),
        ("(-1).sqrt()", None),
        ("0.exp()", Decimal(1)),
        ("1000.exp()", None),
        ("1.ln()", Decimal(0)),
        ("0.ln()", None),
        ("16.log(2)", Decimal(4)),
        ("100.0.log(10.0)", Decimal(2)),
        ("8.log(1)", None),
        ("8.log({})", None),
        ("2.power(3)", 8),
        ("2.power(-1)", Decimal("0.5")),
        ("2.5.power(2)", Decimal("6.25")),
        ("(-1).power(0.5)", None),
        ("0.power(0)", None),
        ("2.power(1000000000)", None),
        ("1.5.power(1000000)", None),
        ("10.power(12)", None),
        ("(1 | 2 | 3).sum()", 6),
        ("(1.0 | 2.5).sum()", Decimal("3.5")),
        ("(1 'g' | 500 'mg').sum()", "1500 'mg'"),
        ("{}.sum()", None),
        ("(1 'g' | 1 'm').sum()", None),
        ("(2 | 4 | 9).avg()", Decimal(5)),
        ("(5.5 'cm' | 4.5 'cm').avg()", "5.0 'cm'"),
        ("(2 | 4 | 1).min()", 1),
        ("('b' | 'a').max()", "b"),
        ("(@2012-12-31 | @2013-01-01).max()", "2013-01-01"),
        ("(@2012 | @2012-01).min()", None),
        ("(1 'g' | 1500 'mg').max()", "1500 'mg'"),
        ("{}.max()", None),
        ("telecom.rank.sum()", 3),
    ],
)
def test_one_answer(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'a'.abs()", r"abs\(\) needs a number, not a String"),
        ("true.sqrt()", r"sqrt\(\) needs a number, not a Boolean"),
        ("1 'mg'.sqrt()", r"sqrt\(\) needs a number, not a Quantity"),
        ("2.power('a')", r"power\(\) needs a number, not a String"),
        ("1.round(-1)", r"keeps from 0 to 27 digits, not -1"),
        ("('a' | 'b').sum()", "no sum of values of type String"),
        ("(1 | 'b').min()", "cannot be compared"),
        ("(1 | 2).abs()", "found 2"),
    ],
)
def test_refusals(values, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message):
        values(text)
