"""Conversions: what converts, what does not, and that one tells about the other."""

from decimal import Decimal

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("input", "function", "expected"),
    [
        ("'T'", "Boolean", True),
        ("'no'", "Boolean", False),
        ("1", "Boolean", True),
        ("0.0", "Boolean", False),
        ("2", "Boolean", None),
        ("'maybe'", "Boolean", None),
        ("@2015", "Boolean", None),
        ("active", "Boolean", True),
        ("'-1'", "Integer", -1),
        ("'+7'", "Integer", 7),
        ("true", "Integer", 1),
        ("'1.0'", "Integer", None),
        ("1.0", "Integer", None),
        ("'2147483648'", "Integer", None),
        ("'2147483648'", "Long", 2147483648),
        ("'9223372036854775808'", "Long", None),
        ("'1'", "Decimal", Decimal(1)),
        ("'1.50'", "Decimal", Decimal("1.50")),
        ("true", "Decimal", Decimal(1)),
        ("'1e3'", "Decimal", None),
        ("'2015-02'", "Date", "2015-02"),
        ("'2015-02-30'", "Date", None),
        ("@2015-02-04T14:30Z", "Date", "2015-02-04"),
        ("'2015-02-04T14:30Z'", "Date", "2015-02-04"),
        ("@T14:30", "Date", None),
        ("'2015-02-04T14'", "DateTime", "2015-02-04T14"),
        ("@2015-02-04", "DateTime", "2015-02-04"),
        ("'14:30'", "Time", "14:30"),
        ("'25:00'", "Time", None),
        ("@2015", "Time", None),
        ("1", "String", "1"),
        ("1.50", "String", "1.50"),
        ("false", "String", "false"),
        ("@2014-12-14", "String", "2014-12-14"),
        ("@T10:30", "String", "10:30"),
        ("1 'wk'", "String", "1 'wk'"),
        ("4 days", "String", "4 days"),
        ("1 week", "String", "1 week"),
        ("birthDate", "String", "1974-12-25"),
        ("birthDate.extension('urn:birthTime').value", "String", "1974-12-25T14:35:45-05:00"),
        ("name.first()", "String", None),
        ("'4 days'", "Quantity", "4 days"),
        ("'10 \\'mm[Hg]\\''", "Quantity", "10 'mm[Hg]'"),
        ("'1'", "Quantity", "1 '1'"),
        ("'1 wk'", "Quantity", None),
        ("true", "Quantity", "1.0 '1'"),
        ("7", "Quantity", "7 '1'"),
        ("@2015", "Quantity", None),
    ],
)
def test_conversions(values, input, function, expected) -> None:
    assert ([] if expected is None else [expected]) == values(f"({input}).to{function}()")
    assert [expected is not None] == values(f"({input}).convertsTo{function}()")


@pytest.mark.parametrize("function", ["Boolean", "Integer", "String", "Quantity", "Date"])
def test_nothing_converts_to_nothing(values, function) -> None:
    assert values(f"{{}}.to{function}()") == []
    assert values(f"{{}}.convertsTo{function}()") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("52 'cm'.toQuantity('m')", "0.52 'm'"),
        ("24 'm'.toQuantity('kg')", None),
        ("45.toQuantity('m')", None),
        ("1 'a'.toQuantity('d')", "365.25 'd'"),
        ("1 'wk'.toQuantity('d')", "7 'd'"),
        ("7 days.toQuantity('wk')", "1 'wk'"),
        ("182.5 days.toQuantity('a')", "0.5 'a'"),
        ("2 year.toQuantity('a')", "2 'a'"),
        ("1 year.toQuantity('months')", "12 months"),
        ("12 'mo'.toQuantity('year')", "1 year"),
    ],
)
def test_a_quantity_in_another_unit(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)
    tells = text.replace("toQuantity", "convertsToQuantity")
    assert [expected is not None] == values(tells)


def test_several_items_do_not_convert(values) -> None:
    with pytest.raises(FHIRPathError, match="found 2"):
        values("(1 | 2).toString()")
