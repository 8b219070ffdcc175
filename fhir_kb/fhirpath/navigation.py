"""From an item to its elements: ``name``, ``Patient.name``, ``name[0]``, children, descendants.

https://hl7.org/fhirpath/#path-selection
"""

from collections.abc import Callable, Mapping

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import THIS, Code
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import Found, Types, nodes_at
from fhir_kb.fhirpath.values import EMPTY, kind_of
from fhir_kb.formats import Json

Place = Found | Mapping[str, Found] | None


def compile_member(left: Code, name: str, types: Types) -> Code:
    """Return the code of ``left.name``."""
    select = _selector(name, types)
    count = _counter(name, types)
    if left.is_this:
        return Code(lambda this, state: select(this), tally=lambda this, state: count(this))
    collect = left.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        return select(items) if items else EMPTY

    def tally(this: Nodes, state: State) -> int:
        items = collect(this, state)
        return count(items) if items else 0

    return Code(nodes, tally=tally)


class _Places(dict[str, Place]):
    """Where an element is, by the type of the item; asked for once per type."""

    def __init__(self, name: str, types: Types) -> None:
        super().__init__()
        self._name = name
        self._types = types

    def __missing__(self, type: str) -> Place:
        place = self[type] = self._types.places(type, self._name)
        return place


def _selector(name: str, types: Types) -> Callable[[Nodes], Nodes]:
    places = _Places(name, types)

    def select(items: Nodes) -> Nodes:
        result: Nodes = []
        for item in items:
            elements = item.value
            if elements.__class__ is not dict:
                elements = item.extra
                if elements is None:
                    continue
            place = places[item.type]
            if not isinstance(place, Found):
                if place is not None:
                    result.extend(_chosen(item, elements, place))
                continue
            value, type = elements.get(place.key), place.type
            if not type or place.beside in elements:
                result.extend(nodes_at(item, elements, place))
            elif value.__class__ is list:
                for index, each in enumerate(value):
                    if each is not None:
                        result.append(Node(each, type, None, item, name, index))
            elif value is not None:
                result.append(Node(value, type, None, item, name))
        return result

    return select


def _chosen(item: Node, elements: Json, places: Mapping[str, Found]) -> Nodes:
    """Return the items of a choice: the JSON key names the type."""
    keys = {key.removeprefix("_"): None for key in elements}
    found = [places[key] for key in keys if key in places]
    return [node for place in found for node in nodes_at(item, elements, place)]


def _counter(name: str, types: Types) -> Callable[[Nodes], int]:
    """Return a function that counts elements, without building the nodes of most."""
    places = _Places(name, types)
    select = _selector(name, types)

    def count(items: Nodes) -> int:
        total = 0
        for item in items:
            elements = item.value
            if elements.__class__ is not dict:
                elements = item.extra
                if elements is None:
                    continue
            place = places[item.type]
            if isinstance(place, Found) and place.beside not in elements:
                value = elements.get(place.key)
                if value.__class__ is list:
                    total += len(value) - value.count(None)
                elif value is not None:
                    total += 1
            elif place is not None and (isinstance(place, Found) or _is_there(elements, place)):
                total += len(select([item]))
        return total

    return count


def _is_there(elements: Json, places: Mapping[str, Found]) -> bool:
    return any(key.removeprefix("_") in places for key in elements)


def compile_start(name: str, types: Types) -> Code:
    """Return the code of a name at the start: the items of a type so called, or an element."""
    member = compile_member(THIS, name, types)
    if not name[:1].isupper():
        return member
    within: dict[str, bool] = {}

    def nodes(this: Nodes, state: State) -> Nodes:
        items: Nodes = []
        for item in this:
            matches = within.get(item.type)
            if matches is None:
                matches = within[item.type] = types.is_subtype(item.type, name)
            items.extend((item,) if matches else member.nodes([item], state))
        return items

    return Code(nodes)


def compile_index(left: Code, index: Code) -> Code:
    """Return the code of ``left[index]``."""
    collect, position_of = left.nodes, index.value

    def nodes(this: Nodes, state: State) -> Nodes:
        items = collect(this, state)
        position = position_of(this, state)
        if position is None:
            return EMPTY
        if isinstance(position, bool) or not isinstance(position, int):
            raise FHIRPathError(f"An index is an Integer, not a {kind_of(position)}")
        return [items[position]] if 0 <= position < len(items) else EMPTY

    return Code(nodes)


def compile_children(left: Code, types: Types) -> Code:
    """Return the code of children()."""
    collect = left.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        children = [child for item in collect(this, state) for child in types.children(item)]
        state.spend(len(children))
        return children

    def tally(this: Nodes, state: State) -> int:
        return sum(types.count_children(item) for item in collect(this, state))

    return Code(nodes, tally=tally)


def compile_descendants(left: Code, types: Types) -> Code:
    """Return the code of descendants(): all below the items, each before its own children."""
    collect = left.nodes

    def nodes(this: Nodes, state: State) -> Nodes:
        result: Nodes = []
        items = collect(this, state)
        waiting = [child for item in reversed(items) for child in reversed(types.children(item))]
        while waiting:
            child = waiting.pop()
            result.append(child)
            below = types.children(child)
            if below:
                state.spend(len(below))
                waiting.extend(reversed(below))
        return result

    return Code(nodes)
