"""The terminology that a search may ask for: value sets of ``:in``, hierarchies of ``:below``.

https://hl7.org/fhir/R4/search.html#modifiers

Both are ours, what is imported or written beside them, and the specification's.
"""

from fhir_kb.definitions import Coding, Definitions
from fhir_kb.rest.stored_terminology import terminology_of
from fhir_kb.search.table import ExpandValueSet, Family, Lineage
from fhir_kb.store.interface import Store
from fhir_kb.terminology import codes_above, codes_below


def own_value_sets(definitions: Definitions) -> ExpandValueSet:
    """Return the function from a URL to a value set's codes, None when not all are known."""

    def expand(store: Store, url: str) -> frozenset[Coding] | None:
        terminology = terminology_of(store, definitions)
        if not terminology.has_value_set(url):
            return None
        members = terminology.members(url)
        if members.open_systems - members.whole_systems:
            return None
        return frozenset(members.displays) | {(system, "") for system in members.whole_systems}

    return expand


def own_lineage(definitions: Definitions) -> Lineage:
    """Return the function from a code to those above or below it in its system."""

    def family(store: Store, system: str, code: str, *, upwards: bool) -> Family | None:
        held = terminology_of(store, definitions).code_system(system)
        if held is None:
            return None
        reached = codes_above if upwards else codes_below
        return Family(reached(held, code), held.complete)

    return family
