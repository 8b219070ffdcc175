"""Turn the syntax of an expression into code.

https://hl7.org/fhirpath/#expressions
"""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.arithmetic import compile_arithmetic, compile_concatenation, compile_sign
from fhir_kb.fhirpath.code import NOTHING, THIS, Code, from_constant, from_value
from fhir_kb.fhirpath.comparison import compile_comparison
from fhir_kb.fhirpath.functions.signature import Function, Invocation
from fhir_kb.fhirpath.functions.table import FUNCTIONS
from fhir_kb.fhirpath.functions.type_tests import compile_as, compile_is
from fhir_kb.fhirpath.logic import (
    compile_and,
    compile_implies,
    compile_not,
    compile_or,
    compile_xor,
)
from fhir_kb.fhirpath.membership import (
    compile_contains,
    compile_equality,
    compile_equivalence,
    compile_in,
    compile_union,
)
from fhir_kb.fhirpath.navigation import compile_index, compile_member, compile_start
from fhir_kb.fhirpath.node import Nodes
from fhir_kb.fhirpath.state import State
from fhir_kb.fhirpath.syntax import (
    Call,
    Chain,
    Empty,
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
    Variable,
    type_argument,
)
from fhir_kb.fhirpath.types import Types
from fhir_kb.fhirpath.variables import compile_variable

_OPERATIONS: dict[str, Callable[[Code, Code], Code]] = {
    "implies": compile_implies,
    "xor": compile_xor,
    "=": compile_equality,
    "!=": lambda left, right: compile_not(compile_equality(left, right)),
    "in": compile_in,
    "contains": compile_contains,
    "&": compile_concatenation,
    **{symbol: partial(compile_comparison, symbol) for symbol in ("<", "<=", ">", ">=")},
    **{
        symbol: partial(compile_arithmetic, symbol) for symbol in ("+", "-", "*", "/", "div", "mod")
    },
}
_JUNCTIONS: dict[str, Callable[[list[Code]], Code]] = {
    "|": compile_union,
    "and": compile_and,
    "or": compile_or,
}
_SPECIALS = {
    "this": THIS,
    "index": from_value(lambda this, state: state.index),
    "total": Code(lambda this, state: state.total),
}


class Compiler:
    """Compiles against the definitions in ``types``.

    ``strict`` refuses ``as`` on several items; ``scopes`` keeps defined variables where they were
    defined, which costs time and is needed only where there are any.
    """

    def __init__(self, types: Types, *, strict: bool, scopes: bool) -> None:
        self.types = types
        self.strict = strict
        self.scopes = scopes

    def compile(self, syntax: Syntax) -> Code:
        """Return the code of ``syntax``; refuse unknown functions and types."""
        match syntax:
            case Member():
                return compile_start(syntax.name, self.types)
            case Chain():
                return self._chain(syntax)
            case Literal():
                return from_constant(syntax.value, syntax.type)
            case Call():
                return self._call(THIS, syntax)
            case Operation():
                return self._operation(syntax)
            case Junction():
                codes = [self._scoped(operand) for operand in syntax.operands]
                return _JUNCTIONS[syntax.operator](codes)
            case Empty():
                return NOTHING
            case Special():
                return _SPECIALS[syntax.name]
            case Variable():
                return compile_variable(syntax.name)
            case Sign():
                return compile_sign(syntax.operator, self._scoped(syntax.operand))
            case TypeTest():
                return self._type_test(syntax)
            case Ordered():
                return self.compile(syntax.key)

    def _chain(self, chain: Chain) -> Code:
        code = self.compile(chain.head)
        for step in chain.steps:
            code = self._step(code, step)
        return code

    def _step(self, left: Code, step: Step) -> Code:
        match step:
            case Member():
                return compile_member(left, step.name, self.types)
            case Call():
                return self._call(left, step)
            case Index():
                return compile_index(left, self._scoped(step.index))
            case Special():
                return _SPECIALS[step.name]

    def _operation(self, syntax: Operation) -> Code:
        left, right = self._scoped(syntax.left), self._scoped(syntax.right)
        match syntax.operator:
            case "~":
                return compile_equivalence(left, right, self.types)
            case "!~":
                return compile_not(compile_equivalence(left, right, self.types))
            case operator:
                return _OPERATIONS[operator](left, right)

    def _type_test(self, syntax: TypeTest) -> Code:
        operand, type = self._scoped(syntax.operand), self.types.specified(syntax.type)
        if syntax.operator == "is":
            return compile_is(operand, type, self.types)
        return compile_as(operand, type, self.types, strict=self.strict)

    def _call(self, left: Code, call: Call) -> Code:
        function = FUNCTIONS.get(call.name)
        if function is None:
            raise FHIRPathError(_unknown(call))
        count = len(call.arguments)
        if count < function.least or (function.most is not None and count > function.most):
            raise FHIRPathError(
                f"{call.name}() takes {_number(function)}, not {count} "
                f"(at character {call.position + 1} of the FHIRPath expression)"
            )
        if function.takes_type:
            named = self.types.specified(type_argument(call))
            return function.build(Invocation(call, left, (), self.types, named, self.strict))
        arguments = tuple(self._scoped(argument) for argument in call.arguments)
        return function.build(Invocation(call, left, arguments, self.types, strict=self.strict))

    def _scoped(self, syntax: Syntax) -> Code:
        """Compile an argument or operand: a variable defined inside is not seen outside."""
        code = self.compile(syntax)
        if not self.scopes:
            return code
        collect = code.nodes

        def nodes(this: Nodes, state: State) -> Nodes:
            outer = state.variables
            items = collect(this, state)
            state.variables = outer
            return items

        return Code(nodes)


def _unknown(call: Call) -> str:
    close = get_close_matches(call.name, FUNCTIONS, 1)
    proposal = f"; did you mean {close[0]}()?" if close else ""
    where = f" (at character {call.position + 1} of the FHIRPath expression)"
    return f"There is no function {call.name}(){where}{proposal}"


def _number(function: Function) -> str:
    if function.most is None:
        return f"at least {function.least} arguments"
    if function.least == function.most:
        return "1 argument" if function.least == 1 else f"{function.least or 'no'} arguments"
    return f"{function.least} to {function.most} arguments"
