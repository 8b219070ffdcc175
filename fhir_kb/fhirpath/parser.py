"""Read a FHIRPath text into its syntax tree.

https://hl7.org/fhirpath/grammar.html
"""

from decimal import Decimal
from typing import NoReturn

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.quantity import CALENDAR_WORDS, Quantity
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
)
from fhir_kb.fhirpath.temporal import Kind, parse_temporal
from fhir_kb.fhirpath.tokens import Token, tokens_of, unquoted
from fhir_kb.fhirpath.values import INTEGER_LIMIT, LONG_LIMIT, SYSTEM_TEMPORAL, Long

MAX_HEIGHT = 100
"""How deep operators, calls and parentheses may nest; published expressions stay below 20."""

_LEVELS: dict[str, int] = {
    "implies": 1,
    **dict.fromkeys(("or", "xor"), 2),
    "and": 3,
    **dict.fromkeys(("in", "contains"), 4),
    **dict.fromkeys(("=", "!=", "~", "!~"), 5),
    **dict.fromkeys(("<", "<=", ">", ">="), 6),
    "|": 7,
    **dict.fromkeys(("is", "as"), 8),
    **dict.fromkeys(("+", "-", "&"), 9),
    **dict.fromkeys(("*", "/", "div", "mod"), 10),
}
"""How tightly an operator binds."""
_LOWEST, _SIGN_LEVEL = 1, 11
_ROWS = frozenset({"|", "and", "or"})
_RESERVED = frozenset({"and", "or", "xor", "implies", "div", "mod", "true", "false"})
_TEMPORAL_KINDS: dict[str, Kind] = {"date": "date", "datetime": "dateTime", "time": "time"}


