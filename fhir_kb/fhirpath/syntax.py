"""The parts of a parsed FHIRPath expression.

https://hl7.org/fhirpath/grammar.html
"""

from dataclasses import dataclass
from typing import Any

from fhir_kb.errors import FHIRPathError


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: ``value`` as values.py holds it, ``type`` such as ``System.String``."""

    value: Any
    type: str


@dataclass(frozen=True, slots=True)
class Empty:
    """``{}``."""


@dataclass(frozen=True, slots=True)
class Special:
    """``$this``, ``$index`` or ``$total``; ``name`` is without the dollar."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """``%name``."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Member:
    """An element's name, or at the start of an expression a type's."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Syntax", ...]
    position: int


@dataclass(frozen=True, slots=True)
class Index:
    """``[index]``."""

    index: "Syntax"


Step = Member | Call | Special | Index


@dataclass(frozen=True, slots=True)
class Chain:
    """``head.step.step[0]``."""

    head: "Syntax"
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A unary ``+`` or ``-``."""

    operator: str
    operand: "Syntax"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator between two operands."""

    operator: str
    left: "Syntax"
    right: "Syntax"
    position: int


@dataclass(frozen=True, slots=True)
class Junction:
    """The operands of a row of ``|``, of ``and`` or of ``or``."""

    operator: str
    operands: tuple["Syntax", ...]


@dataclass(frozen=True, slots=True)
class TypeTest:
    """``operand is type`` or ``operand as type``; ``type`` may be qualified."""

    operator: str
    operand: "Syntax"
    type: str
    position: int


@dataclass(frozen=True, slots=True)
class Ordered:
    """An argument of sort(): its key and whether the largest comes first.

    ``negated`` says that this was written as a minus, under which nothing is still the least.
    """

    key: "Syntax"
    descending: bool
    negated: bool = False


Syntax = (
    Literal
    | Empty
    | Special
    | Variable
    | Member
    | Call
    | Chain
    | Sign
    | Operation
    | Junction
    | TypeTest
    | Ordered
)


def type_argument(call: Call) -> str:
    """Return the type that the argument of is(), as() or ofType() names."""
    match call.arguments[0]:
        case Member(name=name):
            return name
        case Chain(head=Member(name=namespace), steps=(Member(name=name),)):
            return f"{namespace}.{name}"
        case _:
            raise FHIRPathError(f"{call.name}() needs the name of a type, such as Quantity")
