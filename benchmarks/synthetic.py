"""Synthetic R5 AdverseEvents as lines of NDJSON in order of their update."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fhir_kb.formats.json import write_json

START = datetime(2020, 1, 1, tzinfo=UTC)
TERMS = "http://terms.example.org"
DRUGS = 2000
WORDS = (
    "after the third cycle of treatment pain swelling and fever of the left lower leg were seen "
    "and the dose was halved until the count of neutrophils had risen above one thousand again"
).split()


def _concept(kind: str, number: int) -> dict[str, object]:
    coding = {
        "system": f"{TERMS}/{kind}",
        "code": f"{kind}-{number}",
        "display": f"{kind} {number}",
    }
    return {"coding": [coding], "text": f"{kind} {number} as reported"}


def _suspect(drug: int, relatedness: int) -> dict[str, Any]:
    medicine = {"reference": f"Medication/drug-{drug}", "display": f"drug {drug} 10 mg capsules"}
    return {
        "instanceReference": medicine,
        "causality": {"entityRelatedness": _concept("relatedness", relatedness)},
    }


def _event(position: int, chance: random.Random) -> dict[str, Any]:
    """Return one report: two thousand medicines, three thousand reactions, seventy sites."""
    drug = int(chance.paretovariate(0.8)) % DRUGS
    reaction = int(chance.paretovariate(0.7)) % 3000
    group = int(chance.paretovariate(0.5)) % 5000
    day = date(2003, 1, 1) + timedelta(days=chance.randrange(7000))
    serious = chance.random() < 0.55
    return {
        "resourceType": "AdverseEvent",
        "id": f"event-{position:08}",
        "meta": {
            "versionId": "1",
            "lastUpdated": (START + timedelta(seconds=position)).isoformat(),
            "source": f"{TERMS}/site/{group % 70}",
            "profile": [f"{TERMS}/StructureDefinition/report"],
            "tag": [{"system": f"{TERMS}/tag", "code": "synthetic"}],
        },
        "status": "completed",
        "actuality": "actual",
        "category": [_concept("category", chance.randrange(6))],
        "code": _concept("reaction", reaction),
        "subject": {"reference": f"Group/group-{group}", "display": f"group {group}"},
        "occurrenceDateTime": day.isoformat(),
        "recordedDate": (day + timedelta(days=chance.randrange(30))).isoformat(),
        "seriousness": _concept("seriousness", int(serious)),
        "outcome": [_concept("outcome", chance.randrange(5))],
        "recorder": {"reference": f"Organization/site-{group % 70}"},
        "study": [{"reference": f"ResearchStudy/study-{drug % 40}"}],
        "suspectEntity": [_suspect(drug, chance.randrange(4))],
        "note": [{"text": " ".join(chance.choices(WORDS, k=30))}],
    }


def lines(number: int, size: int = 0, seed: int = 1) -> Iterator[bytes]:
    """Yield ``number`` lines of ``size`` bytes, or as long as they are, about 1.6 kB.

    The same seed gives the same lines.
    """
    chance = random.Random(seed)  # noqa: S311
    for position in range(number):
        event = _event(position, chance)
        yield sized(event, size) if size else write_json(event)


def sized(event: dict[str, Any], size: int, *, only: str = "") -> bytes:
    """Return an event as text of exactly ``size`` bytes.

    As much structure as fits is put in, of each kind that an event may have or of one ``only``:
    words alone would spare those who look into every element. The rest is a narrative that no
    other event has.
    """
    chance = random.Random(event["id"])  # noqa: S311
    event["text"] = _narrative("")
    missing = size - len(write_json(event))
    for element, item in _more(chance):
        if only and element != only:
            continue
        missing -= len(write_json({element: [item]}))
        if missing < 0:
            break
        event.setdefault(element, []).append(item)
    missing = size - len(write_json(event))
    start = chance.randrange(len(_PROSE) - missing)
    event["text"] = _narrative(_PROSE[start : start + missing])
    return write_json(event)


def _more(chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield elements that may come again, for ever."""
    while True:
        yield "suspectEntity", _suspect(chance.randrange(DRUGS), chance.randrange(4))
        person = {"reference": f"Practitioner/person-{chance.randrange(3000)}"}
        yield (
            "participant",
            {"function": _concept("function", chance.randrange(8)), "actor": person},
        )
        for element, kinds in (
            ("contributingFactor", 300),
            ("preventiveAction", 50),
            ("mitigatingAction", 80),
        ):
            yield element, {"itemCodeableConcept": _concept(element, chance.randrange(kinds))}
        document = {"reference": f"DocumentReference/report-{chance.randrange(10**6)}"}
        yield "supportingInfo", {"itemReference": document}


def _narrative(text: str) -> dict[str, str]:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'
    return {"status": "generated", "div": div}


_PROSE = " ".join(random.Random(0).choices(WORDS, k=20_000))  # noqa: S311
