"""What rules rest on: a text that was read, of the right jurisdiction, that prints the figure."""

import re
from decimal import Decimal

import pytest

from fhir_kb.facts import load_knowledge
from fhir_kb.facts.criteria import DailyDoseCriterion, MeasurementCriterion
from fhir_kb.facts.rule import Criterion
from fhir_kb.facts.source import Source

KNOWLEDGE = load_knowledge()
CRITERIA = [
    pytest.param(criterion, id=f"{rule.id}.{criterion.id}")
    for rule in KNOWLEDGE.rules.values()
    for criterion in rule.of(Criterion)
    if criterion.enabled != "no"
]
CITED = sorted(
    {
        source
        for rule in KNOWLEDGE.rules.values()
        for fact in rule
        if getattr(fact, "enabled", "yes") != "no"
        for citation in fact.cite
        if (source := citation.source)
    }
)
MARKS = {
    "US": ("(US", "FDA ", " REMS", "IMF page", "(ASH 2013)"),
    "EU": ("(EU",),
    "DE": ("(EU", "Arzneimittelverschreibungsverordnung"),
}
"""How the name of a source tells whose text it is; a monograph of 2024 follows the US label."""
OTHER_NAMES = {"pomalidomide-monograph-ca": "US"}


def sources_of(criterion: Criterion) -> list[Source]:
    """The sources that a criterion names."""
    return [KNOWLEDGE.sources[citation.source] for citation in criterion.cite if citation.source]


def is_of(source: Source, jurisdiction: str) -> bool:
    """Whether a source is a text of a jurisdiction."""
    marked = any(mark in source.name for mark in MARKS[jurisdiction])
    return marked or OTHER_NAMES.get(source.id) == jurisdiction


def numbers_in(texts: tuple[str, ...]) -> set[Decimal]:
    """The numbers in printed text, commas between thousands dropped."""
    return {
        Decimal(number)
        for text in texts
        for number in re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    }


@pytest.mark.parametrize("source_id", CITED)
def test_what_a_rule_rests_on_was_read_somewhere(source_id: str) -> None:
    """A text that nobody saw is no source; one without a date says so."""
    source = KNOWLEDGE.sources[source_id]
    if source.file is None:
        assert source.publication.verified_at
        assert source.edition
        assert re.search(
            r"(19|20)\d\d|02/13|volume|issue|3\.14|undated public copy", source.edition
        )


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_row_of_a_jurisdiction_rests_on_a_text_of_it(criterion: Criterion) -> None:
    """What one regulator allows says nothing of another."""
    for jurisdiction in criterion.jurisdiction:
        assert any(is_of(source, jurisdiction) for source in sources_of(criterion)), jurisdiction


@pytest.mark.parametrize(
    "criterion",
    [
        row
        for row in CRITERIA
        if isinstance(row.values[0], MeasurementCriterion | DailyDoseCriterion)
    ],
)
def test_a_bound_is_printed_in_what_it_cites(
    criterion: MeasurementCriterion | DailyDoseCriterion,
) -> None:
    """The figure that warns is the figure of the text, in its unit."""
    bound = criterion.bound if isinstance(criterion, MeasurementCriterion) else criterion.limit
    printed = tuple(text for citation in criterion.cite for text in citation.printed)
    assert bound.value in numbers_in(printed)
