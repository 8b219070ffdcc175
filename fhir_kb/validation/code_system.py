"""CodeSystems: their properties are defined once, and used as they are defined.

https://hl7.org/fhir/R4/codesystem-concept-properties.html
"""

from collections.abc import Iterator, Mapping

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.numbered import numbered_objects
from fhir_kb.validation.walk import Walk

_STANDARD = "http://hl7.org/fhir/concept-properties#"
_STANDARD_TYPES: Mapping[str, str] = {
    "child": "code",
    "comment": "string",
    "deprecated": "dateTime",
    "deprecationDate": "dateTime",
    "effectiveDate": "dateTime",
    "inactive": "boolean",
    "itemWeight": "decimal",
    "notSelectable": "boolean",
    "parent": "code",
    "partOf": "code",
    "retirementDate": "dateTime",
    "status": "code",
    "synonym": "code",
}
"""The properties that the specification defines for every code system, and their types."""

_INTERNAL = frozenset({"parent", "child", "partOf"})
"""Properties whose values are codes of the same code system."""


def check_code_system(walk: Walk, node: Node) -> None:
    """Check the properties of a CodeSystem and of its concepts, and how many concepts it counts."""
    types = _check_definitions(walk, node)
    concepts = list(_concepts(node.value))
    codes = {concept.get("code") for _, concept in concepts if isinstance(concept.get("code"), str)}
    is_complete = node.value.get("content") == "complete"
    for at, concept in concepts:
        for index, each in numbered_objects(concept.get("property")):
            _check_use(walk, node, f"{at}.property[{index}]", each, types)
            if is_complete:
                _check_target(walk, node, f"{at}.property[{index}]", each, codes)
    _check_content(walk, node, len(concepts))


def _check_content(walk: Walk, node: Node, number: int) -> None:
    content, count = node.value.get("content"), node.value.get("count")
    if content == "not-present" and number:
        walk.report("concepts-not-expected", node, at="concept")
    if content == "supplement" and "supplements" not in node.value:
        # R5 has an invariant for this.
        if not walk.states("CodeSystem", "csd-4"):
            walk.report("supplement-without-base", node)
    elif content != "supplement" and "supplements" in node.value:
        walk.report("base-without-supplement", node, at="content")
    if content == "complete" and number and isinstance(count, int) and count != number:
        walk.report("wrong-count", node, at="count", stated=count, found=number)


def _check_definitions(walk: Walk, node: Node) -> dict[str, str]:
    """Return the type of each property; report what is defined twice or against the standard."""
    types: dict[str, str] = {}
    uris: set[str] = set()
    for index, each in numbered_objects(node.value.get("property")):
        at = f"property[{index}]"
        code, uri, type = each.get("code"), each.get("uri"), each.get("type")
        if isinstance(code, str):
            if code in types:
                walk.report("repeated-property", node, at=at, what=f"code {code!r}")
            types.setdefault(code, type if isinstance(type, str) else "")
        if isinstance(uri, str):
            if uri in uris:
                walk.report("repeated-property", node, at=at, what=f"URI {uri}")
            uris.add(uri)
            if uri.startswith(_STANDARD):
                _check_standard(walk, node, at, uri, code, type)
    return types


def _check_standard(walk: Walk, node: Node, at: str, uri: str, code: object, type: object) -> None:
    name = uri.removeprefix(_STANDARD)
    standard = _STANDARD_TYPES.get(name)
    if standard is None:
        walk.report("unknown-hl7-property", node, at=at, uri=uri)
        return
    if type != standard:
        walk.report("property-type", node, at=at, name=uri, type=standard, found=type)
    if code != name:
        walk.report("property-code", node, at=at, uri=uri, code=name, found=code)


def _check_target(walk: Walk, node: Node, at: str, each: Json, codes: set[object]) -> None:
    """Report a parent, or another concept of the same system, that the system does not have."""
    name, target = each.get("code"), each.get("valueCode")
    if name in _INTERNAL and isinstance(target, str) and target not in codes:
        walk.report("unknown-concept", node, at=at, code=target, name=name)


def _check_use(walk: Walk, node: Node, at: str, each: Json, types: Mapping[str, str]) -> None:
    code = each.get("code")
    if not isinstance(code, str):
        return
    if code not in types:
        if code not in _STANDARD_TYPES:
            walk.report("undefined-property", node, at=at, name=code)
        return
    key = next((key for key in each if key.startswith("value")), None)
    type = types[code]
    if key is not None and type and key != f"value{type[0].upper()}{type[1:]}":
        found = key.removeprefix("value")
        walk.report("property-type", node, at=at, name=code, type=type, found=found)


def _concepts(code_system: Json) -> Iterator[tuple[str, Json]]:
    waiting = [("", code_system)]
    while waiting:
        place, value = waiting.pop()
        for number, concept in numbered_objects(value.get("concept")):
            at = f"{place}.concept[{number}]".lstrip(".")
            yield at, concept
            waiting.append((at, concept))
