"""What the store keeps beside a body so that it can be searched: plain values.

https://hl7.org/fhir/R4/search.html
"""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A coded value; ``system`` is None where the element has no system."""

    system: str | None
    code: str


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """A reference: ``type/id`` where it is relative or local, else ``url`` alone."""

    type: str | None
    id: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class DateEntry:
    """A period in microseconds since 1970 UTC, both ends included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class QuantityEntry:
    """A number with its implicit interval; unit parts are None for plain numbers."""

    low: Decimal
    high: Decimal
    system: str | None = None
    code: str | None = None
    unit: str | None = None


@dataclass(slots=True)
class IndexRows:
    """The index entries of one resource, per search parameter code."""

    tokens: dict[str, list[TokenEntry]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    strings: dict[str, list[str]] = field(default_factory=dict)
    uris: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, list[ReferenceEntry]] = field(default_factory=dict)
    dates: dict[str, list[DateEntry]] = field(default_factory=dict)
    quantities: dict[str, list[QuantityEntry]] = field(default_factory=dict)
    composites: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
