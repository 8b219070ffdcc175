"""Dates compare as ranges, whatever their precision."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020", {"dvt"}),
        ("2020-03", set()),
        ("ne2020", {"pe", "plain"}),
        ("gt2020-04-29", {"dvt", "pe"}),
        ("gt2020-04-30", {"pe"}),
        ("lt2020-03-02", {"dvt", "plain"}),
        ("lt2020-03-01", {"plain"}),
        ("ge2020-03", {"dvt", "pe"}),
        ("le2020-04", {"dvt", "plain"}),
        ("sa2020-04-14", {"pe"}),
        ("sa2020-04-15", set()),
        ("eb2020", {"plain"}),
        ("eb2020-05", {"dvt", "plain"}),
        ("ap2019-12", {"dvt", "pe", "plain"}),
        ("2020,lt2000", {"dvt", "plain"}),
        ("gt2020-04-30T23:59:59.999Z", {"pe"}),
        ("gt2020-05-01T01:00:00+02:00", {"dvt", "pe"}),
        ("gt2020-05-01T02:00:00+02:00", {"pe"}),
    ],
)
def test_a_date_finds(value: str, expected: set[str], world: Any) -> None:
    """A period without an end goes on for ever."""
    assert world.found("AdverseEvent", ("onset", value)) == expected


def test_two_dates_bound_a_range(world: Any) -> None:
    """Repetition narrows: each condition may be met by another value of the resource."""
    pairs = (("onset", "ge2020-03"), ("onset", "le2020-04-20"))
    assert world.found("AdverseEvent", *pairs) == {"dvt", "pe"}


@pytest.mark.parametrize(
    ("value", "expected"), [("2024-05-01", 4), ("gt2024-05-01T00:00:00Z", 0), ("lt2024-05-02", 4)]
)
def test_updates_are_dates(value: str, expected: int, world: Any) -> None:
    assert world.search("AdverseEvent", ("_lastUpdated", value)).total == expected


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2020-13",
        "2020-02-30",
        "20",
        "0000",
        "2020-01-01T25:00",
        "gt",
        "xx2020",
        "٢٠٢٠",
    ],
)
def test_what_is_no_date_is_refused(value: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match="a date is written"):
        world.search("AdverseEvent", ("onset", value))