def parse(text: str) -> Syntax:
    """Return the syntax of ``text``; refuse it with the place and what was expected there."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = iter(tokens_of(text))
        self.token = next(self.tokens)
        self.depth = 0
        # The height of the tree parsed last.
        self.height = 0

    def advance(self) -> None:
        self.token = next(self.tokens, self.token)

    def whole(self) -> Syntax:
        result = self.expression(_LOWEST)
        if self.token.kind != "end":
            self.refuse("an operator or the end of the expression")
        return result

    def refuse(self, expected: str, token: Token | None = None) -> NoReturn:
        token = token or self.token
        found = f"{token.text!r} at character {token.position + 1}" if token.text else "the end"
        raise FHIRPathError(
            f"The FHIRPath expression {_shortened(self.text)!r} cannot be read: "
            f"expected {expected}, found {found}",
            expression=self.text,
        )

    def accepts(self, symbol: str) -> bool:
        """Go past ``symbol`` if it is next."""
        if self.token.text == symbol and self.token.kind == "symbol":
            self.advance()
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.accepts(symbol):
            self.refuse(repr(symbol))

    def grow(self, height: int) -> None:
        """Note the height of the tree; hostile nesting must not exhaust the stack."""
        if height > MAX_HEIGHT:
            raise FHIRPathError(
                f"The FHIRPath expression {_shortened(self.text)!r} nests too deeply near "
                f"character {self.token.position + 1}: {MAX_HEIGHT} levels are read"
            )
        self.height = height

    def expression(self, level: int) -> Syntax:
        """Parse operators that bind at least as tightly as ``level``."""
        self.depth += 1
        self.grow(self.depth)
        left = self.signed()
        height = self.height
        while (own := self.operator_level()) >= level:
            token = self.token
            self.advance()
            if token.text in ("is", "as"):
                left = TypeTest(token.text, left, self.type_name(), token.position)
            elif token.text in _ROWS:
                left, row_height = self.row(token.text, left, own)
                height = max(height, row_height)
            else:
                right = self.expression(own + 1)
                height = max(height, self.height)
                left = Operation(token.text, left, right, token.position)
            height += 1
            self.grow(height)
        self.depth -= 1
        self.height = height
        return left

    def operator_level(self) -> int:
        token = self.token
        return _LEVELS.get(token.text, 0) if token.kind in ("symbol", "name") else 0

    def row(self, operator: str, first: Syntax, level: int) -> tuple[Syntax, int]:
        """Parse the further operands of ``operator``: a long row is wide, not deep."""
        operands = [first, self.expression(level + 1)]
        height = self.height
        while self.token.text == operator and self.token.kind in ("symbol", "name"):
            self.advance()
            operands.append(self.expression(level + 1))
            height = max(height, self.height)
        return Junction(operator, tuple(operands)), height

    def signed(self) -> Syntax:
        for sign in "+-":
            if self.accepts(sign):
                operand = self.expression(_SIGN_LEVEL)
                self.grow(self.height + 1)
                return Sign(sign, operand)
        return self.chain()

    def chain(self) -> Syntax:
        head = self.term()
        height = self.height
        steps: list[Step] = []
        while True:
            if self.accepts("."):
                steps.append(self.invocation())
            elif self.accepts("["):
                steps.append(Index(self.expression(_LOWEST)))
                self.expect("]")
            else:
                break
            height = max(height, self.height) + 1
            self.grow(height)
        self.height = height
        return Chain(head, tuple(steps)) if steps else head

    def term(self) -> Syntax:
        token = self.token
        self.height = 1
        if self.accepts("("):
            inner = self.expression(_LOWEST)
            self.expect(")")
            return inner
        if self.accepts("{"):
            self.expect("}")
            return Empty()
        if self.accepts("%"):
            return self.variable()
        if token.kind in _LITERALS or token.text in ("true", "false"):
            return self.literal()
        return self.invocation()

    def invocation(self) -> Member | Call | Special:
        token = self.token
        self.height = 1
        if token.kind == "special":
            self.advance()
            return Special(token.text[1:])
        name = self.name("an element, a function or a literal")
        if not self.accepts("("):
            return Member(name, token.position)
        arguments: list[Syntax] = []
        height = 0
        if not self.accepts(")"):
            while True:
                arguments.append(self.argument(name))
                height = max(height, self.height)
                if not self.accepts(","):
                    break
            self.expect(")")
        self.grow(height + 1)
        return Call(name, tuple(arguments), token.position)

    def argument(self, function: str) -> Syntax:
        argument = self.expression(_LOWEST)
        if function != "sort":
            return argument
        direction = self.token.text
        if direction in ("asc", "desc"):
            self.advance()
            return Ordered(argument, direction == "desc")
        if isinstance(argument, Sign) and argument.operator == "-":
            return Ordered(argument.operand, descending=True, negated=True)
        return Ordered(argument, descending=False)

    def name(self, expected: str) -> str:
        token = self.token
        if token.kind == "delimited":
            self.advance()
            return unquoted(token)
        if token.kind != "name" or token.text in _RESERVED:
            self.refuse(expected)
        self.advance()
        return token.text

    def type_name(self) -> str:
        name = self.name("the name of a type")
        while self.accepts("."):
            name += "." + self.name("the name of a type")
        return name

    def variable(self) -> Variable:
        token = self.token
        if token.kind == "string":
            self.advance()
            return Variable(unquoted(token), token.position)
        return Variable(self.name("the name of a variable"), token.position)

    def literal(self) -> Literal:
        token = self.token
        self.advance()
        if token.kind == "name":
            return Literal(token.text == "true", "System.Boolean")
        if token.kind == "string":
            return Literal(unquoted(token), "System.String")
        if token.kind == "long":
            return Literal(Long(self.integer(token, LONG_LIMIT)), "System.Long")
        if token.kind == "number":
            return self.number(token)
        kind = _TEMPORAL_KINDS[token.kind]
        value = parse_temporal(token.text[1:].removeprefix("T"), kind)
        if value is None:
            self.refuse(f"a {kind} that exists", token)
        return Literal(value, SYSTEM_TEMPORAL[kind])

    def number(self, token: Token) -> Literal:
        unit = self.token
        if unit.kind == "string":
            self.advance()
            code = unquoted(unit)
            return _quantity(token.text, CALENDAR_WORDS.get(code, code))
        if unit.kind == "name" and unit.text in CALENDAR_WORDS:
            self.advance()
            return _quantity(token.text, CALENDAR_WORDS[unit.text])
        if "." in token.text:
            return Literal(Decimal(token.text), "System.Decimal")
        return Literal(self.integer(token, INTEGER_LIMIT), "System.Integer")

    def integer(self, token: Token, limit: int) -> int:
        digits = token.text.removesuffix("L")
        if len(digits) > 40 or int(digits) > limit:
            self.refuse(f"a number of at most {limit}", token)
        return int(digits)


def _quantity(number: str, unit: str) -> Literal:
    return Literal(Quantity(Decimal(number), unit), "System.Quantity")


_LITERALS = frozenset({"string", "number", "long", "date", "datetime", "time"})


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
