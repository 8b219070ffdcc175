"""What a resource is found by: its search parameters' places, found and converted.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_kb.definitions import Coding, SearchParameter
from fhir_kb.fhirpath import Expression, Node, compile_expression, types_of
from fhir_kb.formats import Json
from fhir_kb.search.bulk_reader import BulkReader
from fhir_kb.search.leaves import CONVERSIONS, Leaf, Mark, leaf_of
from fhir_kb.search.place_tree import PlaceTree
from fhir_kb.search.places import Place, places_of
from fhir_kb.search.table import SearchTable
from fhir_kb.search.words import TEXTS, distinct_words
from fhir_kb.store.index import IndexRows, Parts, TokenEntry

_KEPT_BY_STORE = frozenset({"_id"})


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """A parameter whose expression is evaluated, with those of its components if it has any."""

    parameter: SearchParameter
    expression: Expression
    components: tuple["_Evaluated", ...] = ()


@dataclass(frozen=True, slots=True)
class _OfType:
    """How the resources of one type are indexed: by places, by expressions, by words."""

    tree: PlaceTree[Mark]
    evaluated: tuple[_Evaluated, ...]
    words: tuple[str, ...]
    bulk: BulkReader


class Indexer:
    """Makes the index rows of resources of one version; compiles each expression once."""

    def __init__(self, table: SearchTable) -> None:
        self._table = table
        self._types = types_of(table.definitions)
        self._compiled: dict[str, _OfType] = {}
        self._systems = _Systems(table)

    def index(self, resource: Json) -> IndexRows:
        """Return the index rows of a resource of a type that the table serves.

        Refuses an unknown type (UnknownType) and an expression that fails (FHIRPathError).
        """
        compiled = self._of_type(resource.get("resourceType", ""))
        rows = IndexRows()
        for mark, value in compiled.tree.find(resource):
            mark.add(rows, value)
        self._evaluate(rows, compiled.evaluated, resource)
        for code in compiled.words:
            words = distinct_words(TEXTS[code](resource))
            if words:
                rows.words[code] = sorted(words)
        return rows

    def parts(self, type: str, body: bytes) -> Parts:
        """Return the same of a resource's stored text, in parts that resources share."""
        return self._of_type(type).bulk.parts(body)

    def _of_type(self, type: str) -> _OfType:
        compiled = self._compiled.get(type)
        if compiled is None:
            compiled = self._compiled[type] = self._compile(type)
        return compiled

    def _compile(self, type: str) -> _OfType:
        marked: list[tuple[Place, Mark]] = []
        evaluated: list[_Evaluated] = []
        parameters = self._table.of_type(type)
        for parameter in parameters.values():
            if parameter.code in _KEPT_BY_STORE or not parameter.expression:
                continue
            places = places_of(parameter.expression, type, self._types)
            if places is None:
                evaluated.append(self._evaluated(type, parameter))
            elif parameter.components:
                composite = self._evaluated(type, parameter)
                marked += ((place, _Composite(self, composite, place.type)) for place in places)
            else:
                marked += self._leaves(parameter, places)
        words = tuple(code for code in parameters if code in TEXTS)
        tree = PlaceTree(marked)

        def add_rest(rows: IndexRows, resource: Json) -> None:
            for mark in tree.whole:
                mark.add(rows, resource)
            self._evaluate(rows, evaluated, resource)

        bulk = BulkReader(tree, words, add_rest if tree.whole or evaluated else None)
        return _OfType(tree, tuple(evaluated), words, bulk)

    def _leaves(
        self, parameter: SearchParameter, places: Iterable[Place]
    ) -> Iterable[tuple[Place, Leaf]]:
        for place in places:
            systems: Mapping[str, tuple[str, ...]] = {}
            if place.type == "code" and parameter.type == "token":
                systems = self._systems.at(place.owner, place.name)
            leaf = leaf_of(parameter.code, parameter.type, place.type, systems)
            if leaf is not None:
                yield place, leaf

    def _evaluated(self, type: str, parameter: SearchParameter) -> _Evaluated:
        definitions = self._table.definitions
        components = tuple(
            _Evaluated(
                self._table.component(type, parameter, number),
                compile_expression(expression, definitions),
            )
            for number, (_, expression) in enumerate(parameter.components)
        )
        expression = compile_expression(parameter.expression, definitions, type)
        return _Evaluated(parameter, expression, components)

    def _evaluate(self, rows: IndexRows, evaluated: Iterable[_Evaluated], resource: Json) -> None:
        root = Node(resource, str(resource.get("resourceType")))
        for each in evaluated:
            nodes = each.expression.evaluate(root)
            if each.components:
                self.add_composite(rows, each, nodes)
            else:
                self._add(rows, each.parameter, nodes)

    def _add(self, rows: IndexRows, parameter: SearchParameter, nodes: Iterable[Node]) -> None:
        add_by_type = CONVERSIONS[parameter.type]
        for node in nodes:
            add = add_by_type.get(node.type)
            if add is not None and _has_form(node):
                add(rows, parameter.code, node.value)
                if node.type == "code" and parameter.type == "token":
                    for system in self._systems.of(node):
                        entry = TokenEntry(system, node.value)
                        rows.tokens[parameter.code].append(entry)

    def add_composite(self, rows: IndexRows, composite: _Evaluated, nodes: Iterable[Node]) -> None:
        """Add each node where all components have a value."""
        for node in nodes:
            occurrence = []
            for component in composite.components:
                part = IndexRows()
                self._add(part, component.parameter, component.expression.evaluate(node))
                occurrence.append(part)
            if all(part != IndexRows() for part in occurrence):
                occurrences = rows.composites.setdefault(composite.parameter.code, [])
                occurrences.append(tuple(occurrence))


@dataclass(frozen=True, slots=True)
class _Composite:
    """A composite at a place that holds values of one type."""

    indexer: Indexer
    composite: _Evaluated
    type: str

    def add(self, rows: IndexRows, value: Any) -> None:
        """Add the value if all components have one in it."""
        self.indexer.add_composite(rows, self.composite, [Node(value, self.type)])


def _has_form(node: Node) -> bool:
    """Whether a value is an object where its type is one, and else a single value."""
    is_object = node.type[:1].isupper() and not node.type.startswith("System.")
    value = node.value
    return (
        value is not None and value.__class__ is not list and is_object == isinstance(value, dict)
    )


@dataclass(slots=True)
class _Systems:
    """The code systems that a ``code`` element is bound to: in resources they are not written."""

    _table: SearchTable
    _known: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, node: Node) -> tuple[str, ...]:
        """Return the systems that the element's required value set takes this code from."""
        if node.parent is None or node.name is None:
            return ()
        return self.at(node.parent.type, node.name).get(node.value, ())

    def at(self, type_name: str, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return the systems of each code that an element takes."""
        place = (type_name, name)
        if place not in self._known:
            self._known[place] = _by_code(self._codings(*place))
        return self._known[place]

    def _codings(self, type_name: str, name: str) -> Iterable[Coding]:
        definition = self._table.definitions.type(type_name)
        element = definition.elements.get(name) if definition else None
        binding = element.binding if element else None
        if binding is None or binding.strength != "required":
            return ()
        value_set = self._table.definitions.value_set(binding.value_set)
        return value_set.codings if value_set else ()


def _by_code(codings: Iterable[Coding]) -> Mapping[str, tuple[str, ...]]:
    systems: dict[str, set[str]] = {}
    for system, code in codings:
        systems.setdefault(code, set()).add(system)
    return {code: tuple(sorted(of_code)) for code, of_code in systems.items()}
