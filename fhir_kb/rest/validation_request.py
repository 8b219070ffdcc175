"""What a request to ``$validate`` asks: the resource, alone or among parameters, and how.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json_located
from fhir_kb.formats.location import Path
from fhir_kb.formats.xml import read_xml_located
from fhir_kb.rest.body import check_sent, looks_like
from fhir_kb.rest.message import Request

_VALUES = ("valueUri", "valueCanonical", "valueCode", "valueString", "valueUrl")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be validated, and how.

    ``part`` leads to the resource in ``content``, which is empty if none was sent; ``resource``
    is what could be read of it.
    """

    content: bytes = b""
    part: Path = ()
    resource: Json = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    mode: str = ""


def read_asked(request: Request, type: str, definitions: Definitions) -> Asked:
    """Return what the body and the query ask for; of a mode in both the query's is taken.

    Refuses (UnsupportedMediaType) a body that is said to be what is not read here. A body that
    cannot be read is taken as the resource: what is wrong with it is for validation to say.
    """
    sent = _sent(request, type, definitions)
    profiles = tuple(value for key, value in request.pairs if key == "profile")
    mode = request.parameter("mode") or sent.mode
    return Asked(sent.content, sent.part, sent.resource, (*profiles, *sent.profiles), mode)


def _sent(request: Request, type: str, definitions: Definitions) -> Asked:
    if not request.body.strip():
        return Asked()
    resource = _readable(request, definitions)
    if resource.get("resourceType") != "Parameters":
        return Asked(request.body, (), resource)
    named = list(_named(resource.get("parameter")))
    profiles = tuple(_value(parameter) for _, name, parameter in named if name == "profile")
    modes = [_value(parameter) for _, name, parameter in named if name == "mode"]
    mode = modes[0] if modes else ""
    for index, name, parameter in named:
        inside = parameter.get("resource")
        if name == "resource" and isinstance(inside, dict):
            path = ("parameter", index, "resource")
            return Asked(request.body, path, inside, profiles, mode)
    if type == "Parameters":
        return Asked(request.body, (), resource)
    return Asked(profiles=profiles, mode=mode)


def _readable(request: Request, definitions: Definitions) -> Json:
    """Return what can be read of the body."""
    check_sent(request, definitions, "a resource or Parameters")
    size = len(request.body)
    try:
        if looks_like(request.body) == "xml":
            located = read_xml_located(request.body, definitions.type, max_bytes=size)
        else:
            located = read_json_located(request.body, max_bytes=size)
    except MalformedContent:
        return {}
    return located.value


def _named(parameters: Any) -> Iterator[tuple[int, str, Json]]:
    """Yield index, name and content of each parameter that has them."""
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
            yield index, parameter["name"], parameter


def _value(parameter: Json) -> str:
    values = (parameter.get(key) for key in _VALUES)
    return next((value for value in values if isinstance(value, str)), "")
