"""``ConceptMap/$translate``: a code said in another code system.

https://hl7.org/fhir/R4/conceptmap-operation-translate.html,
https://hl7.org/fhir/R5/conceptmap-operation-translate.html
"""

from collections.abc import Iterator

from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.answer import parameter, parameters, parts
from fhir_kb.rest.operations.asked_code import AskedCode, Names, asked_codes
from fhir_kb.rest.operations.given import Given, read_given
from fhir_kb.rest.operations.held_terminology import held, map_of, url_of
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.terminology import Match, Terminology, translate
from fhir_kb.versions.terminology_names import TerminologyNames

DEFINITION = "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate"


def translate_type(endpoint: Endpoint, request: Request) -> Response:
    """Return the counterparts of a code by one map or by all.

    Refuses (UnknownCode) a map that is not held, and any code where no map is held at all.
    """
    given = _given(endpoint, request)
    brought = given.every("conceptMap")
    url = given.text("url") or next((each.get("url") for each in brought), None)
    return _answer(endpoint, given, url, held(endpoint, brought))


def translate_instance(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return the counterparts of a code by this map; refuses what ``translate_type`` does."""
    given = _given(endpoint, request)
    url = url_of(endpoint, "ConceptMap", id, given.text("url"))
    return _answer(endpoint, given, url, held(endpoint))


def _given(endpoint: Endpoint, request: Request) -> Given:
    names = endpoint.version.terminology
    rows = [
        Parameter("url"),
        Parameter("conceptMap", "resource", types=("ConceptMap",)),
        Parameter(names.source_code),
        Parameter("system"),
        Parameter(names.source_coding, "Coding"),
        Parameter(names.source_concept, "CodeableConcept"),
        Parameter(names.source_scope),
        Parameter(names.target_scope),
        Parameter(names.target_system),
        Parameter("conceptMapVersion"),
        Parameter("version", "unsupported"),
        Parameter("dependency", "unsupported", repeats=True),
    ]
    if names.reverse:
        rows.append(Parameter(names.reverse, "boolean"))
    if names.target_code:
        rows.append(Parameter(names.target_code))
    if names.target_coding:
        rows.append(Parameter(names.target_coding, "Coding"))
    if names.target_concept:
        rows.append(Parameter(names.target_concept, "CodeableConcept"))
    return read_given("$translate", rows, request, endpoint.version.definitions)


def _asked(given: Given, names: TerminologyNames) -> tuple[list[AskedCode], bool]:
    """Return the codes, and whether they are looked for among the targets."""
    targets = (names.target_code, names.target_coding, names.target_concept)
    if names.target_code and any(name in given for name in targets if name):
        found = asked_codes(given, Names(names.target_code, *targets[1:], version=None))
        return found, True
    sources = Names(names.source_code, names.source_coding, names.source_concept, version=None)
    return asked_codes(given, sources), bool(names.reverse and given.one(names.reverse))


def _answer(
    endpoint: Endpoint, given: Given, url: str | None, terminology: Terminology
) -> Response:
    names = endpoint.version.terminology
    if not terminology.concept_maps:
        raise UnknownCode("No concept map is held here; send one as conceptMap")
    if url:
        url = map_of(terminology, url, given.text("conceptMapVersion"))
    asked, reverse = _asked(given, names)
    matches: list[Match] = []
    for each in asked:
        if each.system is None:
            raise InvalidParameter(f"{each.code!r} needs its system", expression="system")
        matches += translate(
            terminology,
            each.system,
            each.code,
            target_system=given.text(names.target_system),
            source_scope=given.text(names.source_scope),
            target_scope=given.text(names.target_scope),
            url=url,
            reverse=reverse,
        )
    return parameters(_rows(matches, asked, names))


def _rows(
    matches: list[Match], asked: list[AskedCode], names: TerminologyNames
) -> Iterator[Json | None]:
    related = any(match.relationship != "not-related-to" for match in matches)
    yield parameter("result", "Boolean", related)
    if not matches:
        told = ", ".join(f"{each.code!r} of {each.system}" for each in asked)
        yield parameter("message", "String", f"No map held here has {told} in what was asked for")
    for match in dict.fromkeys(matches):
        relation = match.relationship
        said = names.relations[relation] if names.relations else relation
        concept = {
            "system": match.system,
            "code": match.code,
            "display": match.display,
        }
        coding = {key: value for key, value in concept.items() if value is not None}
        yield parts(
            "match",
            parameter(names.relation, "Code", said),
            parameter("concept", "Coding", coding if match.code else None),
            parameter(names.origin, "Uri", match.origin),
        )
