"""Synthetic AdverseEvent resources of about 2 kB with twelve index values each."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fhir_kb.definitions import SearchParameter, load
from fhir_kb.search import SearchTable
from fhir_kb.store import Entry, IndexRows, StoredResource
from fhir_kb.store.index import DateEntry, QuantityEntry, ReferenceEntry, TokenEntry

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2020, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
SYSTEM = "http://terms.example.org"
PADDING = '"' + "a leaflet's words " * 90 + '"'


PARAMETERS = {
    "code": "token",
    "category": "token",
    "seriousness": "token",
    "drug": "token",
    "actuality": "token",
    "subject": "reference",
    "study": "reference",
    "recorder": "reference",
    "date": "date",
    "_lastUpdated": "date",
    "dose": "quantity",
    "_id": "token",
}


def table() -> SearchTable:
    """Return the parameters by which the synthetic resources are indexed."""
    parameters = {
        code: SearchParameter(code, f"http://terms.example.org/{code}", type, "id")
        for code, type in PARAMETERS.items()
    }
    return SearchTable("R5", load("R5"), {"AdverseEvent": parameters})


def entries(number: int, seed: int = 1) -> Iterator[Entry]:
    """Yield ``number`` entries in row order; the same seed gives the same entries."""
    chance = random.Random(seed)  # noqa: S311
    for position in range(number):
        id = f"event-{position:08}"
        instant = (START + timedelta(seconds=position)).isoformat()
        drug = f"drug-{int(chance.paretovariate(0.8)) % 2000}"
        reaction = f"reaction-{int(chance.paretovariate(0.7)) % 3000}"
        serious = "serious" if chance.random() < 0.55 else "non-serious"
        group = f"group-{int(chance.paretovariate(0.5)) % 5000}"
        day = chance.randrange(12000, 19000) * DAY
        dose = chance.randrange(1, 4000)
        body = (
            f'{{"resourceType":"AdverseEvent","id":"{id}","meta":{{"versionId":"1",'
            f'"lastUpdated":"{instant}"}},"text":{PADDING},"code":"{drug}","event":"{reaction}"}}'
        )
        rows = IndexRows(
            tokens={
                "code": [TokenEntry(SYSTEM, reaction)],
                "category": [TokenEntry(SYSTEM, "medication")],
                "seriousness": [TokenEntry(SYSTEM, serious)],
                "drug": [TokenEntry(SYSTEM, drug)],
                "actuality": [TokenEntry(None, "actual")],
            },
            texts={"code": [reaction]},
            references={
                "subject": [ReferenceEntry("Group", group)],
                "study": [ReferenceEntry("ResearchStudy", f"study-{dose % 40}")],
                "recorder": [ReferenceEntry("Organization", f"organization-{dose % 7}")],
            },
            dates={
                "date": [DateEntry(day, day + DAY - 1)],
                "_lastUpdated": [
                    DateEntry(
                        *2 * ((START - EPOCH) // timedelta(microseconds=1) + position * 1_000_000,)
                    )
                ],
            },
            quantities={"dose": [QuantityEntry(*2 * (dose,), SYSTEM, "mg", "mg")]},
        )
        yield Entry(StoredResource.of("AdverseEvent", id, "1", instant, body.encode()), rows)
