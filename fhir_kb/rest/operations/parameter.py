"""The input parameters of an operation: which there are, and what each takes.

https://hl7.org/fhir/R4/operationdefinition-definitions.html#OperationDefinition.parameter
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from fhir_kb.errors import InvalidParameter
from fhir_kb.search.dates import period_of

Kind = Literal[
    "text",
    "boolean",
    "count",
    "instant",
    "Coding",
    "CodeableConcept",
    "Meta",
    "resource",
    "unsupported",
]
"""``text`` is any of FHIR's primitive texts; ``unsupported`` is refused, because to pass over it
would change what is answered."""


class Parameter(NamedTuple):
    """An input parameter; ``types`` are the resource types that a ``resource`` may have."""

    name: str
    kind: Kind = "text"
    repeats: bool = False
    types: tuple[str, ...] = ()


def from_text(parameter: Parameter, text: str) -> Any:
    """Return the value that a query writes as text; refuse what is not of its kind."""
    reader = _FROM_TEXT.get(parameter.kind)
    if reader is None:
        raise InvalidParameter(
            f"{parameter.name} is a {parameter.kind}, which no URL can hold; "
            "POST it in a Parameters resource",
            expression=parameter.name,
        )
    return reader(parameter.name, text)


def _boolean(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidParameter(f"{name} is {text!r}; it takes true or false", expression=name)
    return text == "true"


def _count(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidParameter(
            f"{name} is {text!r}; it takes a whole number from 0", expression=name
        )
    return int(text)


def _instant(name: str, text: str) -> str:
    if period_of(text) is None:
        raise InvalidParameter(
            f"{name} is {text!r}; it takes an instant, such as 2026-11-20T00:00:00Z",
            expression=name,
        )
    return text


_FROM_TEXT: Mapping[str, Callable[[str, str], Any]] = {
    "text": lambda _, text: text,
    "boolean": _boolean,
    "count": _count,
    "instant": _instant,
}

VALUES: Mapping[Kind, tuple[str, ...]] = {
    "text": (
        *("valueString", "valueCode", "valueUri", "valueCanonical", "valueUrl", "valueId"),
        *("valueDateTime", "valueDate", "valueInstant", "valueOid", "valueMarkdown"),
    ),
    "boolean": ("valueBoolean",),
    "count": ("valueInteger", "valueUnsignedInt", "valuePositiveInt"),
    "instant": ("valueInstant", "valueDateTime", "valueDate"),
    "Coding": ("valueCoding",),
    "CodeableConcept": ("valueCodeableConcept",),
    "Meta": ("valueMeta",),
}
"""The elements of ``Parameters.parameter`` in which a value of each kind may stand."""
