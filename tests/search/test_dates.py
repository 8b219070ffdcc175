"""A date stands for all instants of its precision."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.search.dates import period_of

SECOND = 1_000_000
DAY = 86_400 * SECOND


@pytest.mark.parametrize(
    ("text", "low", "length"),
    [
        ("1970", 0, 365 * DAY),
        ("1972-02", (2 * 365 + 31) * DAY, 29 * DAY),
        ("1970-01-02", DAY, DAY),
        ("1970-01-01T00:01", 60 * SECOND, 60 * SECOND),
        ("1970-01-01T00:00:01Z", SECOND, SECOND),
        ("1970-01-01T00:00:00.5Z", SECOND // 2, SECOND // 10),
        ("1970-01-01T00:00:00.000001Z", 1, 1),
        ("1970-01-01T00:00:00.0000019Z", 1, 1),
        ("1970-01-01T01:00:00+01:00", 0, SECOND),
        ("1969-12-31T19:00:00-05:00", 0, SECOND),
        ("1969-12-31", -DAY, DAY),
    ],
)
def test_a_period_has_the_length_of_its_precision(text: str, low: int, length: int) -> None:
    assert period_of(text) == (low, low + length - 1)


@pytest.mark.parametrize(
    "text", ["0001", "9999", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_the_ends_of_the_calendar_have_periods(text: str) -> None:
    """The next year after 9999 does not exist, yet 9999 ends."""
    assert period_of(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000",
        "10000",
        "2020-00",
        "2020-2",
        "2020-02-30",
        "2020-01-01T",
        "2020-01-01T10",
        "2020-01-01T24:00",
        "2020-01-01T10:60",
        "2020-01-01T10:00:60",
        "2020-01-01T10:00:00+15:00",
        "2020-01-01 10:00",
        "2020Z",
        " 2020",
        "2020\n",
        "２０２０",
    ],
)
def test_what_is_no_date_has_no_period(text: str) -> None:
    assert period_of(text) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_lies_in_each_of_its_precisions(moment: datetime) -> None:
    text = moment.isoformat(timespec="microseconds").replace("+00:00", "")
    whole = period_of(text + "Z")
    assert whole is not None
    for length in (4, 7, 10, 16, 19, 23):
        part = period_of(text[:length])
        assert part is not None
        assert part.low <= whole.low <= whole.high <= part.high
