"""``$validate-code`` on CodeSystem and ValueSet: whether a code is right.

https://hl7.org/fhir/R4/codesystem-operation-validate-code.html,
https://hl7.org/fhir/R4/valueset-operation-validate-code.html

What is held here may not suffice to tell. Then the call is refused: false would be a verdict.
"""

from collections.abc import Iterator

from fhir_kb.errors import InvalidParameter, RequestError, TooCostly, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters
from fhir_kb.rest.operations.asked_code import AskedCode, Names, asked_codes
from fhir_kb.rest.operations.given import Given, read_given
from fhir_kb.rest.operations.held_terminology import check_value_set, held, system_of, url_of
from fhir_kb.rest.operations.lookup import in_language
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.rest.operations.posted_value_set import posted_value_set
from fhir_kb.rest.outcome import outcome
from fhir_kb.terminology import Terminology, Validation, validate_code
from fhir_kb.terminology.code_system import CodeSystem

IN_SYSTEM = "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code"
IN_VALUE_SET = "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code"
_COMMON = (
    Parameter("url"),
    Parameter("code"),
    Parameter("display"),
    Parameter("coding", "Coding"),
    Parameter("codeableConcept", "CodeableConcept"),
    Parameter("abstract", "boolean"),
    Parameter("displayLanguage"),
    Parameter("date", "unsupported"),
)
_OF_SYSTEM = (
    *_COMMON,
    Parameter("version"),
    Parameter("codeSystem", "resource", types=("CodeSystem",)),
)
_OF_VALUE_SET = (
    *_COMMON,
    Parameter("system"),
    Parameter("systemVersion"),
    Parameter("valueSet", "resource", types=("ValueSet",)),
    Parameter("valueSetVersion", "unsupported"),
    Parameter("context", "unsupported"),
    Parameter("useSupplement", "unsupported"),
)
_INFER = "inferSystem"
_SYSTEM_NAMES = Names("code", "coding", "codeableConcept", system=None)
_SET_NAMES = Names("code", "coding", "codeableConcept", version="systemVersion")


def in_system_type(endpoint: Endpoint, request: Request) -> Response:
    """Return whether a code is one of the system that ``url``, ``codeSystem`` or a coding names.

    Refuses (UnknownCode, TooCostly) what cannot be told from what is held.
    """
    given = read_given("$validate-code", _OF_SYSTEM, request, endpoint.version.definitions)
    brought = given.every("codeSystem")
    url = given.text("url") or next((each.get("url") for each in brought), None)
    return _in_system(endpoint, given, url, held(endpoint, brought))


