"""``ValueSet/$expand``: a value set written out, in pages if asked for.

https://hl7.org/fhir/R4/valueset-operation-expand.html

Expansions are flat. The same question to the same state of the store has the same answer to the
byte, so an expansion's timestamp is that of the state, and its identifier is made of what was asked
and what was found.
"""

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.operations.given import Given, read_given
from fhir_kb.rest.operations.held_terminology import check_value_set, held, url_of
from fhir_kb.rest.operations.lookup import in_language
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.rest.operations.posted_value_set import posted_value_set
from fhir_kb.rest.own_text import read_own
from fhir_kb.store.instants import instant_text, microseconds
from fhir_kb.store.interface import Field
from fhir_kb.store.keys import first_part_range
from fhir_kb.terminology import Expansion, Terminology, expand
from fhir_kb.terminology.expansion import Contained

DEFINITION = "http://hl7.org/fhir/OperationDefinition/ValueSet-expand"
_UNSUPPORTED = (
    *("valueSetVersion", "context", "contextDirection", "date", "useSupplement", "property"),
    *("exclude-system", "system-version", "check-system-version", "force-system-version"),
)
_PARAMETERS = (
    Parameter("url"),
    Parameter("valueSet", "resource", types=("ValueSet",)),
    Parameter("filter"),
    Parameter("offset", "count"),
    Parameter("count", "count"),
    Parameter("includeDesignations", "boolean"),
    Parameter("designation", repeats=True),
    Parameter("includeDefinition", "boolean"),
    Parameter("activeOnly", "boolean"),
    Parameter("excludeNested", "boolean"),
    Parameter("excludeNotForUI", "boolean"),
    Parameter("excludePostCoordinated", "boolean"),
    Parameter("displayLanguage"),
    *(Parameter(name, "unsupported", repeats=True) for name in _UNSUPPORTED),
)
_ECHOED = {
    "filter": "String",
    "offset": "Integer",
    "count": "Integer",
    "includeDesignations": "Boolean",
    "designation": "String",
    "activeOnly": "Boolean",
    "excludeNested": "Boolean",
    "excludeNotForUI": "Boolean",
    "excludePostCoordinated": "Boolean",
    "displayLanguage": "Code",
}
_KEPT = ("language", "url", "version", "name", "title", "status", "experimental", "copyright")


def expand_type(endpoint: Endpoint, request: Request) -> Response:
    """Return the value set that ``url`` names or ``valueSet`` is, written out.

    Refuses one that is not held (UnknownCode) or cannot be written out whole (TooCostly).
    """
    endpoint = endpoint.at_one_state()
    given = read_given("$expand", _PARAMETERS, request, endpoint.version.definitions)
    brought = [posted_value_set(each) for each in given.every("valueSet")]
    if brought:
        (sent,) = brought
        return _answer(endpoint, given, sent, held(endpoint, brought), sent["url"])
    url = given.needed("url", "it names the value set; or send one as valueSet")
    return _named(endpoint, given, url)


def expand_instance(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return this ValueSet, written out; refuses what ``expand_type`` does."""
    endpoint = endpoint.at_one_state()
    given = read_given("$expand", _PARAMETERS, request, endpoint.version.definitions)
    url = url_of(endpoint, "ValueSet", id, given.text("url"))
    return _named(endpoint, given, url)


def _named(endpoint: Endpoint, given: Given, canonical: str) -> Response:
    terminology = held(endpoint)
    check_value_set(terminology, canonical)
    return _answer(endpoint, given, _definition(endpoint, canonical), terminology, canonical)


def _definition(endpoint: Endpoint, canonical: str) -> Json:
    """Return the latest stored ValueSet that is named, of the version if one is.

    Of one of the specification only the codes are held.
    """
    url, _, version = canonical.partition("|")
    store = endpoint.store()
    field = Field("ValueSet", "url", "uri")
    for _, rows in store.terms(field, *first_part_range(url)):
        for row in sorted(rows, reverse=True):
            resource = read_own(store.resources([row])[0].body)
            if not version or resource.get("version") == version:
                return resource
    return {"url": url, "status": "unknown"}


def _answer(
    endpoint: Endpoint, given: Given, definition: Json, terminology: Terminology, canonical: str
) -> Response:
    offset = given.one("offset") or 0
    expansion = expand(
        terminology,
        canonical,
        text=given.text("filter") or "",
        offset=offset,
        count=given.one("count"),
        active_only=given.one("activeOnly") is True,
        selectable_only=given.one("excludeNotForUI") is True,
    )
    echoed = list(_echoed(given, expansion, terminology))
    contains = [_code(each, given) for each in expansion.contains]
    seal = write_json([endpoint.version.number, canonical, expansion.total, *echoed, *contains])
    written: Json = {
        "identifier": uuid5(NAMESPACE_URL, seal.decode()).urn,
        "timestamp": _instant(endpoint),
        "total": expansion.total,
        "offset": offset,
        "parameter": echoed,
        "contains": contains,
    }
    kept = {key: definition[key] for key in _KEPT if key in definition}
    if given.one("includeDefinition") is True and "compose" in definition:
        kept["compose"] = definition["compose"]
    kept["expansion"] = {key: value for key, value in written.items() if value != []}
    return Response(200, write_json({"resourceType": "ValueSet", **kept}))


def _instant(endpoint: Endpoint) -> str:
    """Return that of the release, or of what was written or imported since."""
    newest = endpoint.store().newest
    is_release = newest <= microseconds(endpoint.released)
    return endpoint.released if is_release else instant_text(newest)


def _echoed(given: Given, expansion: Expansion, terminology: Terminology) -> Iterator[Json]:
    """Yield what shaped the expansion: what was asked, and the code systems that were read."""
    for name, kind in _ECHOED.items():
        yield from ({"name": name, f"value{kind}": value} for value in given.every(name))
    for url, pinned in sorted({(each.system, each.version or "") for each in expansion.contains}):
        system = terminology.code_system(url)
        version = pinned or (system.version if system else None)
        yield {"name": "used-codesystem", "valueUri": f"{url}|{version}" if version else url}


def _code(each: Contained, given: Given) -> Json:
    display = in_language(each.display, each.designations, given.text("displayLanguage"))
    row: Json = {"system": each.system}
    if each.version:
        row["version"] = each.version
    if each.abstract:
        row["abstract"] = True
    if each.inactive:
        row["inactive"] = True
    row["code"] = each.code
    if display is not None:
        row["display"] = display
    designations = list(_designations(each, given.every("designation")))
    if designations and given.one("includeDesignations") is True:
        row["designation"] = designations
    return row


def _designations(each: Contained, wanted: list[str]) -> Iterator[Json]:
    """Yield the designations of a wanted language or use (``system|code``), all if none is."""
    for designation in each.designations:
        use = designation.get("use", {})
        known = {designation.get("language"), f"{use.get('system', '')}|{use.get('code', '')}"}
        tags = {f"urn:ietf:bcp:47|{designation.get('language')}"}
        if not wanted or not (known | tags).isdisjoint(wanted):
            yield designation
