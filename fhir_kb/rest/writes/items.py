"""The values of one element in JSON, each with the id and extensions that stand beside it.

https://hl7.org/fhir/R4/json.html#primitive
"""

from typing import Any, NamedTuple

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json


class Item(NamedTuple):
    """A value and what stands beside it; either may be None, as in a list of primitives."""

    value: Any
    beside: Json | None = None


class Items:
    """What an element ``name`` (a JSON key) of ``holder`` holds; changes are made in place."""

    def __init__(self, holder: Node, name: str) -> None:
        self.holder = holder
        self.name = name

    def __len__(self) -> int:
        return len(self._all())

    def insert(self, index: int, item: Item) -> None:
        """Put an item into the list."""
        items = self._all()
        items.insert(index, item)
        self._write([list(column) for column in zip(*items, strict=True)])

    def remove(self, index: int | None) -> Item:
        """Take out an item, or the single value when the index is None, and return it."""
        items = self._all()
        item = items.pop(index or 0)
        self._write([list(column) for column in zip(*items, strict=True)] or [None, None])
        return item

    def set(self, item: Item) -> None:
        """Make this the single value."""
        self._write(list(item))

    def put(self, index: int | None, item: Item) -> None:
        """Replace an item of the list, or the single value when the index is None."""
        if index is None:
            self.set(item)
            return
        items = self._all()
        items[index : index + 1] = [item]
        self._write([list(column) for column in zip(*items, strict=True)])

    def _all(self) -> list[Item]:
        elements = self.holder.elements or {}
        value, beside = elements.get(self.name), elements.get(f"_{self.name}")
        if not isinstance(value, list) and not isinstance(beside, list):
            return [] if value is None and beside is None else [Item(value, beside)]
        values, besides = value or [], beside or []
        count = max(len(values), len(besides))
        values = [*values, *[None] * (count - len(values))]
        besides = [*besides, *[None] * (count - len(besides))]
        return [Item(*pair) for pair in zip(values, besides, strict=True)]

    def _write(self, columns: list[Any]) -> None:
        elements = self._elements()
        for key, column in zip((self.name, f"_{self.name}"), columns, strict=True):
            nothing = all(item is None for item in column) if isinstance(column, list) else None
            if column is None or nothing:
                elements.pop(key, None)
            else:
                elements[key] = column

    def _elements(self) -> Json:
        """Return the object that holds the element; a primitive is given one beside it."""
        elements = self.holder.elements
        if elements is None:
            elements = self.holder.extra = {}
            if self.holder.parent is not None:
                own = Item(self.holder.value, elements)
                Items(self.holder.parent, self.holder.key).put(self.holder.index, own)
        return elements
