"""Sources, organizations and concepts: what facts refer to."""

from dataclasses import dataclass
from typing import Literal

from fhir_kb.facts.fact import Fact, OrganizationId, Slug, SourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The bibliographic record of a work; ``verified_at`` says where identifiers were checked."""

    title: str
    authors: tuple[str, ...] = ()
    journal: str | None = None
    year: int | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    verified_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that facts are taken from, or a work that such a document cites.

    ``sha256`` is the digest of the received file; a work that was only cited has none and
    names the document ``cited_by``. ``edition`` is what a label or guideline says of its own age.
    """

    id: Slug
    kind: Literal["information-page", "article", "abstract", "news", "label", "guideline"]
    name: str
    publication: Publication
    file: str | None = None
    sha256: str | None = None
    language: str = "en"
    publisher: OrganizationId | None = None
    reviewed: str | None = None
    edition: str | None = None
    url: str | None = None
    cited_by: SourceId | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A public contact point of an organization."""

    system: Literal["phone", "email", "url"]
    value: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Fact):
    """A company, regulator, charity or hospital that the documents name."""

    name: str
    type: Literal["company", "regulator", "charity", "hospital", "research-group"]
    aliases: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A code of a public system; ``verified_at`` names the public file it was checked in."""

    system: str
    code: str
    display: str
    verified_at: str
    fhir: tuple[Literal["r4", "r4b", "r5"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A term with its codes; without codes it is published as text.

    ``group`` says what sort of thing it is; ``local`` puts it into our own code system.
    """

    id: Slug
    text: str
    group: str
    codings: tuple[Coding, ...] = ()
    definition: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModelled:
    """Checklist rows that no fact carries, and why."""

    rows: tuple[str, ...]
    reason: str
