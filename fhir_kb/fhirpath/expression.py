"""Compile an expression once, evaluate it on many resources.

https://hl7.org/fhirpath/
"""

from functools import lru_cache

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.check import check
from fhir_kb.fhirpath.code import Code
from fhir_kb.fhirpath.compiler import Compiler
from fhir_kb.fhirpath.environment import NOTHING_GIVEN, Environment
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.parser import parse
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.types import Types, TypeSource, untyped_name
from fhir_kb.formats import Json


class Expression:
    """A compiled expression; ``text`` is what was compiled, ``context`` the type it starts from."""

    __slots__ = ("_code", "context", "text")

    def __init__(self, text: str, context: str | None, code: Code) -> None:
        self.text = text
        self.context = context
        self._code = code

    def evaluate(self, item: Json | Node | Nodes, environment: Environment | None = None) -> Nodes:
        """Return the nodes that the expression gives for ``item``, in their order.

        Refuses what the specification calls an error (several items where one is needed, types
        that do not fit), what the environment cannot answer, and what exceeds its budget.
        """
        items = self._items(item)
        try:
            # A copy, because constants are shared by all evaluations.
            return list(self._code.nodes(items, State(environment or NOTHING_GIVEN, items)))
        except FHIRPathError as fault:
            raise self._named(fault) from None
        except RecursionError:
            raise self._too_deep() from None

    def is_true(self, item: Json | Node | Nodes, environment: Environment | None = None) -> bool:
        """Whether the expression holds for ``item`` as an invariant must: nothing is not true.

        Refuses what ``evaluate`` refuses.
        """
        items = self._items(item)
        try:
            return self._code.truth(items, State(environment or NOTHING_GIVEN, items)) is True
        except FHIRPathError as fault:
            raise self._named(fault) from None
        except RecursionError:
            raise self._too_deep() from None

    def _items(self, item: Json | Node | Nodes) -> Nodes:
        if isinstance(item, Node):
            return [item]
        if isinstance(item, dict):
            return [Node(item, untyped_name(item) or self.context or "")]
        return item

    def _named(self, fault: FHIRPathError) -> FHIRPathError:
        return FHIRPathError(f"{fault.message} [{self.text}]", expression=self.text)

    def _too_deep(self) -> FHIRPathError:
        return FHIRPathError(f"The data nests too deeply for [{self.text}]", expression=self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def compile_expression(
    text: str,
    definitions: TypeSource | None = None,
    context: str | None = None,
    *,
    strict: bool = False,
) -> Expression:
    """Return the compiled ``text``; the same arguments give the same object.

    ``definitions`` tell the types of elements; without them JSON keys are taken as they are, so
    that ``value`` does not find ``valueQuantity``. ``context`` is the type the expression starts
    from. ``strict`` also refuses elements that the types do not have, conditions that are no
    Boolean, an order where there is none, and ``as`` on several items; published expressions
    need it off. Refuses a text that is no FHIRPath, naming the place and what was expected, and
    functions and types that do not exist.
    """
    return _compiled(text, definitions, context, strict)


@lru_cache(maxsize=8192)
def _compiled(
    text: str, definitions: TypeSource | None, context: str | None, strict: bool
) -> Expression:
    types, syntax = types_of(definitions), parse(text)
    if strict and definitions is not None and context is not None:
        check(syntax, types, context)
    compiler = Compiler(types, strict=strict, scopes="defineVariable" in text)
    try:
        return Expression(text, context, compiler.compile(syntax))
    except FHIRPathError as fault:
        raise FHIRPathError(f"{fault.message} [{text}]", expression=text) from None


@lru_cache(maxsize=16)
def types_of(definitions: TypeSource | None) -> Types:
    """Return the lookups over ``definitions``, shared by all expressions compiled with them."""
    return Types(definitions)
