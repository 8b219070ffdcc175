"""The newest page of observations is enough: no rule looks at a value that a later one replaced.

https://hl7.org/fhir/R4/search.html#sort

Measurements and tests are asked for newest first. Where an answer is in that order, what stands
on further pages is older than all that came, and need not be had. A server that does not sort is
found out by the dates: its first page may be any page.
"""

from datetime import UTC
from itertools import pairwise
from typing import Any

from fhir_kb.cds.references import entries
from fhir_kb.chart.elements import objects, one, text
from fhir_kb.chart.when import When, read_when
from fhir_kb.formats import Json

_SORTED = "_sort=-date"


def newest_page(value: Any, template: str) -> Any:
    """Return the answer to a template without its mention of older pages, if it needs none."""
    if _SORTED not in template or not isinstance(value, dict) or not is_newest_first(value):
        return value
    links = [link for link in objects(value.get("link")) if link.get("relation") != "next"]
    return {**value, "link": links, "total": None}


def is_newest_first(bundle: Json) -> bool:
    """Return whether a Bundle holds observations, all dated, none newer than one before it."""
    found = [item for item in entries(bundle) if item.get("resourceType") == "Observation"]
    dates = [_date(item) for item in found]
    return bool(dates) and all(
        before is not None and after is not None and before.latest >= after.earliest
        for before, after in pairwise([*dates, dates[-1]])
    )


def _date(observation: Json) -> When | None:
    period = one(observation.get("effectivePeriod"))
    written = (
        text(observation.get("effectiveDateTime"))
        or text(observation.get("effectiveInstant"))
        or text(period.get("start"))
    )
    return read_when(written, UTC)
