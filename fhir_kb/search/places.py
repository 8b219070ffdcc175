"""Search parameters' expressions as places in JSON, all found in one walk over a resource.

https://hl7.org/fhir/R4/searchparameter.html

Nearly all expressions only name elements: paths, unions, a type chosen, a reference to one type,
an extension by its url. Those of one resource type become a tree of JSON keys that is walked
once. An expression of another form has no places here and is evaluated as FHIRPath.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from fhir_kb.fhirpath.parser import parse
from fhir_kb.fhirpath.syntax import (
    Call,
    Chain,
    Junction,
    Literal,
    Member,
    Operation,
    Syntax,
    TypeTest,
    type_argument,
)
from fhir_kb.fhirpath.syntax import Step as PathStep
from fhir_kb.fhirpath.types import Found, Types
from fhir_kb.formats import Json
from fhir_kb.search.reference_targets import refers_to

Holds = Callable[[Any, Json], bool]
"""Whether a value meets a condition; the resource around it is given for contained ones."""


@dataclass(frozen=True, slots=True)
class Step:
    """One JSON key, and the condition that what it holds must meet; ``condition`` names it."""

    key: str
    condition: str = ""
    holds: Holds | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where values of one type stand: ``steps`` from the resource; its element's owner and name."""

    steps: tuple[Step, ...]
    type: str
    owner: str = ""
    name: str = ""


def places_of(expression: str, resource_type: str, types: Types) -> list[Place] | None:
    """Return the places that an expression names in a resource type; None for another form."""
    try:
        places = _Compiler(resource_type, types).places(parse(expression))
    except _OtherFormError:
        return None
    return list(dict.fromkeys(places))


class _OtherFormError(Exception):
    """The expression is more than places."""


class _Compiler:
    def __init__(self, resource_type: str, types: Types) -> None:
        self._root = Place((), resource_type)
        self._types = types

    def places(self, syntax: Syntax) -> list[Place]:
        match syntax:
            case Member():
                return self._start(syntax.name)
            case Chain():
                places = self.places(syntax.head)
                for step in syntax.steps:
                    places = self._step(places, step)
                return places
            case Junction(operator="|"):
                return [place for part in syntax.operands for place in self.places(part)]
            case TypeTest(operator="as"):
                return self._of_type(self.places(syntax.operand), syntax.type)
            case _:
                raise _OtherFormError

    def _start(self, name: str) -> list[Place]:
        if name[:1].isupper() and self._types.is_subtype(self._root.type, name):
            return [self._root]
        return list(self._members([self._root], name))

    def _step(self, places: list[Place], step: PathStep) -> list[Place]:
        match step:
            case Member():
                return list(self._members(places, step.name))
            case Call(name="ofType" | "as"):
                return self._of_type(places, type_argument(step))
            case Call(name="extension", arguments=(Literal(value=str(url)),)):
                extensions = list(self._members(places, "extension"))
                return [self._equal(place, "url", url) for place in extensions]
            case Call(name="where", arguments=(condition,)):
                return [self._where(place, condition) for place in places]
            case _:
                raise _OtherFormError

    def _members(self, places: Iterable[Place], name: str) -> Iterator[Place]:
        for place in places:
            if not place.type or self._types.is_primitive(place.type):
                raise _OtherFormError
            found = self._types.places(place.type, name)
            for each in (found,) if isinstance(found, Found) else (found or {}).values():
                if not each.type:
                    raise _OtherFormError
                yield Place((*place.steps, Step(each.key)), each.type, place.type, each.name)

    def _of_type(self, places: list[Place], name: str) -> list[Place]:
        named = self._types.specified(name)
        if named.fhir is None:
            raise _OtherFormError
        if self._types.is_primitive(named.fhir):
            return [place for place in places if place.type == named.fhir]
        return [place for place in places if self._types.is_subtype(place.type, named.fhir)]

    def _where(self, place: Place, condition: Syntax) -> Place:
        match condition:
            case Operation():
                return self._equal(place, *_equation(condition))
            case Junction(operator="or", operands=operands):
                (name, *names), texts = zip(*map(_equation, operands), strict=True)
                if set(names) - {name}:
                    raise _OtherFormError
                return self._equal(place, name, *texts)
            case TypeTest(operator="is", operand=Call(name="resolve"), type=target):
                return self._limited(place, f"is {target}", refers_to(target, self._types))
            case _:
                raise _OtherFormError

    def _equal(self, place: Place, name: str, *texts: str) -> Place:
        found = self._types.places(place.type, name)
        # A string of another form may be equal to a date: only plain strings compare by text.
        if not isinstance(found, Found) or found.type not in _PLAIN or self._repeats(place, found):
            raise _OtherFormError
        key = found.key

        def holds(value: Any, root: Json) -> bool:
            return isinstance(value, dict) and value.get(key) in texts

        return self._limited(place, f"{key} = {texts}", holds)

    def _repeats(self, place: Place, found: Found) -> bool:
        definition = self._types.source.type(place.type) if self._types.source else None
        return definition is None or definition.json_names[found.key][0].is_list

    def _limited(self, place: Place, condition: str, holds: Holds) -> Place:
        *steps, last = place.steps or (None,)
        if last is None or last.holds is not None:
            raise _OtherFormError
        limited = replace(last, condition=condition, holds=holds)
        return replace(place, steps=(*(step for step in steps if step), limited))


def _equation(condition: Syntax) -> tuple[str, str]:
    match condition:
        case Operation(operator="=", left=Member(name=name), right=Literal(value=str(text))):
            return name, text
        case _:
            raise _OtherFormError


_PLAIN = frozenset({"string", "code", "uri", "url", "System.String"})
