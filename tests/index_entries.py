"""The index entries of a resource as a set, however they are held."""

from typing import Any

from fhir_kb.store.index import IndexRows, Parts
from fhir_kb.store.terms import terms_of


def flattened(entries: IndexRows | Parts) -> set[Any]:
    """Return every term, date, number, word and composite of one resource."""
    if isinstance(entries, IndexRows):
        return _of_rows(entries)
    found = {entry for part in entries.shared for entry in _of_rows(part.rows)}
    found |= {(code, "date", low, high) for code, low, high in entries.dates}
    return found | {(code, "word", word) for code, words in entries.words for word in words}


def _of_rows(rows: IndexRows) -> set[Any]:
    found: set[Any] = set(terms_of(rows))
    found |= {(code, "date", *date) for code, dates in rows.dates.items() for date in dates}
    found |= {(code, "number", *each) for code, all in rows.quantities.items() for each in all}
    for code, occurrences in rows.composites.items():
        for components in occurrences:
            found.add((code, tuple(frozenset(_of_rows(each)) for each in components)))
    return found
