"""What a call of an operation gives: by GET as a query, by POST as a Parameters resource.

https://hl7.org/fhir/R4/operations.html#request
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.errors import InvalidParameter, UnsupportedParameter
from fhir_kb.formats import Json
from fhir_kb.rest.body import read_body
from fhir_kb.rest.message import Request
from fhir_kb.rest.operations.parameter import VALUES, Parameter, from_text
from fhir_kb.rest.operations.sound import check_sound
from fhir_kb.search.dates import period_of

_ANY = "Resource"
"""The type of a parameter that takes a resource of any; such an operation tells what is wrong
with one that is posted alone."""


class Given:
    """The values of a call by the names of its parameters."""

    def __init__(self, values: Mapping[str, list[Any]]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def every(self, name: str) -> list[Any]:
        """Return the values of a parameter that may be repeated."""
        return list(self._values.get(name, ()))

    def one(self, name: str) -> Any:
        """Return the value of a parameter, or None."""
        return next(iter(self._values.get(name, ())), None)

    def text(self, name: str) -> str | None:
        """Return the text of a parameter, or None."""
        value = self.one(name)
        return value if isinstance(value, str) else None

    def since(self, name: str) -> int | None:
        """Return where an instant or date begins, in microseconds since 1970 UTC, or None."""
        period = period_of(self.text(name) or "")
        return period.low if period else None

    def needed(self, name: str, why: str) -> str:
        """Return the text of a parameter that must be given, or refuse the call."""
        text = self.text(name)
        if not text:
            raise InvalidParameter(f"{name} is not given; {why}", expression=name)
        return text


def _strictly(refusal: UnsupportedParameter) -> None:
    raise refusal


def read_given(
    operation: str,
    parameters: Iterable[Parameter],
    request: Request,
    definitions: Definitions,
    refuse: Callable[[UnsupportedParameter], None] = _strictly,
) -> Given:
    """Return what a call gives.

    Refuses what ``read_body`` refuses, a parameter given twice that may stand once, a value of
    another kind, and a body that is no well-formed Parameters resource and no resource that the
    operation takes. A parameter that the operation does not have, or that is not acted on here, is
    handed to ``refuse``, and left out where that does not raise it.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, list[Any]] = {}
    for name, text in request.pairs:
        if name not in known and name.startswith("_"):
            continue
        if _is_taken(operation, known, name, refuse):
            values.setdefault(name, []).append(from_text(known[name], text))
    for name, value in _posted(operation, known, request, definitions, refuse):
        values.setdefault(name, []).append(value)
    for name, found in values.items():
        if len(found) > 1 and not known[name].repeats:
            raise InvalidParameter(f"{name} is given twice; it may stand once", expression=name)
    return Given(values)


def _posted(
    operation: str,
    known: Mapping[str, Parameter],
    request: Request,
    definitions: Definitions,
    refuse: Callable[[UnsupportedParameter], None],
) -> Iterator[tuple[str, Any]]:
    if not request.body.strip():
        return
    resource = read_body(request, definitions, f"what {operation} takes")
    type = resource.get("resourceType")
    if type != "Parameters":
        taker = _taking(operation, known, str(type))
        if _ANY not in taker.types:
            check_sound(operation, resource, definitions)
        yield taker.name, resource
        return
    check_sound(operation, resource, definitions)
    for sent in resource.get("parameter", []):
        # An extension may stand where the name should.
        name = sent.get("name", "")
        if _is_taken(operation, known, name, refuse):
            yield name, _value(known[name], sent)


def _taking(operation: str, known: Mapping[str, Parameter], type: str) -> Parameter:
    """Return the parameter that a resource posted alone stands for."""
    takers = [each for each in known.values() if type in each.types or _ANY in each.types]
    if len(takers) != 1:
        raise InvalidParameter(f"{operation} takes a Parameters resource, not a {type}")
    return takers[0]


def _value(parameter: Parameter, sent: Json) -> Any:
    name = parameter.name
    if parameter.kind == "resource":
        resource = sent.get("resource", {})
        type = resource.get("resourceType")
        if type not in parameter.types and _ANY not in parameter.types:
            wanted = " or ".join(parameter.types)
            raise InvalidParameter(f"{name} holds {type!r}; it takes a {wanted}", expression=name)
        return resource
    for key in VALUES[parameter.kind]:
        if key in sent:
            value = sent[key]
            return from_text(parameter, str(value)) if parameter.kind in _WRITTEN else value
    wanted = " or ".join(VALUES[parameter.kind])
    raise InvalidParameter(f"{name} has no value that it takes: {wanted}", expression=name)


_WRITTEN = frozenset({"count", "instant"})
"""Kinds that are read from text wherever they stand."""


def _is_taken(
    operation: str,
    known: Mapping[str, Parameter],
    name: str,
    refuse: Callable[[UnsupportedParameter], None],
) -> bool:
    """Return whether a parameter is acted on; what is not is handed to ``refuse``."""
    if name not in known:
        refuse(unknown_parameter(operation, known, name))
        return False
    if known[name].kind == "unsupported":
        refuse(
            UnsupportedParameter(
                f"{operation} here does not act on {name}, and will not pass over it; leave it out",
                expression=name,
            )
        )
        return False
    return True


def unknown_parameter(
    operation: str, known: Mapping[str, Parameter], name: str
) -> UnsupportedParameter:
    """Return the refusal of a parameter that an operation does not have."""
    names = ", ".join(each.name for each in known.values() if each.kind != "unsupported")
    return UnsupportedParameter(
        f"{operation} has no parameter {name!r}; it takes {names or 'none'}", expression=name
    )
