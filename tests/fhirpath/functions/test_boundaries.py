"""The least and greatest that a value may mean: R5's period invariant rests on them."""

from decimal import Decimal

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("input", "precision", "low", "high"),
    [
        ("1.587", "", "1.58650000", "1.58750000"),
        ("1.587", "6", "1.586500", "1.587500"),
        ("1.587", "2", "1.58", "1.59"),
        ("1.587", "0", "1", "2"),
        ("(-1.587)", "2", "-1.59", "-1.58"),
        ("(-1.587)", "0", "-2", "-1"),
        ("1", "", "0.50000000", "1.50000000"),
        ("1.587 'cm'", "4", "1.5865 'cm'", "1.5875 'cm'"),
        ("1.587", "29", None, None),
        ("1.587", "-1", None, None),
        ("@2014", "", "2014-01-01", "2014-12-31"),
        ("@2014", "6", "2014-01", "2014-12"),
        ("@2014-02", "8", "2014-02-01", "2014-02-28"),
        ("@2014-02", "5", None, None),
        ("@2014-02", "10", None, None),
        ("@2014T", "", "2014-01-01T00:00:00.000+14:00", "2014-12-31T23:59:59.999-12:00"),
        ("@2014-01-01T08", "17", "2014-01-01T08:00:00.000+14:00", "2014-01-01T08:59:59.999-12:00"),
        (
            "@2014-01-01T08:05-05:00",
            "",
            "2014-01-01T08:05:00.000-05:00",
            "2014-01-01T08:05:59.999-05:00",
        ),
        ("@2014-01-01T08:05-05:00", "8", "2014-01-01", "2014-01-01"),
        ("@2014-01-01T08:05:01.5Z", "", "2014-01-01T08:05:01.500Z", "2014-01-01T08:05:01.599Z"),
        ("@T10:30", "", "10:30:00.000", "10:30:59.999"),
        ("@T10:30", "2", "10", "10"),
        ("identifier.period.start", "8", "2001-05-01", "2001-05-31"),
        ("{}", "", None, None),
    ],
)
def test_boundaries(values, input, precision, low, high) -> None:
    def shown(text: str) -> list[str]:
        return [f"{v:f}" if isinstance(v, Decimal) else v for v in values(text)]

    assert ([] if low is None else [low]) == shown(f"{input}.lowBoundary({precision})")
    assert ([] if high is None else [high]) == shown(f"{input}.highBoundary({precision})")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.58700.precision()", 5),
        ("100.precision()", 0),
        ("@2014.precision()", 4),
        ("@2014-01-05T10:30:00.000.precision()", 17),
        ("@T10:30.precision()", 4),
        ("{}.precision()", None),
        ("1 'cm'.comparable(1 '[in_i]')", True),
        ("1 'cm'.comparable(1 's')", False),
        ("1 year.comparable(1 'a')", False),
        ("1.comparable(2)", True),
        ("1.comparable('a')", None),
        ("{}.comparable(1)", None),
        ("@2014-05-06T10:30:15.5+02:00.yearOf()", 2014),
        ("@2014-05.monthOf()", 5),
        ("@2014-05.dayOf()", None),
        ("@T10:30.hourOf()", 10),
        ("@T10:30.minuteOf()", 30),
        ("@2014-05-06T10:30:15.secondOf()", 15),
        ("@2014-05-06T10:30:15.5.millisecondOf()", 500),
        ("@T10:30:15.millisecondOf()", None),
        ("@2014-05-06T10:30+02:30.timezoneOffsetOf()", Decimal("2.5")),
        ("@2014-05-06T10:30+02:00.dateOf()", "2014-05-06"),
        ("@2014-05-06T10:30+02:00.timeOf()", "10:30"),
        ("@T10:30.yearOf()", None),
        ("'a'.yearOf()", None),
    ],
)
def test_one_answer(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    "text", ["'a'.lowBoundary()", "true.highBoundary()", "name.first().precision()"]
)
def test_what_has_no_precision_is_refused(values, text) -> None:
    with pytest.raises(FHIRPathError, match="has no (boundaries|precision)"):
        values(text)
