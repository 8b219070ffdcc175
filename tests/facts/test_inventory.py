"""Nothing the documents say is lost, nothing is invented, no sentence is copied.

``inventory.json`` is the checklist: every statement of the five documents, with its lines and its
figures as printed (see reduce_inventory.py). The documents themselves are not part of the project;
tests that read them look in ``../shared/sources`` beside it and skip when they are not there.
"""

import hashlib
import json
import re
import runpy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.facts import Citation, Fact, load_knowledge
from fhir_kb.facts.study_facts import Method
from fhir_kb.facts.values import Written

HERE = Path(__file__).parent
DOCUMENTS = HERE.parents[2] / "shared" / "sources"
ROWS: dict[str, dict[str, Any]] = {
    row["id"]: row for row in json.loads((HERE / "inventory.json").read_text(encoding="utf-8"))
}
FILES = sorted({row["source"] for row in ROWS.values()})

needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the received documents are not beside the project"
)
each_document = pytest.mark.parametrize("file", FILES)


@cache
def facts_by_row() -> dict[str, list[Fact]]:
    carried = defaultdict(list)
    for fact in load_knowledge().facts.values():
        for row in fact.rows:
            carried[row].append(fact)
    return carried


@cache
def rows_left_out() -> frozenset[str]:
    return frozenset(row for entry in load_knowledge().not_modelled for row in entry.rows)


def rows_of(file: str) -> list[dict[str, Any]]:
    return [row for row in ROWS.values() if row["source"] == file]


def citations_of(file: str) -> list[tuple[str, Citation]]:
    knowledge = load_knowledge()
    return [
        (name, citation)
        for name, fact in knowledge.facts.items()
        for citation in fact.cite
        if citation.source is not None and knowledge.sources[citation.source].file == file
    ]


def one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def document_lines(file: str) -> list[str]:
    return (DOCUMENTS / file).read_text(encoding="utf-8").split("\n")


def ends(ranges: list[str]) -> set[int]:
    """The first and the last line of each range; page headers between them need no citation."""
    return {int(end) for part in ranges for end in part.split("-")}


def line_numbers(ranges: str) -> set[int]:
    """The numbers in ``"13-16, 20"``."""
    numbers: set[int] = set()
    for part in ranges.split(", "):
        low, _, high = part.partition("-")
        numbers.update(range(int(low), int(high or low) + 1))
    return numbers


@each_document
def test_every_row_is_carried_by_a_fact_or_left_out_with_a_reason(file: str) -> None:
    """A statement that nobody carried would be missing from every resource, unseen."""
    lost = [
        row["id"]
        for row in rows_of(file)
        if row["id"] not in facts_by_row() and row["id"] not in rows_left_out()
    ]
    assert lost == []


def test_at_most_five_percent_of_the_rows_are_left_out() -> None:
    assert len(rows_left_out()) <= 0.05 * len(ROWS)


def test_a_row_left_out_is_not_carried_as_well() -> None:
    assert sorted(rows_left_out() & set(facts_by_row())) == []


def test_no_fact_claims_a_row_that_does_not_exist() -> None:
    assert sorted((rows_left_out() | set(facts_by_row())) - set(ROWS)) == []


@each_document
def test_every_figure_of_a_row_is_kept_as_printed(file: str) -> None:
    """``27.00`` and ``62.9%`` are evidence; the typed value beside them may be read wrongly."""
    missing = [
        (row["id"], figure)
        for row in rows_of(file)
        if row["id"] not in rows_left_out()
        for figure in row["figures"]
        if figure
        not in {
            one_line(printed)
            for fact in facts_by_row().get(row["id"], [])
            for citation in fact.cite
            for printed in citation.printed
        }
    ]
    assert missing == []


@each_document
def test_the_lines_of_a_row_are_cited_by_the_facts_that_carry_it(file: str) -> None:
    """A reader who follows the citation must find the statement."""
    cited: dict[str, set[int]] = defaultdict(set)
    sources = load_knowledge().sources
    for row, facts in facts_by_row().items():
        for citation in (citation for fact in facts for citation in fact.cite):
            if citation.lines and sources[citation.source or ""].file == file:
                cited[row] |= line_numbers(citation.lines)
    uncited = [
        row["id"]
        for row in rows_of(file)
        if row["id"] in facts_by_row() and not ends(row["lines"]) <= cited[row["id"]]
    ]
    assert uncited == []


@needs_documents
@each_document
def test_every_printed_figure_stands_in_the_cited_lines(file: str) -> None:
    """The exact characters, in the very place: the check a reviewer would make by hand."""
    lines = document_lines(file)
    strays = []
    for name, citation in citations_of(file):
        numbers = line_numbers(citation.lines) if citation.lines else range(1, len(lines) + 1)
        text = one_line("\n".join(lines[number - 1] for number in sorted(numbers)))
        strays += [(name, printed) for printed in citation.printed if one_line(printed) not in text]
    assert strays == []


@needs_documents
@each_document
def test_the_received_file_has_the_recorded_digest(file: str) -> None:
    """Facts are tied to these bytes; an edited document would no longer bear them out."""
    source = next(entry for entry in load_knowledge().sources.values() if entry.file == file)
    assert hashlib.sha256((DOCUMENTS / file).read_bytes()).hexdigest() == source.sha256


@needs_documents
def test_every_received_document_is_a_source() -> None:
    received = {path.name for path in DOCUMENTS.glob("*.txt")}
    assert received == {
        source.file for source in load_knowledge().sources.values() if source.file is not None
    }


NAMES_AND_QUOTES = {"at", "cell", "printed", "name", "aliases", "values", "devices"}


def own_words(value: Any) -> Iterator[str]:
    """Every text that an author wrote into a fact; names of things and quotations are not that.

    The terms of a method are such names: of programs, of significance tests.
    """
    if isinstance(value, Method):
        value = Fact(id=value.id, cite=value.cite, says=value.says, note=value.note)
    for field in fields(value):
        content = getattr(value, field.name)
        for part in content if isinstance(content, tuple) else (content,):
            if is_dataclass(part) and not isinstance(part, Written):
                yield from own_words(part)
            elif isinstance(part, str) and field.name not in NAMES_AND_QUOTES:
                yield part


def runs_of_eight_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}


@needs_documents
@each_document
def test_no_sentence_is_copied_from_a_document(file: str) -> None:
    """Figures carry over, sentences do not: eight words in a row in common count as a copy."""
    theirs = runs_of_eight_words("\n".join(document_lines(file)))
    copies = [
        (name, " ".join(run))
        for name, fact in load_knowledge().facts.items()
        for text in own_words(fact)
        for run in runs_of_eight_words(text) & theirs
    ]
    assert copies == []


@pytest.mark.skipif(
    not (DOCUMENTS / "fact-inventory.json").is_file(), reason="the full inventory is not there"
)
def test_the_checklist_is_the_full_inventory_reduced() -> None:
    """A row dropped from inventory.json would make the tests above pass by looking away."""
    full = json.loads((DOCUMENTS / "fact-inventory.json").read_text(encoding="utf-8"))
    reduced = runpy.run_path(str(HERE / "reduce_inventory.py"))["reduced"]
    assert reduced(full) == list(ROWS.values())
