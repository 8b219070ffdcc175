"""Precedence and refusals: an invariant read wrongly judges wrongly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.parser import MAX_HEIGHT, parse
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
    Syntax,
    TypeTest,
    Variable,
)


def shown(syntax: Syntax | Index) -> str:
    """Write a tree with all its parentheses."""
    match syntax:
        case Literal(value=value):
            return str(value)
        case Empty():
            return "{}"
        case Special(name=name):
            return f"${name}"
        case Variable(name=name):
            return f"%{name}"
        case Member(name=name):
            return name
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(map(shown, arguments))})"
        case Index(index=index):
            return f"[{shown(index)}]"
        case Chain(head=head, steps=steps):
            return ".".join([shown(head), *map(shown, steps)])
        case Sign(operator=operator, operand=operand):
            return f"({operator}{shown(operand)})"
        case Operation(operator=operator, left=left, right=right):
            return f"({shown(left)} {operator} {shown(right)})"
        case Junction(operator=operator, operands=operands):
            return f"({f' {operator} '.join(map(shown, operands))})"
        case TypeTest(operator=operator, operand=operand, type=type):
            return f"({shown(operand)} {operator} {type})"
        case Ordered(key=key, descending=descending):
            return shown(key) + (" desc" if descending else "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("a | b = c | d", "((a | b) = (c | d))"),
        ("a and b or c and d", "((a and b) or (c and d))"),
        ("a or b xor c", "((a or b) xor c)"),
        ("a implies b implies c", "((a implies b) implies c)"),
        ("a or b implies c and d", "((a or b) implies (c and d))"),
        ("1 > 2 is Boolean", "(1 > (2 is Boolean))"),
        ("a = b in c", "((a = b) in c)"),
        ("a < b = c < d", "((a < b) = (c < d))"),
        ("a & b + c", "((a & b) + c)"),
        ("-a.b + c", "((-a.b) + c)"),
        ("a as FHIR.Quantity | b", "((a as FHIR.Quantity) | b)"),
        ("(a as Quantity).value", "(a as Quantity).value"),
        ("a.b[0].c($this, 1)", "a.b.[0].c($this, 1)"),
        ("a.is.contains.as.in", "a.is.contains.as.in"),
        ("a.contains('b') contains c", "(a.contains(b) contains c)"),
        ("a.sort(b desc, -c, d asc)", "a.sort(b desc, c desc, d)"),
        ("%resource.`div`", "%resource.div"),
        ("%'us-zip' = %`us-zip`", "(%us-zip = %us-zip)"),
        ("{} = {}", "({} = {})"),
        ("4 days + 1 'mg'", "(4 days + 1 'mg')"),
        ("day.days", "day.days"),
    ],
)
def test_precedence(text: str, expected: str) -> None:
    assert expected == shown(parse(text))


@pytest.mark.parametrize(
    ("text", "type", "written"),
    [
        ("true", "System.Boolean", "True"),
        ("'x'", "System.String", "x"),
        ("5", "System.Integer", "5"),
        ("5L", "System.Long", "5"),
        ("5.10", "System.Decimal", "5.10"),
        ("@2015-02-04", "System.Date", "2015-02-04"),
        ("@2015-02T", "System.DateTime", "2015-02"),
        ("@2015-02-04T14:30Z", "System.DateTime", "2015-02-04T14:30Z"),
        ("@T14:30:01.5", "System.Time", "14:30:01.5"),
        ("10.1 'mg'", "System.Quantity", "10.1 'mg'"),
        ("1 'month'", "System.Quantity", "1 month"),
        ("3 weeks", "System.Quantity", "3 weeks"),
    ],
)
def test_literals(text: str, type: str, written: str) -> None:
    syntax = parse(text)
    assert isinstance(syntax, Literal)
    assert (type, written) == (syntax.type, str(syntax.value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected an element, a function or a literal, found the end"),
        ("name.", "expected an element, a function or a literal, found the end"),
        ("name..given", "found '.' at character 6"),
        ("2 + 2 /", "found the end"),
        ("(a", r"expected '\)', found the end"),
        ("a[1", r"expected '\]'"),
        ("f(a b)", r"expected '\)', found 'b' at character 5"),
        ("a b", "expected an operator or the end of the expression, found 'b' at character 3"),
        ("a is 5", "expected the name of a type, found '5'"),
        ("{a}", "expected '}'"),
        ("%5", "expected the name of a variable"),
        ("a.div", "found 'div'"),
        ("@2015-13", "expected a date that exists"),
        ("@2015-02-30", "expected a date that exists"),
        ("@T25", "expected a time that exists"),
        ("@T14:34:28Z", "found 'Z'"),
        ("2147483648", "at most 2147483647"),
        ("9" * 5000 + "L", "at most 9223372036854775807"),
    ],
)
def test_a_refusal_names_place_and_expectation(text: str, message: str) -> None:
    with pytest.raises(FHIRPathError, match=message):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "-" * 5000 + "1",
        "a" + ".a" * 5000,
        "1" + "+1" * 5000,
        "f(" * 5000,
        "a" + "[0]" * 5000,
        "a" + " is b" * 3000,
    ],
)
def test_nesting_is_bounded(text: str) -> None:
    """A hostile expression must not exhaust the stack."""
    with pytest.raises(FHIRPathError, match=f"nests too deeply.*{MAX_HEIGHT} levels"):
        parse(text)


@pytest.mark.parametrize("operator", [" | ", " and ", " or "])
def test_a_long_row_is_wide_not_deep(operator: str) -> None:
    """Search parameters that many types share are rows of dozens of operands."""
    row = parse(operator.join(["a"] * 1000))
    assert isinstance(row, Junction)
    assert len(row.operands) == 1000


_PIECES: Any = st.sampled_from(
    [
        "a",
        ".",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'",
        "`",
        "%",
        "$this",
        "1",
        "1.5",
        "@2015",
        "@T10",
        "'x'",
        ",",
        "+",
        "-",
        "*",
        "/",
        "&",
        "|",
        "=",
        "~",
        "<",
        "and",
        "or",
        "xor",
        "implies",
        "is",
        "as",
        "in",
        "contains",
        "days",
        "div",
        "mod",
        "true",
        "\\",
        "//",
        "/*",
        "where",
        "exists",
        "select",
        "ofType",
        "sort",
        "desc",
    ]
)


@given(st.lists(_PIECES, max_size=30).map(" ".join))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Nothing but FHIRPathError may come out, whatever a client sends."""
    try:
        parse(text)
    except FHIRPathError as fault:
        assert fault.message
