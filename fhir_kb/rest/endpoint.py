"""One version's endpoint: its table, its store and its bounds, as every interaction needs them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import uuid4

from fhir_kb.errors import ReadOnly
from fhir_kb.export import Exports
from fhir_kb.formats.text import BYTES_MAX
from fhir_kb.rest.curated_versions import CuratedVersions
from fhir_kb.search import Limits
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import Versions, WritableStore
from fhir_kb.store.resource import StoredResource
from fhir_kb.validation import Conformance
from fhir_kb.validation.validator import SPECIFICATION_ONLY
from fhir_kb.versions import Version


@dataclass(frozen=True)
class Endpoint:
    """What an interaction works with.

    ``store`` gives the state in force; an interaction calls it once and keeps the answer, so
    that one response is made of one state. ``curated`` gives a resource that no client can change,
    and is not asked of what clients write: it is there when a database is away. ``released`` is
    the instant of the knowledge release.
    ``written`` takes what clients write, None where writes are off; a write then needs
    ``write_token``, if there is one. ``entries_max`` bounds a batch or transaction.
    ``base_is_set`` says that requests have the endpoint's URL from the settings, not from whoever
    calls. ``exports`` writes everything into files, None where there is no folder for them.
    """

    version: Version
    table: SearchTable
    store: Callable[[], Store]
    curated: Callable[[str, str], StoredResource | None]
    released: str
    limits: Limits = field(default_factory=Limits)
    conformance: Callable[[], Conformance] = lambda: SPECIFICATION_ONLY
    written: WritableStore | None = None
    write_token: str = field(default="", repr=False)
    body_bytes_max: int = BYTES_MAX
    entries_max: int = 1000
    base_is_set: bool = False
    exports: Exports | None = None
    new_id: Callable[[], str] = lambda: str(uuid4())

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types served, in alphabetical order."""
        return tuple(sorted(self.table.parameters))

    def at_one_state(self) -> "Endpoint":
        """Return this endpoint as it is now, for an interaction that asks the store in parts."""
        store = self.store()
        return replace(self, store=lambda: store)

    def versions(self) -> Versions:
        """Return what tells of earlier versions, and of deletions."""
        return self.written or CuratedVersions(self.store(), self.types)

    def writable(self) -> WritableStore:
        """Return what takes clients' writes; refuse (ReadOnly) where writes are off."""
        if self.written is None:
            raise ReadOnly("The knowledge is read-only: writes are off on this server")
        return self.written
