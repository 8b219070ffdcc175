"""Logic, order and arithmetic."""

import itertools
from decimal import Decimal

import pytest

from fhir_kb.errors import FHIRPathError

_TRUTH = {"true": True, "false": False, "{}": None}
_RULES = {
    "and": lambda a, b: False if False in (a, b) else None if None in (a, b) else True,
    "or": lambda a, b: True if True in (a, b) else None if None in (a, b) else False,
    "xor": lambda a, b: None if None in (a, b) else a is not b,
    "implies": lambda a, b: True if a is False or b is True else None if None in (a, b) else b,
}


@pytest.mark.parametrize(
    ("operator", "left", "right"), list(itertools.product(_RULES, _TRUTH, _TRUTH))
)
def test_truth_tables(values, operator, left, right) -> None:
    expected = _RULES[operator](_TRUTH[left], _TRUTH[right])
    assert ([] if expected is None else [expected]) == values(f"{left} {operator} {right}")


def test_rows_of_logic(values) -> None:
    assert values("true and {} and false") == [False]
    assert values("true and true and true") == [True]
    assert values("false or {} or false") == []
    assert values("false or {} or true") == [True]


def test_one_item_that_is_no_boolean_counts_as_true(values) -> None:
    assert values("birthDate and 'x'") == [True]
    assert values("0.not()") == [False]
    with pytest.raises(FHIRPathError, match=r"a single Boolean, found 3: Patient.name\[0\]"):
        values("name and true")


def test_a_boolean_without_a_value_is_no_truth(values) -> None:
    assert values("deceased and true") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 < 2", True),
        ("2 <= 2.0", True),
        ("'abc' > 'ABC'", True),
        ("'a' >= 'b'", False),
        ("@2018-03 > @2018-03-01", None),
        ("birthDate < today()", True),
        ("now() > today()", None),
        ("{} < 1", None),
        ("telecom.rank.first() < 2", True),
        ("name.count() >= 3", True),
    ],
)
def test_order(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    "text", ["1 < 'a'", "true < false", "name.first() < 1", "@2012 < @T10", "@2012 < '2013'"]
)
def test_what_has_no_order_is_refused(values, text) -> None:
    with pytest.raises(FHIRPathError, match="cannot be compared"):
        values(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2", 3),
        ("1.2 + 1.8", Decimal("3.0")),
        ("'a' + 'b'", "ab"),
        ("'a' + {}", None),
        ("'a' & {} & 'b'", "ab"),
        ("{} & {}", ""),
        ("2 * 3.5", Decimal("7.0")),
        ("1 / 2", Decimal("0.5")),
        ("4 / 2", Decimal(2)),
        ("1 / 0", None),
        ("5 div 2", 2),
        ("-5 div 2", -2),
        ("5.5 div 0.7", Decimal(7)),
        ("5 div 0", None),
        ("5 mod 2", 1),
        ("-5 mod 2", -1),
        ("5.5 mod 0.7", Decimal("0.6")),
        ("5 mod 0", None),
        ("2147483647 + 1", None),
        ("2147483647 + 1L", 2147483648),
        ("9223372036854775807L + 1L", None),
        ("-(-3)", 3),
        ("+5", 5),
        ("-{}", None),
    ],
)
def test_arithmetic(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


def test_a_whole_number_stays_one(nodes) -> None:
    types = ["1 + 1", "1 + 1L", "1 + 1.0", "4 div 2", "4 / 2"]
    assert [nodes(text)[0].type for text in types] == [
        "System.Integer",
        "System.Long",
        "System.Decimal",
        "System.Integer",
        "System.Decimal",
    ]


@pytest.mark.parametrize(
    "text", ["'a' - 'b'", "1 + 'a'", "true + 1", "-true", "-'a'", "name.first() & 'a'", "1 & 'a'"]
)
def test_what_cannot_be_calculated_is_refused(values, text) -> None:
    with pytest.raises(FHIRPathError, match=r"cannot (be applied|have a sign)"):
        values(text)


def test_several_items_are_refused_where_one_is_needed(values) -> None:
    with pytest.raises(FHIRPathError, match=r"found 2: Patient.name\[0\].family"):
        values("name.family & 'x'")
