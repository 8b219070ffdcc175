"""Find before evaluation what cannot be meant: unknown elements, conditions that are no Boolean.

https://hl7.org/fhirpath/#type-safety-and-strict-evaluation
"""

from dataclasses import dataclass, replace
from difflib import get_close_matches

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.functions.signature import ARGUMENT, INPUT, Function
from fhir_kb.fhirpath.functions.table import FUNCTIONS
from fhir_kb.fhirpath.syntax import (
    Call,
    Chain,
    Index,
    Junction,
    Literal,
    Member,
    Operation,
    Ordered,
    Sign,
    Special,
    Step,
    Syntax,
    TypeTest,
    type_argument,
)
from fhir_kb.fhirpath.types import Found, Types

_BOOLEANS = frozenset({"System.Boolean", "boolean"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What an expression may give: the types of its items, None if that cannot be told.

    ``ordered`` is false where the specification leaves the order of items open.
    """

    types: frozenset[str] | None = None
    ordered: bool = True


_UNKNOWN = Shape()
_BOOLEAN = Shape(frozenset({"System.Boolean"}))

_ARITHMETIC = frozenset({"+", "-", "*", "/", "&", "div", "mod"})


def check(syntax: Syntax, types: Types, context: str) -> None:
    """Refuse ``syntax`` if it cannot be meant for an item of the type ``context``."""
    _Check(types).shape(syntax, Shape(frozenset({context})))


class _Check:
    def __init__(self, types: Types) -> None:
        self.types = types

    def shape(self, syntax: Syntax, this: Shape) -> Shape:
        match syntax:
            case Literal():
                return Shape(frozenset({syntax.type}))
            case Special(name="this"):
                return this
            case Member():
                return self.start(syntax, this)
            case Call():
                return self.call(this, syntax, this)
            case Chain():
                result = self.shape(syntax.head, this)
                for step in syntax.steps:
                    result = self.step(result, step, this)
                return result
            case Sign():
                return self.shape(syntax.operand, this)
            case Ordered():
                return self.shape(syntax.key, this)
            case TypeTest():
                operand = self.shape(syntax.operand, this)
                return _BOOLEAN if syntax.operator == "is" else self.named(syntax.type, operand)
            case Junction() | Operation():
                return self.operation(syntax, this)
            case _:
                return _UNKNOWN

    def operation(self, syntax: Junction | Operation, this: Shape) -> Shape:
        if isinstance(syntax, Junction):
            shapes = [self.shape(operand, this) for operand in syntax.operands]
            return _joined(shapes) if syntax.operator == "|" else _BOOLEAN
        self.shape(syntax.left, this)
        self.shape(syntax.right, this)
        return _UNKNOWN if syntax.operator in _ARITHMETIC else _BOOLEAN

    def step(self, left: Shape, step: Step, this: Shape) -> Shape:
        match step:
            case Member():
                return self.member(left, step)
            case Call():
                return self.call(left, step, this)
            case Index():
                self.shape(step.index, this)
                _check_order(left, "[ ]")
                return left
            case Special():
                return this if step.name == "this" else _UNKNOWN

    def start(self, member: Member, this: Shape) -> Shape:
        name = member.name
        if this.types is None or not name[:1].isupper() or not self.types.knows(name):
            return self.member(this, member)
        related = [
            type
            for type in this.types
            if self.types.is_subtype(type, name) or self.types.is_subtype(name, type)
        ]
        if not related:
            raise FHIRPathError(
                f"The expression starts from {_listed(this.types)}, which is no {name} "
                f"(at character {member.position + 1})"
            )
        return Shape(frozenset({name}))

    def member(self, left: Shape, member: Member) -> Shape:
        if left.types is None:
            return replace(_UNKNOWN, ordered=left.ordered)
        found: set[str] = set()
        known = False
        for type in left.types:
            place = self.types.places(type, member.name)
            places = [place] if isinstance(place, Found) else list((place or {}).values())
            known = known or bool(places)
            if any(not each.type or each.type == "Resource" for each in places):
                return replace(_UNKNOWN, ordered=left.ordered)
            found |= {each.type for each in places if each.type}
        if not known:
            raise FHIRPathError(self.unknown_element(left.types, member))
        return Shape(frozenset(found), left.ordered)

    def unknown_element(self, types: frozenset[str], member: Member) -> str:
        where = (
            f"{_listed(types)} has no element {member.name!r} (at character {member.position + 1})"
        )
        for type in types:
            keys = self.types.keys(type) or {}
            choice = keys.get(member.name)
            if choice is not None:
                return f"{where}; write {choice.name}.ofType({choice.type})"
            close = get_close_matches(member.name, [key.name for key in keys.values()], 1)
            if close:
                return f"{where}; did you mean {close[0]!r}?"
        return where

    def call(self, left: Shape, call: Call, this: Shape) -> Shape:
        function = FUNCTIONS.get(call.name)
        # The compiler says more about a call that does not fit; aggregate() adds up the unknown.
        if function is None or len(call.arguments) < function.least or call.name == "aggregate":
            return _UNKNOWN
        if function.needs_order:
            _check_order(left, f"{call.name}()")
        if function.takes_type:
            named = self.named(type_argument(call), left)
            return _BOOLEAN if function.gives == "System.Boolean" else named
        focus = left if function.iterates else this
        shapes = [self.shape(argument, focus) for argument in call.arguments]
        if function.judges and shapes:
            _check_condition(call, shapes[0])
        return self.result(function, call, left, shapes)

    def result(self, function: Function, call: Call, left: Shape, shapes: list[Shape]) -> Shape:
        match call.name:
            case "children" | "descendants":
                return Shape(None, ordered=False)
            case "union" | "combine":
                return _joined([left, *shapes])
            case "repeat" | "repeatAll":
                return self.repeated(call, shapes[0])
        if function.gives == ARGUMENT:
            return _joined(shapes[1:] if function.judges else shapes)
        if function.gives is None:
            return _UNKNOWN
        return left if function.gives == INPUT else Shape(frozenset({function.gives}))

    def repeated(self, call: Call, first: Shape) -> Shape:
        """Return what repeat() may give; types found on the way may lack the element at the end."""
        result = first
        while result.types is not None:
            try:
                more = _joined([result, self.shape(call.arguments[0], result)])
            except FHIRPathError:
                return result
            if more == result:
                return result
            result = more
        return result

    def named(self, name: str, operand: Shape) -> Shape:
        type = self.types.specified(name)
        return Shape(frozenset({type.fhir or type.system or ""}), operand.ordered)


def _joined(shapes: list[Shape]) -> Shape:
    ordered = all(shape.ordered for shape in shapes)
    types: frozenset[str] = frozenset()
    for shape in shapes:
        if shape.types is None:
            return Shape(None, ordered)
        types |= shape.types
    return Shape(types, ordered)


def _check_order(shape: Shape, function: str) -> None:
    if not shape.ordered:
        raise FHIRPathError(
            f"{function} needs items in order, but children() and descendants() have none"
        )


def _check_condition(call: Call, condition: Shape) -> None:
    if condition.types is not None and not condition.types & _BOOLEANS:
        raise FHIRPathError(
            f"{call.name}() needs a Boolean condition, not {_listed(condition.types)} "
            f"(at character {call.position + 1})"
        )


def _listed(types: frozenset[str]) -> str:
    return " or ".join(sorted(types)[:5]) or "nothing"
