"""How functions are described and called.

https://hl7.org/fhirpath/#functions
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.code import Code, Value
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.syntax import Call
from fhir_kb.fhirpath.types import TypeName, Types
from fhir_kb.fhirpath.values import kind_of


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call while it is compiled: ``input`` is what stands before the dot.

    ``type_name`` is the type that is(), as() and ofType() name instead of an argument; ``strict``
    is the compiler's.
    """

    call: Call
    input: Code
    arguments: tuple[Code, ...]
    types: Types
    type_name: TypeName = TypeName(None, None)
    strict: bool = False

    @property
    def name(self) -> str:
        """The function's name as messages write it."""
        return f"{self.call.name}()"

    def argument(self, position: int) -> Code | None:
        """Return an argument, None if it was left out."""
        return self.arguments[position] if position < len(self.arguments) else None

    def text(self, position: int) -> Value:
        """Return the closure of an argument that must be a String."""
        return self._checked(self.arguments[position].value, str, "a String")

    def integer(self, position: int) -> Value:
        """Return the closure of an argument that must be an Integer."""
        return self._checked(self.arguments[position].value, int, "an Integer")

    def input_text(self) -> Value:
        """Return the closure of an input that must be a String."""
        return self._checked(self.input.value, str, "a String")

    def _checked(self, value: Value, kind: type, expected: str) -> Value:
        def checked(this: Nodes, state: State) -> Any:
            found = value(this, state)
            if found is None or found.__class__ is kind:
                return found
            if isinstance(found, kind) and not isinstance(found, bool):
                return found
            raise FHIRPathError(f"{self.name} needs {expected}, not a {kind_of(found)}")

        return checked


INPUT, ARGUMENT = "input", "argument"
"""What a function gives that gives items of its input, or what its last arguments give."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how it is compiled and how many arguments it takes (``most`` None: any).

    The rest serves the check before evaluation. ``takes_type`` says that the argument names a
    type, ``iterates`` that arguments are evaluated on the input's items, ``judges`` that the first
    of them is a condition, ``needs_order`` that the input's order matters. ``gives`` is the type
    of the result, INPUT, ARGUMENT, or None where it cannot be told.
    """

    build: Callable[[Invocation], Code]
    least: int = 0
    most: int | None = 0
    takes_type: bool = False
    iterates: bool = False
    judges: bool = False
    needs_order: bool = False
    gives: str | None = None


Functions = dict[str, Function]


def giving(result: str, functions: Functions) -> Functions:
    """Return ``functions`` as ones that give ``result``."""
    return {name: replace(function, gives=result) for name, function in functions.items()}
