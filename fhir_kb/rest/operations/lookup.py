"""``CodeSystem/$lookup``: what is known of a code.

https://hl7.org/fhir/R4/codesystem-operation-lookup.html
"""

from collections.abc import Iterator

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters, parts
from fhir_kb.rest.operations.asked_code import Names, one_code
from fhir_kb.rest.operations.given import Given, read_given
from fhir_kb.rest.operations.held_terminology import held, system_named, url_of
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.terminology.lookup import Lookup, lookup

DEFINITION = "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup"
_PARAMETERS = (
    Parameter("code"),
    Parameter("system"),
    Parameter("version"),
    Parameter("coding", "Coding"),
    Parameter("displayLanguage"),
    Parameter("property", repeats=True),
    Parameter("date", "unsupported"),
    Parameter("useSupplement", "unsupported"),
)
_NAMES = Names("code", "coding")
_EXPLICIT = frozenset({"url", "system", "name", "version", "display", "code"})
"""Properties that every answer has as parameters of their own."""


def lookup_type(endpoint: Endpoint, request: Request) -> Response:
    """Return what is known of a code; refuse (UnknownCode) a system or code that is not held."""
    given = read_given("$lookup", _PARAMETERS, request, endpoint.version.definitions)
    return _answer(endpoint, given, None)


def lookup_instance(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return what is known of a code of this CodeSystem; refuses what ``lookup_type`` does."""
    given = read_given("$lookup", _PARAMETERS, request, endpoint.version.definitions)
    return _answer(endpoint, given, url_of(endpoint, "CodeSystem", id, given.text("system")))


def _answer(endpoint: Endpoint, given: Given, url: str | None) -> Response:
    asked = one_code(given, _NAMES)
    system = url or asked.system
    if not system:
        raise InvalidParameter("A code alone is of no system; give system too", expression="system")
    terminology = held(endpoint)
    known = lookup(terminology, system_named(terminology, system, asked.version), asked.code)
    return parameters(_rows(known, given, tells_definition=endpoint.version.terminology.tells_code))


def _rows(known: Lookup, given: Given, *, tells_definition: bool) -> Iterator[Json | None]:
    wanted = {name for name in given.every("property") if name not in _EXPLICIT}
    everything = not wanted or "*" in wanted
    language = given.text("displayLanguage")
    yield parameter("name", "String", known.name)
    yield parameter("version", "String", known.version)
    yield parameter("display", "String", in_language(known.display, known.designations, language))
    if tells_definition:
        yield parameter("definition", "String", known.definition)
    elif known.definition and (everything or "definition" in wanted):
        yield _property("definition", "String", known.definition)
    every_language = everything or "designation" in wanted
    languages = [name.removeprefix("lang.") for name in wanted if name.startswith("lang.")]
    for designation in known.designations:
        if every_language or any(_is_in(designation, each) for each in languages):
            yield _designation(designation)
    for name, codes in (("parent", known.parents), ("child", known.children)):
        if everything or name in wanted:
            yield from (_property(name, "Code", code) for code in codes)
    for held_property in known.properties:
        if everything or held_property["code"] in wanted:
            yield from _held(held_property)


def _held(held_property: Json) -> Iterator[Json]:
    for key, value in held_property.items():
        if key.startswith("value"):
            yield _property(held_property["code"], key.removeprefix("value"), value)


def _property(code: str, kind: str, value: object) -> Json:
    return parts("property", parameter("code", "Code", code), parameter("value", kind, value))


def _designation(designation: Json) -> Json:
    return parts(
        "designation",
        parameter("language", "Code", designation.get("language")),
        parameter("use", "Coding", designation.get("use")),
        parameter("value", "String", designation["value"]),
    )


def _is_in(designation: Json, language: str) -> bool:
    """Return whether a designation is in a language, or in a kind of it (de-CH is German)."""
    return f"{designation.get('language', '')}-".startswith(f"{language}-")


def in_language(
    display: str | None, designations: tuple[Json, ...], language: str | None
) -> str | None:
    """Return the designation in a language where there is one, else the display."""
    if language:
        for designation in designations:
            if _is_in(designation, language):
                return str(designation["value"])
    return display
