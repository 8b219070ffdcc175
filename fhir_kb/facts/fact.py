"""What every fact has: a slug, where it stands in a source, and what is doubtful about it."""

from dataclasses import dataclass
from typing import Literal, NewType

ConceptId = NewType("ConceptId", str)
"""An entry of ``concepts.yaml``."""
DrugId = NewType("DrugId", str)
"""A file of ``drugs/``."""
StudyId = NewType("StudyId", str)
"""A file of ``studies/``."""
SourceId = NewType("SourceId", str)
"""An entry of ``sources.yaml``."""
OrganizationId = NewType("OrganizationId", str)
"""An organization of ``sources.yaml``."""
GroupId = NewType("GroupId", str)
"""A group of patients of the same study."""
ProgrammeId = NewType("ProgrammeId", str)
"""A risk programme of the same drug."""
Slug = NewType("Slug", str)
"""A stable id: lower case letters, digits and hyphens."""
InventoryRow = NewType("InventoryRow", str)
"""A row of the checklist of everything the documents say, such as TH-075."""

Flag = Literal[
    "absence",
    "ambiguous",
    "cross-document-inconsistency",
    "denominator-unknown",
    "derived",
    "disputed-claim",
    "internal-inconsistency",
    "internal-tension",
    "ocr",
    "source-imprecise",
    "statistic-not-reproducible",
    "typo",
    "typography",
    "unit-error",
    "unit-note",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a fact stands: document, section, lines or table cell, and its figures as printed.

    ``source`` may be left out where the file names one for all its facts.
    """

    source: SourceId | None = None
    at: str
    lines: str | None = None
    cell: str | None = None
    printed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a source says (or, for a silence, does not say).

    ``says`` is one sentence in our own words; ``rows`` are the checklist rows it carries;
    ``drug`` names the medicine where it is not the file's own.
    """

    id: Slug
    cite: tuple[Citation, ...]
    rows: tuple[InventoryRow, ...] = ()
    says: str | None = None
    drug: DrugId | None = None
    flags: tuple[Flag, ...] = ()
    note: str | None = None
