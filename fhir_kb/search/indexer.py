"""What a resource is found by: its search parameters' expressions, evaluated and converted.

https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_kb.definitions import Coding, SearchParameter
from fhir_kb.fhirpath import Expression, Node, compile_expression
from fhir_kb.formats import Json
from fhir_kb.search.reference_entries import REFERENCES
from fhir_kb.search.table import SearchTable
from fhir_kb.search.text_entries import STRINGS, URIS
from fhir_kb.search.token_entries import TOKENS
from fhir_kb.search.value_entries import DATES, NUMBERS
from fhir_kb.search.words import TEXTS, distinct_words
from fhir_kb.store.index import IndexRows, TokenEntry

Add = Callable[[IndexRows, str, Any], None]

CONVERSIONS: Mapping[str, Mapping[str, Add]] = {
    "token": TOKENS,
    "string": STRINGS,
    "uri": URIS,
    "reference": REFERENCES,
    "date": DATES,
    "number": NUMBERS,
    "quantity": NUMBERS,
}
"""By search type, how each element type becomes index entries; other elements are not indexed."""

_KEPT_BY_STORE = frozenset({"_id"})


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A parameter with its expression, and those of its components if it is a composite."""

    parameter: SearchParameter
    expression: Expression
    components: tuple["_Compiled", ...] = ()


class Indexer:
    """Makes the index rows of resources of one version; compiles each expression once."""

    def __init__(self, table: SearchTable) -> None:
        self._table = table
        self._compiled: dict[str, tuple[_Compiled, ...]] = {}
        self._systems = _Systems(table)

    def index(self, resource: Json) -> IndexRows:
        """Return the index rows of a resource of a type that the table serves.

        Refuses an unknown type (UnknownType) and an expression that fails (FHIRPathError).
        """
        type: str = resource.get("resourceType", "")
        rows = IndexRows()
        root = Node(resource, type)
        for compiled in self._of_type(type):
            nodes = compiled.expression.evaluate(root)
            if not nodes:
                continue
            if compiled.components:
                self._add_composite(rows, compiled, nodes)
            else:
                self._add(rows, compiled.parameter, nodes)
        for code in self._table.of_type(type):
            if code in TEXTS and (words := distinct_words(TEXTS[code](resource))):
                rows.words[code] = words
        return rows

    def _of_type(self, type: str) -> tuple[_Compiled, ...]:
        if type not in self._compiled:
            self._compiled[type] = tuple(
                self._compile(type, parameter)
                for parameter in self._table.of_type(type).values()
                if parameter.code not in _KEPT_BY_STORE and parameter.expression
            )
        return self._compiled[type]

    def _compile(self, type: str, parameter: SearchParameter) -> _Compiled:
        definitions = self._table.definitions
        components = tuple(
            _Compiled(
                self._table.component(type, parameter, number),
                compile_expression(expression, definitions),
            )
            for number, (_, expression) in enumerate(parameter.components)
        )
        expression = compile_expression(parameter.expression, definitions, type)
        return _Compiled(parameter, expression, components)

    def _add(self, rows: IndexRows, parameter: SearchParameter, nodes: Iterable[Node]) -> None:
        add_by_type = CONVERSIONS[parameter.type]
        for node in nodes:
            add = add_by_type.get(node.type)
            if add is not None and node.value is not None:
                add(rows, parameter.code, node.value)
                if node.type == "code" and parameter.type == "token":
                    for system in self._systems.of(node):
                        entry = TokenEntry(system, node.value)
                        rows.tokens[parameter.code].append(entry)

    def _add_composite(self, rows: IndexRows, composite: _Compiled, nodes: Iterable[Node]) -> None:
        """Add each place where all components have a value."""
        for node in nodes:
            occurrence = []
            for component in composite.components:
                part = IndexRows()
                self._add(part, component.parameter, component.expression.evaluate(node))
                occurrence.append(part)
            if all(part != IndexRows() for part in occurrence):
                occurrences = rows.composites.setdefault(composite.parameter.code, [])
                occurrences.append(tuple(occurrence))


@dataclass(slots=True)
class _Systems:
    """The code systems that a ``code`` element is bound to: in resources they are not written."""

    _table: SearchTable
    _known: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, node: Node) -> tuple[str, ...]:
        """Return the systems that the element's required value set takes this code from."""
        if node.parent is None or node.name is None:
            return ()
        place = (node.parent.type, node.name)
        if place not in self._known:
            self._known[place] = _by_code(self._codings(*place))
        return self._known[place].get(node.value, ())

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
