"""From a query string to one page of stored resources.

https://hl7.org/fhir/R4/search.html

::

    table = search_table("R5", definitions, types, own={"MedicationKnowledge": [parameter, …]})
    rows = Indexer(table).index(resource)            # IndexRows: Entry(stored, rows) is written
    result = search(store, table, "MedicationKnowledge", [("code", "a|b")], Limits(), strict=False)
    result.matches, result.included                  # StoredResource values
    result.total, result.count_only, result.warnings
    result.explanation                               # lines, when _explain=true
    result.self_pairs, result.first_pairs, result.previous_pairs, result.next_pairs,
    result.last_pairs                                # query pairs for links, or None

``search`` raises RequestError (InvalidParameter, UnsupportedParameter when strict,
UnsupportedModifier, TooCostly, ExpiredPage, UnknownType) and CorruptedResource. ``_summary``,
``_elements``, ``_format`` and ``_pretty`` are left to the caller; they stay in ``self_pairs``.
A CapabilityStatement is made from ``table.parameters[type]``, ``modifiers(table, parameter)``,
``includes(table, type)``, ``revincludes(table, type)`` and ``control_parameters(table)``.
"""

from fhir_kb.search.include import includes, revincludes
from fhir_kb.search.indexer import Indexer
from fhir_kb.search.matching import matching
from fhir_kb.search.query import CONTROL_PARAMETERS, control_parameters
from fhir_kb.search.result import Limits, Pairs, SearchResult, SearchWarning
from fhir_kb.search.search import search, search_system
from fhir_kb.search.search_types import modifiers
from fhir_kb.search.system import common_parameters
from fhir_kb.search.table import SearchTable, search_table

__all__ = [
    "CONTROL_PARAMETERS",
    "Indexer",
    "Limits",
    "Pairs",
    "SearchResult",
    "SearchTable",
    "SearchWarning",
    "common_parameters",
    "control_parameters",
    "includes",
    "matching",
    "modifiers",
    "revincludes",
    "search",
    "search_system",
    "search_table",
]
