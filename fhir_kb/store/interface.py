"""What every store offers: reading by id, and sets of rows for each value that was indexed.

https://hl7.org/fhir/R4/http.html

A row number stands for one current resource; later updates have larger numbers, so that the
newest matches are the largest rows of a set. Search works on sets of rows only and knows no
engine: a snapshot file, an overlay of written resources and the union of both answer alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from pyroaring import AbstractBitMap

from fhir_kb.errors import CorruptedResource
from fhir_kb.store.resource import StoredResource

Rows = AbstractBitMap
"""A set of row numbers; never changed by who receives it."""

Kind = Literal[
    "token",
    "system",
    "identifier-type",
    "text",
    "string",
    "uri",
    "reference",
    "word",
    "date",
    "quantity",
    "composite",
]


class Field(NamedTuple):
    """The values of one kind under one search parameter of one resource type.

    ``component`` is the position in a composite; its sets hold occurrences of the composite
    instead of rows, and ``Index.owners`` turns occurrences into rows.
    """

    type: str
    parameter: str
    kind: Kind
    component: int | None = None


class Link(NamedTuple):
    """A reference that a resource holds, by the code of the search parameter which finds it."""

    parameter: str
    type: str | None
    id: str | None
    url: str | None


class Texts(NamedTuple):
    """Texts of resources of one type, and what was refused among them."""

    type: str
    texts: list[bytes]
    refused: list[CorruptedResource]


class Intervals(Protocol):
    """Values of a field as intervals ``low`` to ``high``, both included; ends may be infinite.

    Each method returns the owners of at least one interval that meets the condition. The bounds
    asked for are included, and may be infinite too.
    """

    def within(self, low: float, high: float) -> Rows:
        """Return the owners of intervals that lie between the bounds."""
        ...

    def touching(self, low: float, high: float) -> Rows:
        """Return the owners of intervals that share a point with the bounds."""
        ...

    def starting(self, low: float, high: float) -> Rows:
        """Return the owners of intervals whose low end lies between the bounds."""
        ...

    def ending(self, low: float, high: float) -> Rows:
        """Return the owners of intervals whose high end lies between the bounds."""
        ...

    def ends(self, side: Literal["low", "high"]) -> Iterator[tuple[float, int]]:
        """Yield the low or high end of every interval with its owner, in rising order."""
        ...


class SortOrder(Protocol):
    """The order of one type's resources by one search parameter."""

    @property
    def rows(self) -> Rows:
        """The rows that have a value."""
        ...

    @property
    def ordered(self) -> Sequence[int]:
        """The rows that have a value in the order asked for; equal values newest first."""
        ...

    def rank(self, row: int) -> int:
        """Return the place of a row's value in the order; equal values share it."""
        ...


class Reader(Protocol):
    """Resources by type and id."""

    @property
    def release(self) -> str:
        """The knowledge release that is served."""
        ...

    @property
    def fingerprint(self) -> str:
        """A text that differs whenever any resource differs."""
        ...

    def total(self, type: str) -> int:
        """Return the number of resources of this type; 0 for a type that is not held."""
        ...

    def read(self, type: str, id: str) -> StoredResource | None:
        """Return the current version, or None.

        Refuses a corrupted one (CorruptedResource) and one that was deleted (DeletedResource).
        """
        ...


class Index(Protocol):
    """Sets of rows by indexed value."""

    def rows_of_type(self, type: str) -> Rows:
        """Return the rows of all resources of this type."""
        ...

    def row(self, type: str, id: str) -> int | None:
        """Return the row of a resource, or None."""
        ...

    def resources(self, rows: Iterable[int]) -> list[StoredResource]:
        """Return the resources of these rows in this order; refuse a corrupted one."""
        ...

    def bodies(self, rows: Rows) -> Iterator[Texts]:
        """Yield the texts of these rows by type, in row order, each checked and none kept.

        For all that is stored: what is damaged is told, and the rest is given.
        """
        ...

    def identities(self, rows: Iterable[int]) -> list[tuple[str, str]]:
        """Return type and id of the resources of these rows in this order."""
        ...

    def links(self, row: int) -> tuple[Link, ...]:
        """Return the references that the resource of this row holds."""
        ...

    def present(self, type: str, parameter: str) -> Rows:
        """Return the rows that hold any value, of any kind, under this parameter."""
        ...

    def term(self, field: Field, key: str) -> Rows:
        """Return the owners of exactly this key."""
        ...

    def term_start(self, field: Field, part: str) -> Rows:
        """Return the owners of the keys whose first part is ``part`` (see ``keys``)."""
        ...

    def keys(self, field: Field) -> Iterator[str]:
        """Return all keys of a field in order."""
        ...

    def terms(self, field: Field, first: str, below: str | None) -> Iterator[tuple[str, Rows]]:
        """Return keys from ``first`` up to, but without, ``below`` (None: to the end) in order."""
        ...

    def intervals(self, field: Field) -> Mapping[str, Intervals]:
        """Return a field's intervals by unit key (see ``keys``); dates and numbers have ``""``."""
        ...

    def sort_order(self, type: str, parameter: str, *, descending: bool) -> SortOrder | None:
        """Return the order by smallest value, or largest value when descending; None without."""
        ...

    def mixed_order(self, types: tuple[str, ...], parameter: str, *, descending: bool) -> SortOrder:
        """Return the order of all these types together; see ``mixed_orders``, which keeps it."""
        ...

    def owners(self, type: str, parameter: str, occurrences: Rows) -> Rows:
        """Return the rows that hold these occurrences of a composite."""
        ...

    def remembered(self, question: tuple[object, ...], find: Callable[[], Rows]) -> Rows:
        """Return what ``find`` gave for this question before, or ask it now.

        A store that changes forgets what no longer holds.
        """
        ...

    @property
    def is_in_update_order(self) -> bool:
        """Whether of any two rows the larger one was updated later, or at the same time."""
        ...

    @property
    def newest(self) -> int:
        """The latest update of any resource, in microseconds since 1970 UTC."""
        ...


class Store(Reader, Index, Protocol):
    """A reader that can be searched: one state of what is held, which never changes."""

    @property
    def origin(self) -> str:
        """A text shared by all states that ``at`` leads to and back from."""
        ...

    @property
    def sequence(self) -> int:
        """The number of the latest commit in this state; 0 for knowledge without writes."""
        ...

    def at(self, sequence: int) -> "Store":
        """Return the state after an earlier commit; refuse (ExpiredPage) what is not kept."""
        ...
