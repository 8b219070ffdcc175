"""A date says a span of time: what it leaves open is not decided."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from fhir_kb.chart.when import read_when

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-11-20T12:00:00Z", "yes", "yes"),
        ("2026-11-20T12:00:01Z", "yes", "no"),
        ("2026-11-20T11:59:59.999Z", "no", "yes"),
        ("2026-11-20T13:00:00+01:00", "yes", "yes"),
        ("2026-11-20T12:00Z", "yes", "unknown"),
        ("2026-11-20T12:30:00", "yes", "no"),
        ("2026-11-20", "unknown", "unknown"),
        ("2026-11-21", "yes", "no"),
        ("2026-11-19", "no", "yes"),
        ("2026-11", "unknown", "unknown"),
        ("2026-10", "no", "yes"),
        ("2025-12", "no", "yes"),
        ("2026", "unknown", "unknown"),
        ("2027", "yes", "no"),
    ],
)
def test_before_or_after_an_instant(text: str, since: str, until: str) -> None:
    when = read_when(text, UTC)
    assert when is not None
    assert (when.since(NOON), when.until(NOON)) == (since, until)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2026-02-30", "20261120", "2026-11-20T25:00:00Z", "26"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_when(text, UTC) is None


def test_a_date_without_a_zone_is_of_the_caller_s() -> None:
    """In Tokyo the day begins nine hours before it begins in London."""
    tokyo = read_when("2026-11-20", timezone(timedelta(hours=9)))
    london = read_when("2026-11-20", UTC)
    assert tokyo is not None
    assert london is not None
    assert london.earliest - tokyo.earliest == timedelta(hours=9)


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("2026-11-19", "yes"),
        ("2026-11-20", "unknown"),
        ("2026-11-21", "no"),
        ("2026-11", "unknown"),
    ],
)
def test_between_two_instants(text: str, between: str) -> None:
    when = read_when(text, UTC)
    assert when is not None
    assert when.between(NOON - timedelta(days=2), NOON) == between


@pytest.mark.parametrize(
    ("birth", "years"),
    [
        ("1956-11-20", (70, 70)),
        ("1956-11-21", (69, 69)),
        ("1956-02-29", (70, 70)),
        ("1956", (69, 70)),
        ("1956-11", (69, 70)),
    ],
)
def test_an_age_is_as_uncertain_as_the_birth(birth: str, years: tuple[int, int]) -> None:
    when = read_when(birth, UTC)
    assert when is not None
    assert when.years_before(NOON) == years
