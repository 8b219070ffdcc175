"""Every operator and function on every kind of value: an answer or a refusal, never a crash."""

from decimal import Decimal
from typing import Any

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Budget, Environment, Node, compile_expression
from fhir_kb.fhirpath.functions.table import FUNCTIONS

_LITERALS = [
    "{}",
    "true",
    "'text'",
    "''",
    "0",
    "-7",
    "2147483647",
    "9223372036854775807L",
    "0.0",
    "1.50",
    "9" * 60 + ".5",
    "0." + "0" * 60 + "1",
    "@2015",
    "@9999-12-31",
    "@2016-12-31T23:59:60.5Z",
    "@T23:59",
    "4 days",
    "1 'a'",
    "5 'mg'",
    "0 'Cel'",
    "9" * 60 + " 'km'",
    "name",
    "name.given",
    "deceased",
    "%huge",
    "%tiny",
    "%odd",
]
_OPERATORS = ["=", "!=", "~", "<", ">=", "+", "-", "*", "/", "div", "mod", "&", "|", "in", "and"]

_VARIABLES: dict[str, Any] = {
    "huge": Node(Decimal("1E+400000000"), "decimal"),
    "tiny": Node({"value": Decimal("1E-400000000"), "unit": "mg"}, "Quantity"),
    "odd": [Node([1], "HumanName"), Node({"a": 1}, "string"), Node(1.5, "decimal")],
}


@pytest.fixture
def answer(r4, patient):
    environment = Environment(variables=_VARIABLES, budget=Budget(max_steps=1000))

    def answer(text: str) -> None:
        try:
            nodes = compile_expression(text, r4, "Patient").evaluate(patient, environment)
        except FHIRPathError as refusal:
            assert refusal.message
        else:
            assert all(len(str(node.value)) < 2000 or node.parent for node in nodes), text

    return answer


def _pairs(shift: int) -> list[tuple[str, str]]:
    """Pair each literal with another, a different one for each operator and function."""
    turn = shift % len(_LITERALS)
    return list(zip(_LITERALS, _LITERALS[turn:] + _LITERALS[:turn], strict=True))


@pytest.mark.parametrize("operator", _OPERATORS)
def test_operators(answer, operator) -> None:
    for shift in range(0, len(_LITERALS), 4):
        for left, right in _pairs(shift + _OPERATORS.index(operator)):
            answer(f"({left}) {operator} ({right})")


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions(answer, name) -> None:
    function = FUNCTIONS[name]
    for value, other in _pairs(sorted(FUNCTIONS).index(name)):
        argument = "Quantity" if function.takes_type else other
        for count in range(function.least, min(function.most or 2, 2) + 1):
            answer(f"({value}).{name}({', '.join([argument] * count)})")
