"""The terminology that a search may ask for: value sets of ``:in``, hierarchies of ``:below``.

https://hl7.org/fhir/R4/search.html#modifiers

Both are ours, or what is imported beside them, and the specification's.
"""

from collections.abc import Callable
from functools import cache

from fhir_kb.definitions import Coding, Definitions
from fhir_kb.rest.stored_terminology import read_terminology, terminology_rows
from fhir_kb.search.table import ExpandValueSet, Family, Lineage
from fhir_kb.store.interface import Store
from fhir_kb.terminology import Terminology, codes_above, codes_below


def searched_terminology(store: Store, definitions: Definitions) -> Callable[[], Terminology]:
    """Return the function that reads the terminology of a store once, when it is first asked."""

    @cache
    def terminology() -> Terminology:
        return read_terminology(store, terminology_rows(store), definitions)

    return terminology


def own_value_sets(terminology: Callable[[], Terminology]) -> ExpandValueSet:
    """Return the function from a URL to a value set's codes, None when not all are known."""

    def expand(url: str) -> frozenset[Coding] | None:
        if not terminology().has_value_set(url):
            return None
        members = terminology().members(url)
        if members.open_systems - members.whole_systems:
            return None
        return frozenset(members.displays) | {(system, "") for system in members.whole_systems}

    return expand


def own_lineage(terminology: Callable[[], Terminology]) -> Lineage:
    """Return the function from a code to those above or below it in its system."""

    def family(system: str, code: str, *, upwards: bool) -> Family | None:
        held = terminology().code_system(system)
        if held is None:
            return None
        reached = codes_above if upwards else codes_below
        return Family(reached(held, code), held.complete)

    return family
