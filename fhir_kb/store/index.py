"""What the store keeps beside a body so that it can be searched: plain values.

https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

DISTANT_PAST = -(2**63)
DISTANT_FUTURE = 2**63 - 1


class TokenEntry(NamedTuple):
    """A coded value; ``system`` is None, and ``code`` empty, where the element has none."""

    system: str | None
    code: str


class IdentifierTypeEntry(NamedTuple):
    """An identifier with one coding of its type, for ``:of-type``."""

    system: str | None
    code: str
    value: str


class ReferenceEntry(NamedTuple):
    """A reference: ``type/id`` where it is relative or local, else ``url`` alone.

    A canonical keeps its version behind ``|`` in ``url``.
    """

    type: str | None
    id: str | None
    url: str | None = None


class DateEntry(NamedTuple):
    """A period in microseconds since 1970 UTC, both ends included.

    An open end is DISTANT_PAST or DISTANT_FUTURE.
    """

    low: int
    high: int


class QuantityEntry(NamedTuple):
    """A number from ``low`` to ``high``, both included; unit parts are None for plain numbers.

    A number without a comparator is a point: ``low`` equals ``high``. Open ends are infinite.
    """

    low: Decimal
    high: Decimal
    system: str | None = None
    code: str | None = None
    unit: str | None = None


@dataclass(slots=True)
class IndexRows:
    """The index entries of one resource, per search parameter code.

    ``tokens`` of a reference parameter are the identifiers of its references (``:identifier``);
    ``texts`` are displays and texts beside codes (``:text``). ``words`` are the distinct words of
    the narrative (``_text``) and of everything (``_content``). ``composites`` hold, for each
    occurrence, the rows of every component under that component's own code.
    """

    tokens: dict[str, list[TokenEntry]] = field(default_factory=dict)
    identifier_types: dict[str, list[IdentifierTypeEntry]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    strings: dict[str, list[str]] = field(default_factory=dict)
    uris: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, list[ReferenceEntry]] = field(default_factory=dict)
    dates: dict[str, list[DateEntry]] = field(default_factory=dict)
    quantities: dict[str, list[QuantityEntry]] = field(default_factory=dict)
    composites: dict[str, list[tuple["IndexRows", ...]]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)


class Part:
    """Index entries of one value, shared by all resources that hold it; never changed.

    ``effect`` is for who writes them: what they come to there.
    """

    __slots__ = ("effect", "rows")

    def __init__(self, rows: IndexRows) -> None:
        self.rows = rows
        self.effect: Any = None


class Parts(NamedTuple):
    """The index entries of one resource in parts.

    ``dates`` are (code, low, high) as in DateEntry: most are of this resource alone.
    ``words`` are (code, its distinct words).
    """

    shared: Collection[Part]
    dates: Sequence[tuple[str, int, int]]
    words: Collection[tuple[str, Collection[str]]]
