"""Only where observations were asked for newest first, and came so, is one page enough."""

from typing import Any

import pytest
from cds_calls import bundle, measured

from fhir_kb.cds.newest_page import newest_page

SORTED = "Observation?patient=1&_sort=-date&_count=3"
MORE = [{"relation": "next", "url": "https://ehr.example.org/2"}, {"relation": "self", "url": "x"}]


def page(*dates: str) -> Any:
    values = [measured("777-3", f"v{i}", 1, "10*3/uL", date) for i, date in enumerate(dates)]
    return {**bundle(*values), "link": MORE, "total": 900}


@pytest.mark.parametrize(
    ("dates", "enough"),
    [
        (("2026-11-19", "2026-11-18", "2026-01-01"), True),
        (("2026-11-19T08:00:00Z", "2026-11-19", "2026-11"), True),
        (("2026-11-19", "2026-11-19T08:00:00Z"), True),
        (("2026-11-19",), True),
        (("2026-11-18", "2026-11-19"), False),
        (("2026-11-19", "yesterday"), False),
        ((), False),
    ],
)
def test_a_page_in_order_is_enough(dates: tuple[str, ...], enough: bool) -> None:
    """A day and an hour of that day may stand either way round."""
    kept = newest_page(page(*dates), SORTED)
    assert ("next" not in {link["relation"] for link in kept["link"]}) is enough
    assert (kept["total"] is None) is enough


def test_other_searches_need_all_their_pages() -> None:
    """Observations among conditions say nothing of the conditions that did not come."""
    found = page("2026-11-19")
    assert newest_page(found, "Condition?patient=1") is found


@pytest.mark.parametrize("period", ["effectivePeriod", "effectiveInstant"])
def test_every_kind_of_date_is_read(period: str) -> None:
    found = page("2026-11-19", "2026-11-18")
    for entry in found["entry"]:
        date = entry["resource"].pop("effectiveDateTime")
        entry["resource"][period] = {"start": date} if "Period" in period else f"{date}T08:00:00Z"
    assert newest_page(found, SORTED)["total"] is None
