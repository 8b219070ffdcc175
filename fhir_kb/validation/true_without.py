"""Which elements make an invariant true by being absent, read from the invariant itself.

https://hl7.org/fhirpath/

Most invariants speak of elements that most nodes do not have: ``binding.empty() or …``,
``name.exists() implies …``. Where the keys are not there nothing has to be evaluated.
"""

from collections.abc import Iterable
from itertools import product

from fhir_kb.definitions import Definitions, TypeDefinition
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.parser import parse
from fhir_kb.fhirpath.syntax import Call, Chain, Junction, Literal, Member, Operation, Syntax

Ways = frozenset[frozenset[str]]
"""Sets of element names: if all of one set are absent, the answer is known."""

_NONE: Ways = frozenset()
_WAYS_MAX = 8
_TRUE_OF_NOTHING = frozenset({"all", "allFalse", "allTrue", "empty", "isDistinct", "subsetOf"})
_FALSE_OF_NOTHING = frozenset({"anyFalse", "anyTrue", "exists"})
_NOTHING_OF_NOTHING = frozenset({"distinct", "first", "last", "ofType", "resolve", "select"}) | {
    "skip",
    "tail",
    "take",
    "where",
}
"""Functions by what they give for an empty collection, whatever their arguments."""


def keys_to_be_absent(
    text: str, definitions: Definitions, context: str
) -> tuple[frozenset[str], ...]:
    """Return sets of JSON keys; ``text`` is true of a ``context`` node without any key of one set.

    There may be none: then the invariant has to be evaluated.
    """
    definition = definitions.type(context)
    if definition is None or definition.kind == "primitive-type":
        return ()
    try:
        ways = _true(parse(text), definition)
    except FHIRPathError:
        return ()
    return tuple(_keys(names, definition) for names in sorted(ways, key=sorted))


def _keys(names: frozenset[str], definition: TypeDefinition) -> frozenset[str]:
    keys = [key for key, (element, _) in definition.json_names.items() if element.name in names]
    return frozenset([*keys, *(f"_{key}" for key in keys)])


def _true(syntax: Syntax, definition: TypeDefinition) -> Ways:
    """Return what has to be absent for an expression to be true."""
    match syntax:
        case Junction(operator="or", operands=operands):
            return _any(_true(operand, definition) for operand in operands)
        case Junction(operator="and", operands=operands):
            return _all(_true(operand, definition) for operand in operands)
        case Operation(operator="implies", left=left, right=right):
            return _any((_false(left, definition), _true(right, definition)))
        case Operation(
            operator="<=",
            left=Chain(steps=(*_, Call(name="count"))) as left,
            right=Literal(value=int()),
        ):
            return _absent(left, definition)
        case Chain(head=head, steps=(*steps, Call(name="not", arguments=()))) if steps:
            return _false(Chain(head, tuple(steps)), definition)
        case Chain(steps=(*_, Call(name=name))) if name in _TRUE_OF_NOTHING:
            return _absent(syntax, definition)
        case _:
            return _NONE


def _false(syntax: Syntax, definition: TypeDefinition) -> Ways:
    """Return what has to be absent for an expression to be false."""
    match syntax:
        case Junction(operator="or", operands=operands):
            return _all(_false(operand, definition) for operand in operands)
        case Junction(operator="and", operands=operands):
            return _any(_false(operand, definition) for operand in operands)
        case Chain(head=head, steps=(*steps, Call(name="not", arguments=()))) if steps:
            return _true(Chain(head, tuple(steps)), definition)
        case Chain(steps=(*_, Call(name=name))) if name in _FALSE_OF_NOTHING:
            return _absent(syntax, definition)
        case Operation(
            operator=">",
            left=Chain(steps=(*_, Call(name="count"))) as left,
            right=Literal(value=int()),
        ):
            return _absent(left, definition)
        case _:
            return _NONE


def _absent(chain: Chain, definition: TypeDefinition) -> Ways:
    """Return the element that a chain begins with, if nothing comes of it when it is absent."""
    match chain.head:
        case Member(name=name) if name in definition.elements:
            passes = all(
                isinstance(step, Member)
                or (isinstance(step, Call) and step.name in _NOTHING_OF_NOTHING)
                for step in chain.steps[:-1]
            )
            return frozenset({frozenset({name})}) if passes else _NONE
        case _:
            return _NONE


def _any(parts: Iterable[Ways]) -> Ways:
    return _few(way for ways in parts for way in ways)


def _all(parts: Iterable[Ways]) -> Ways:
    return _few(frozenset().union(*chosen) for chosen in product(*parts))


def _few(ways: Iterable[frozenset[str]]) -> Ways:
    found = sorted(set(ways), key=lambda way: (len(way), sorted(way)))
    return frozenset(found[:_WAYS_MAX])
