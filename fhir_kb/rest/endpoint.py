"""One version's endpoint: its table, its store and its bounds, as every interaction needs them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fhir_kb.search import Limits
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Store
from fhir_kb.validation import Conformance
from fhir_kb.validation.validator import SPECIFICATION_ONLY
from fhir_kb.versions import Version


@dataclass(frozen=True)
class Endpoint:
    """What an interaction works with.

    ``store`` gives the knowledge in force; an interaction calls it once and keeps the answer, so
    that one response is made of one release. ``released`` is the instant of that release.
    """

    version: Version
    table: SearchTable
    store: Callable[[], Store]
    released: str
    limits: Limits = field(default_factory=Limits)
    conformance: Callable[[], Conformance] = lambda: SPECIFICATION_ONLY

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types served, in alphabetical order."""
        return tuple(sorted(self.table.parameters))
