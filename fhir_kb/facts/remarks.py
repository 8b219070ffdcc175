"""Kinds of fact that hold words: claims, history, gaps and contradictions of the sources."""

from dataclasses import dataclass
from typing import Literal

from fhir_kb.facts.fact import ConceptId, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Fact):
    """A claim without figures, in our own words (``says``)."""

    topic: Literal[
        "access",
        "background",
        "conclusion",
        "dose",
        "editorial",
        "efficacy",
        "limitation",
        "recommendation",
        "regimen",
        "safety",
    ]
    condition: ConceptId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalEvent(Fact):
    """A dated event in the life of the medicine."""

    event: ConceptId
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDetail(Fact):
    """What a document says of itself: title, authors, date, publisher."""

    aspect: Literal[
        "affiliations",
        "authors",
        "competing-interests",
        "journal",
        "publisher",
        "reference",
        "related-documents",
        "reviewed",
        "title",
    ]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy(Fact):
    """A contradiction or misprint: the values as printed and how we read them."""

    values: tuple[str, ...] = ()
    reading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Fact):
    """Something a reader may look for and the document does not say."""

    missing: tuple[str, ...]