def in_system_instance(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return whether a code is one of this CodeSystem; refuses what ``in_system_type`` does."""
    given = read_given("$validate-code", _OF_SYSTEM, request, endpoint.version.definitions)
    url = url_of(endpoint, "CodeSystem", id, given.text("url"))
    return _in_system(endpoint, given, url, held(endpoint))


def in_value_set_type(endpoint: Endpoint, request: Request) -> Response:
    """Return whether a code is in the value set that ``url`` names or ``valueSet`` is.

    Refuses (UnknownCode, TooCostly) what cannot be told from what is held.
    """
    given = _given_of_value_set(endpoint, request)
    brought = [posted_value_set(each) for each in given.every("valueSet")]
    url = next((each["url"] for each in brought), None) or given.needed(
        "url", "it names the value set; or send one as valueSet"
    )
    return _in_value_set(endpoint, given, url, held(endpoint, brought))


def in_value_set_instance(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return whether a code is in this ValueSet; refuses what ``in_value_set_type`` does."""
    given = _given_of_value_set(endpoint, request)
    url = url_of(endpoint, "ValueSet", id, given.text("url"))
    return _in_value_set(endpoint, given, url, held(endpoint))


def _given_of_value_set(endpoint: Endpoint, request: Request) -> Given:
    infers = endpoint.version.terminology.infers_system
    rows = (*_OF_VALUE_SET, Parameter(_INFER, "boolean")) if infers else _OF_VALUE_SET
    return read_given("$validate-code", rows, request, endpoint.version.definitions)


def _in_system(
    endpoint: Endpoint, given: Given, url: str | None, terminology: Terminology
) -> Response:
    verdicts = []
    for asked in asked_codes(given, _SYSTEM_NAMES):
        system = url or asked.system
        if system is None:
            raise InvalidParameter(f"{asked.code!r} needs a system; give it as url or in a coding")
        if asked.system and url and asked.system.partition("|")[0] != url.partition("|")[0]:
            message = f"{asked.code!r} is given as a code of {asked.system}, not of {url}"
            verdicts.append(Validation("invalid", asked.code, asked.system, message=message))
        else:
            verdicts.append(_verdict(terminology, asked._replace(system=system), given, None))
    return _answer(endpoint, terminology, given, verdicts, None)


def _in_value_set(endpoint: Endpoint, given: Given, url: str, terminology: Terminology) -> Response:
    check_value_set(terminology, url)
    asked = asked_codes(given, _SET_NAMES)
    verdicts = [_verdict(terminology, each, given, url) for each in asked]
    return _answer(endpoint, terminology, given, verdicts, url)


def _verdict(
    terminology: Terminology, asked: AskedCode, given: Given, value_set: str | None
) -> Validation:
    if asked.system is None and given.one(_INFER) is not True:
        message = f"{asked.code!r} is given without its system, and a code is none without one"
        return Validation("unknown", asked.code, message=message)
    system, _, version = (asked.system or "").partition("|")
    if asked.system:
        system_of(terminology, asked.system, asked.version)
    verdict = validate_code(
        terminology,
        asked.code,
        system=system or None,
        display=asked.display,
        value_set=value_set,
        version=asked.version or version or None,
    )
    known = _system_of(terminology, verdict)
    concept = known.find(verdict.code) if known else None
    if verdict.result and concept and concept.is_abstract and given.one("abstract") is False:
        message = f"{asked.code!r} only groups other codes; it is not to be chosen itself"
        return Validation("invalid", verdict.code, verdict.system, verdict.display, message)
    return verdict


def _system_of(terminology: Terminology, verdict: Validation) -> CodeSystem | None:
    """Return the code system, in its version, that a verdict is on."""
    system, version = verdict.system, verdict.version
    return terminology.code_system(f"{system}|{version}" if version else system) if system else None


def _answer(
    endpoint: Endpoint,
    terminology: Terminology,
    given: Given,
    verdicts: list[Validation],
    value_set: str | None,
) -> Response:
    """Return the best verdict: of the codings of a concept, one that is right suffices."""
    order = ("valid", "unknown", "invalid")
    best = min(verdicts, key=lambda verdict: order.index(verdict.verdict))
    if best.verdict == "unknown":
        raise _doubt(terminology, best, value_set)
    tells_code = endpoint.version.terminology.tells_code
    return parameters(_rows(terminology, given, best, tells_code=tells_code))


def _rows(
    terminology: Terminology, given: Given, best: Validation, *, tells_code: bool
) -> Iterator[Json | None]:
    held_system = _system_of(terminology, best)
    concept = held_system.find(best.code) if held_system else None
    designations = concept.designations if concept else ()
    yield parameter("result", "Boolean", best.result)
    yield parameter("message", "String", best.message)
    display = in_language(best.display, designations, given.text("displayLanguage"))
    yield parameter("display", "String", display)
    if not tells_code:
        return
    yield parameter("code", "Code", best.code)
    yield parameter("system", "Uri", best.system)
    yield parameter("version", "String", held_system.version if held_system else None)
    yield parameter("codeableConcept", "CodeableConcept", given.one("codeableConcept"))
    if best.message:
        text = {"text": best.message}
        wrong = {"severity": "error", "code": "code-invalid", "details": text}
        yield {"name": "issues", "resource": outcome(wrong)}


def _doubt(terminology: Terminology, verdict: Validation, value_set: str | None) -> RequestError:
    message = verdict.message or f"{verdict.code!r} cannot be checked here"
    if value_set is not None and not terminology.has_value_set(value_set):
        return UnknownCode(message)
    if verdict.system is None:
        return InvalidParameter(message, expression="system")
    if _system_of(terminology, verdict) is None:
        return UnknownCode(message)
    return TooCostly(message)
