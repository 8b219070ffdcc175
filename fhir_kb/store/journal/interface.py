"""What clients write: the journal an engine keeps, and the store that search sees above it.

https://hl7.org/fhir/R4/http.html#history, https://hl7.org/fhir/R4/http.html#transaction

A journal is a list of versions of resources, numbered from 1 in the order of their commits. It
alone is durable; what searches need is derived from it and kept in memory by each process, which
catches up with the journal before it answers. So every engine gives the same answers.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from fhir_kb.formats import Json
from fhir_kb.store.index import IndexRows
from fhir_kb.store.interface import Store
from fhir_kb.store.resource import StoredResource

Method = Literal["POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a resource as it came to be.

    ``sequence`` is its number in the journal, 0 for curated knowledge; the body of a deletion is
    empty.
    """

    sequence: int
    method: Method
    resource: StoredResource

    @property
    def deleted(self) -> bool:
        """Whether this version says that the resource was deleted."""
        return self.method == "DELETE"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What a process learns of a version when it catches up: everything but its body.

    ``instant`` is ``last_updated`` in microseconds since 1970 UTC; ``indexed_by`` names the rules
    that the packed ``rows`` were made by (``journal.rows``). They are None when they are damaged.
    """

    sequence: int
    method: Method
    type: str
    id: str
    version_id: str
    last_updated: str
    instant: int
    indexed_by: str
    rows: bytes | None


@dataclass(frozen=True, slots=True)
class VersionsAsked:
    """Versions of one resource, of one type or of all; instants in microseconds since 1970 UTC.

    ``up_to`` is the largest number looked at. ``since`` asks for versions made then or later,
    ``at`` for those in force at some time between its two ends.
    """

    up_to: int
    type: str | None = None
    id: str | None = None
    since: int | None = None
    at: tuple[int, int] | None = None


class JournalTransaction(Protocol):
    """The one writer of a journal, from taking its lock to the commit."""

    @property
    def sequence(self) -> int:
        """The number of the latest version, this transaction's own included."""
        ...

    @property
    def instant(self) -> str:
        """``meta.lastUpdated`` of this transaction: not before that of any version there is."""
        ...

    def append(
        self, method: Method, resource: StoredResource, rows: IndexRows, indexed_by: str
    ) -> JournalEntry:
        """Add a version and return what others will learn of it."""
        ...


class Journal(Protocol):
    """A durable list of versions of one FHIR version's resources: what an engine implements.

    Refuses with StoreUnavailable what cannot be done now (disk full, read-only, database away),
    with StoreError a journal that is none of ours, and with CorruptedResource a version that is
    not as it was written. May be used from any thread, and by several processes at once.
    """

    @property
    def identity(self) -> str:
        """What tells this journal from every other, also from one that takes its place."""
        ...

    def sequence(self) -> int:
        """Return the number of the latest committed version, 0 for none; asked on every request."""
        ...

    def entries(self, after: int, *, replaced_after: int = 0) -> Iterator[JournalEntry]:
        """Yield the versions behind number ``after`` in order.

        Those that another version of the same resource replaced at or before the number
        ``replaced_after`` are left out.
        """
        ...

    def resources(self, sequences: Sequence[int]) -> list[StoredResource]:
        """Return the versions of these numbers in this order, each checked."""
        ...

    def version(self, type: str, id: str, version_id: str) -> Version | None:
        """Return one version, checked; None when there is none."""
        ...

    def versions(
        self, asked: VersionsAsked, *, before: int | None, limit: int
    ) -> Sequence[Version]:
        """Return versions newest first, those below the number ``before`` that paging came to."""
        ...

    def count(self, asked: VersionsAsked) -> int:
        """Return how many versions are asked for."""
        ...

    def transaction(self, not_before: int = 0) -> AbstractContextManager[JournalTransaction]:
        """Take the writers' lock; commit when the block ends, roll back when it raises.

        When the block has ended without an error, everything appended is on disk. Its instant is
        not before ``not_before``, in microseconds since 1970 UTC.
        """
        ...

    def check_room(self) -> None:
        """Refuse (StoreUnavailable) when nothing can be written now; takes no lock."""
        ...

    def close(self) -> None:
        """Free what is held; nothing may be asked afterwards."""
        ...


class Transaction(Protocol):
    """Writes that come to be together, or not at all."""

    @property
    def store(self) -> Store:
        """Everything committed, and what this transaction has written so far."""
        ...

    def write(self, method: Method, type: str, id: str, resource: Json) -> StoredResource:
        """Write the next version of a resource, with its ``meta`` stamped, and return it.

        Refuses (ReadOnly) an id of curated knowledge.
        """
        ...

    def delete(self, type: str, id: str) -> StoredResource | None:
        """Delete a resource; None when there is none, or it is deleted already."""
        ...


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of a history, newest first; ``following`` leads to the next page, None at the end.

    ``total`` counts all versions that the question asks for.
    """

    versions: Sequence[Version]
    total: int
    following: str | None


class Versions(Protocol):
    """Every version there is of the resources in a store."""

    def version(self, type: str, id: str, version_id: str) -> StoredResource | None:
        """Return one version; None when there is none; refuse (DeletedResource) a deletion."""
        ...

    def history(
        self,
        type: str | None = None,
        id: str | None = None,
        *,
        since: int | None = None,
        at: tuple[int, int] | None = None,
        page: str | None = None,
        limit: int = 50,
    ) -> HistoryPage:
        """Return a page of versions of one resource, one type or everything, newest first.

        Curated resources have their one version in it. ``since`` and ``at`` are microseconds
        since 1970 UTC: versions made at or after ``since``, and those in force at some time
        between the two ends of ``at``. ``page`` is a ``following`` of an earlier page; commits
        since that page change nothing.
        """
        ...


class WritableStore(Versions, Protocol):
    """Curated knowledge with what clients wrote beside it."""

    def current(self) -> Store:
        """Return the state to answer one request from: every commit so far is in it."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin writing, as the only writer; commit when the block ends, else nothing happened."""
        ...

    def check_room(self) -> None:
        """Refuse (StoreUnavailable) when nothing can be written now; takes no lock."""
        ...
