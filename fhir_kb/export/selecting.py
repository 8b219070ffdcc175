"""What an export needs to know of searching and of elements, given by who builds the exports.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
"""

from collections.abc import Callable
from dataclasses import dataclass

from fhir_kb.export.job import Asked, TypeFilter
from fhir_kb.store.interface import Rows, Store


@dataclass(frozen=True)
class Selecting:
    """``rows`` finds what meets a filter; ``shortened`` leaves of a text only some elements."""

    rows: Callable[[Store, TypeFilter, str], Rows]
    shortened: Callable[[str, bytes, tuple[str, ...]], bytes]

    def rows_of(self, store: Store, type: str, asked: Asked) -> Rows:
        """Return the rows of a type that meet one of its filters; all where it has none."""
        filters = [each for each in asked.filters if each.type == type]
        if not filters:
            return store.rows_of_type(type)
        found = self.rows(store, filters[0], asked.base)
        for other in filters[1:]:
            found = found | self.rows(store, other, asked.base)
        return found

    def texts(self, type: str, texts: list[bytes], asked: Asked) -> list[bytes]:
        """Return the texts with the elements that were asked for, whole ones as they are."""
        if not asked.elements:
            return texts
        return [self.shortened(type, text, asked.elements) for text in texts]
