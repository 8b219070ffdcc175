"""One search parameter put to one index: what the functions of the search types work on.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pyroaring import FrozenBitMap

from fhir_kb.definitions import SearchParameter
from fhir_kb.errors import InvalidParameter
from fhir_kb.search.result import SearchWarning
from fhir_kb.search.table import SearchTable
from fhir_kb.store.interface import Field, Kind, Rows, Store

NO_ROWS: Rows = FrozenBitMap()


@dataclass(frozen=True, slots=True)
class Question:
    """A parameter of a resource type with its modifier; values are asked one by one.

    ``name`` is the parameter as the caller wrote it. In a composite, ``composite`` is its code
    and ``component`` the position in it; sets of rows are then sets of its occurrences.
    ``base_url`` is the address under which this server's own resources are referred to;
    ``warnings`` takes what the answer does not cover.
    """

    index: Store
    table: SearchTable
    type: str
    parameter: SearchParameter
    name: str
    modifier: str | None = None
    base_url: str = ""
    warnings: list[SearchWarning] = field(default_factory=list)
    composite: str | None = None
    component: int | None = None

    def field(self, kind: Kind) -> Field:
        """Return the field that holds this parameter's values of one kind."""
        return Field(self.type, self.composite or self.parameter.code, kind, self.component)

    def invalid(self, value: str, expected: str) -> InvalidParameter:
        """Return the refusal of a value; ``expected`` says what would be taken."""
        shown = value if len(value) <= 80 else value[:77] + "..."
        return InvalidParameter(
            f"{self.name}={shown} cannot be understood: {expected}", expression=self.name
        )


Match = Callable[[Question, str], Rows]
"""Returns the rows that one value, still escaped, finds; refuses one that is not of its form."""


def union(sets: list[Rows]) -> Rows:
    """Return the union of any number of sets."""
    return sets[0] if len(sets) == 1 else FrozenBitMap.union(FrozenBitMap(), *sets)
