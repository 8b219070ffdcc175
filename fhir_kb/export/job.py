"""An export as it was asked for, and how far it has come.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
"""

from dataclasses import dataclass
from typing import Literal

OutputKind = Literal["output", "error", "deleted"]


@dataclass(frozen=True, slots=True)
class TypeFilter:
    """What resources of a type must meet: ``query`` is written as behind the ``?`` of a search."""

    type: str
    query: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported.

    ``request`` is the URL of the kick-off; ``types`` are the resource types; ``since`` is an
    instant in microseconds since 1970 UTC, from which on a resource must have changed. Of a type
    with ``filters`` a resource must meet one of them. ``elements`` are the names of the elements
    that are wanted (``name`` or ``Group.name``), none for whole resources. ``base`` is the
    server's address, by which clients may have written references.
    """

    request: str
    types: tuple[str, ...]
    since: int | None = None
    filters: tuple[TypeFilter, ...] = ()
    elements: tuple[str, ...] = ()
    base: str = ""

    def is_whole(self, type: str) -> bool:
        """Return whether every resource of a type is wanted, and wanted as it is."""
        filtered = any(each.type == type for each in self.filters)
        return self.since is None and not filtered and not self.elements


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file of an export: what it holds, of which type, and how many lines it has."""

    kind: OutputKind
    type: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Working:
    """Not done yet; ``progress`` says how far, in a few words."""

    progress: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Done; ``transaction_time`` is the instant whose state was exported.

    ``expires`` is when the files are removed, in microseconds since 1970 UTC.
    """

    asked: Asked
    transaction_time: str
    files: tuple[OutputFile, ...]
    expires: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Given up; ``reason`` is for the client."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such job: it was never asked for, was cancelled, or its time is over."""


State = Working | Finished | Failed | Gone
