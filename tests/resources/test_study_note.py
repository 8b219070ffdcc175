"""Notes carry, with its source, whatever a study says that has no element of its own."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_kb.facts import Citation, Fact, Knowledge
from fhir_kb.facts.fact import ConceptId, Slug, SourceId
from fhir_kb.facts.remarks import Discrepancy, HistoricalEvent, Silence, Statement
from fhir_kb.facts.study_facts import Finding, Method
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.study_note import study_notes

BASIC: dict[str, Any] = {
    "id": Slug("it"),
    "cite": (Citation(source=SourceId("tosi2000"), at="Abstract", lines="8"),),
}
FACTS: list[tuple[Fact, str, str]] = [
    (
        Statement(topic="conclusion", says="It works.", **BASIC),
        "conclusion",
        "It works.",
    ),
    (
        Discrepancy(values=("1 OF",), reading="10 F", says="Misread.", **BASIC),
        "discrepancy",
        "Misread. In the source: 1 OF. Read as: 10 F",
    ),
    (
        Silence(missing=("journal", "date"), **BASIC),
        "silence",
        "Not stated: journal, date.",
    ),
    (
        Method(aspect="software", terms=("SPSS 21.0",), **BASIC),
        "method",
        "Software: SPSS 21.0.",
    ),
    (
        HistoricalEvent(event=ConceptId("relapse"), year=1997, says="First used.", **BASIC),
        "historical-event",
        "1997: First used.",
    ),
    (
        Finding(outcome=ConceptId("overall-survival"), direction="no-difference", **BASIC),
        "finding",
        "Outcome: overall survival; Direction: no-difference",
    ),
]


def notes(knowledge: Knowledge, *facts: Fact) -> list[Json]:
    study = replace(knowledge.studies["tosi2000"], sections={"facts": facts})
    small = replace(knowledge, studies={"tosi2000": study})
    return list(study_notes(Context(small, "r4"), study))


def values(note: Json, name: str) -> list[Any]:
    return [
        next(value for key, value in item.items() if key != "url")
        for item in note["extension"]
        if item["url"].endswith(f"/{name}")
    ]


@pytest.mark.parametrize(("fact", "topic", "text"), FACTS, ids=[topic for _, topic, _ in FACTS])
def test_a_note_says_what_the_fact_says(
    fact: Fact, topic: str, text: str, knowledge: Knowledge
) -> None:
    (note,) = notes(knowledge, fact)
    assert values(note, "note-topic") == [topic]
    assert note["text"] == text
    assert len(values(note, "fact-source")) == 1


def test_a_fact_that_another_element_carries_is_no_note(knowledge: Knowledge) -> None:
    """Groups, counts and measurements would otherwise be said twice."""
    study = knowledge.studies["tosi2000"]
    noted = {
        values(note, "fact-source")[0][0]["valueString"]
        for note in study_notes(Context(knowledge, "r4"), study)
    }
    assert "tosi2000.active-in-relapsed-disease" in noted
    assert not noted & {"tosi2000.enrolled", "tosi2000.sex", "tosi2000.m-protein-reduction-over-50"}


def test_a_finding_keeps_its_codes_beside_its_words(knowledge: Knowledge) -> None:
    """R4 has no Evidence with a statistic: there the note is the only coded form."""
    fact = Finding(
        outcome=ConceptId("overall-survival"),
        direction="no-difference",
        exposure=ConceptId("imid-maintenance"),
        settings=(ConceptId("transplantation"), ConceptId("non-transplantation")),
        significant="no",
        **BASIC,
    )
    (note,) = notes(knowledge, fact)
    parts = [(part["url"], part) for part in values(note, "finding")[0]]
    assert [url for url, _ in parts] == [
        "outcome",
        "direction",
        "exposure",
        "setting",
        "setting",
        "significant",
    ]
    assert dict(parts)["direction"]["valueCode"] == "no-difference"
    assert dict(parts)["significant"]["valueBoolean"] is False
    coding = dict(parts)["outcome"]["valueCodeableConcept"]["coding"][-1]
    assert coding["code"] == "overall-survival"


def test_the_news_lead_is_published_as_a_claim_and_contradicted(r4: Context) -> None:
    """Its claim of a survival gain must not reach anyone without the note that refutes it."""
    study = r4.knowledge.studies["wang2016"]
    (note,) = [note for note in study_notes(r4, study) if "opening sentence claims" in note["text"]]
    assert values(note, "note-topic") == ["editorial"]
    mark = {part["url"]: part for part in values(note, "fact-source")[0]}
    assert mark["note"]["valueString"].endswith("this claim must not be read as a result.")
    assert mark["flag"]["valueCode"] == "disputed-claim"
