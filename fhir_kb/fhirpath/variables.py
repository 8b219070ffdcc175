"""%variables: those of the specification and those of the caller.

https://hl7.org/fhir/R4/fhirpath.html#variables
"""

from collections.abc import Callable
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, from_constant
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import untyped_name
from fhir_kb.fhirpath.values import EMPTY, UCUM, nodes_of

_CONSTANTS = {
    "ucum": UCUM,
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
_PREFIXES = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def _one(node: Node | None) -> Nodes:
    return EMPTY if node is None else [node]


_PLACES: dict[str, Callable[[State], Nodes]] = {
    "context": lambda state: state.context,
    "resource": lambda state: _one(state.resource),
    "rootResource": lambda state: _one(state.root_resource),
}


def is_predefined(name: str) -> bool:
    """Whether the specification gives %``name`` a meaning."""
    return name in _CONSTANTS or name in _PLACES or name.startswith(tuple(_PREFIXES))


def compile_variable(name: str) -> Code:
    """Return the code of %``name``."""
    if name in _CONSTANTS:
        return from_constant(_CONSTANTS[name], "System.String")
    for prefix, url in _PREFIXES.items():
        if name.startswith(prefix):
            return from_constant(url + name.removeprefix(prefix), "System.String")
    place = _PLACES.get(name)
    if place is not None:
        return Code(lambda this, state: place(state))

    def nodes(this: Nodes, state: State) -> Nodes:
        defined = state.variables.get(name)
        if defined is not None:
            return defined
        given = state.environment.variables
        if name not in given:
            raise FHIRPathError(
                f"The variable %{name} is not defined; defined are "
                + ", ".join(f"%{known}" for known in (*_PLACES, *_CONSTANTS, *given))
            )
        return _given(given[name])

    return Code(nodes)


def _given(value: Any) -> Nodes:
    if isinstance(value, list):
        return [node for item in value for node in _given(item)]
    if isinstance(value, dict):
        return [Node(value, untyped_name(value))]
    return nodes_of(value)
