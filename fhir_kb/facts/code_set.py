"""Lists of codes by which records of a patient are recognised, and the data that rules ask for."""

from dataclasses import dataclass
from typing import Literal, NewType

from fhir_kb.facts.fact import Slug
from fhir_kb.facts.values import Amount

CodeSetId = NewType("CodeSetId", str)
"""An entry of ``code-sets.yaml``."""

CategoryName = Literal[
    "patient",
    "medications",
    "conditions",
    "allergies",
    "procedures",
    "pregnancyTests",
    "labs",
    "measurements",
]
"""A category of data about one patient; also the prefetch key under which it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCode:
    """A code of a public system; ``verified_at`` names the public file it was checked in.

    ``with_`` descendants takes in every code that begins with this one: the hierarchy of
    ICD-10. A code of a product has its ``strength`` and, where it stands for one, its ``brand``.
    """

    system: str
    code: str
    display: str
    verified_at: str
    with_: Literal["descendants"] | None = None
    strength: Amount | None = None
    brand: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSet:
    """Codes of one meaning, or of several that a rule treats alike.

    ``names`` are words (lower case) by which a record is recognised when no code tells, with
    less confidence; ``abbreviations`` (lower case) count only when they are all that is said.
    ``complete`` are the systems of which the set holds every code there is: a
    record coded in one of them, and not in the set, is something else for certain.
    ``parts`` are sets whose members belong to this one too. ``molar_mass`` lets an amount of
    substance be compared with a mass. ``highest`` is the most that a measured value can plausibly
    be, by the public file that ``highest_at`` names: one above it is not relied on.
    """

    id: Slug
    text: str
    category: CategoryName
    codes: tuple[MemberCode, ...] = ()
    names: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    parts: tuple[CodeSetId, ...] = ()
    molar_mass: Amount | None = None
    highest: Amount | None = None
    highest_at: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpelling:
    """A unit as laboratories write it without a code, and the UCUM code that is meant."""

    written: str
    ucum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Words (lower case) that turn what stands beside them: ``family history of``, ``possible``.

    A denial says that the record is not of the named thing; a doubt, that it may be.
    """

    words: str
    means: Literal["denial", "doubt"]
