"""What an answer must look like: the JSON Schema of cards, and the rule that nothing is empty.

https://cds-hooks.hl7.org/2.0/#cds-service-response, and what the ballot of 3.0 states as
invariants (cds-resp-1 to -6; actionSelectionBehavior, of cds-resp-7, is never sent).
"""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from fhir_kb.cds.markdown import SUMMARY_MAX
from fhir_kb.formats import Json

_TEXT: Json = {"type": "string", "minLength": 1}
_URL: Json = {"type": "string", "pattern": "^https?://[^\\s]+$"}
_UUID: Json = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_RESOURCE: Json = {"type": "object", "required": ["resourceType"]}


def _object(required: tuple[str, ...], **properties: Json) -> Json:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**properties, "extension": {"type": "object"}},
        "additionalProperties": False,
    }


_CODING = _object(("code",), system=_TEXT, code=_TEXT, display=_TEXT, version=_TEXT)
_REASON = {**_CODING, "required": ["system", "code", "display"]}
_ACTION: Json = {
    **_object(
        ("type", "description"),
        type={"enum": ["create", "update", "delete"]},
        description=_TEXT,
        resource=_RESOURCE,
        resourceId={"type": "string", "pattern": "^[A-Z][A-Za-z]+/[A-Za-z0-9\\-.]{1,64}$"},
    ),
    "if": {"properties": {"type": {"const": "delete"}}},
    "then": {"required": ["resourceId"], "not": {"required": ["resource"]}},
    "else": {"required": ["resource"]},
}
_SUGGESTION = _object(
    ("label", "actions"),
    label=_TEXT,
    uuid=_UUID,
    isRecommended={"type": "boolean"},
    actions={"type": "array", "items": _ACTION, "minItems": 1},
)
_LINK: Json = {
    **_object(
        ("label", "url", "type"),
        label=_TEXT,
        url=_URL,
        type={"enum": ["absolute", "smart"]},
        appContext=_TEXT,
        autolaunchable={"type": "boolean"},
    ),
    "if": {"required": ["appContext"]},
    "then": {"properties": {"type": {"const": "smart"}}},
}
_RECOMMENDED: Json = {
    "properties": {"isRecommended": {"const": True}},
    "required": ["isRecommended"],
}
_CARD: Json = {
    **_object(
        ("summary", "indicator", "source"),
        uuid=_UUID,
        summary={"type": "string", "minLength": 1, "maxLength": SUMMARY_MAX},
        detail=_TEXT,
        indicator={"enum": ["info", "warning", "critical"]},
        source=_object(("label",), label=_TEXT, url=_URL, icon=_URL, topic=_CODING),
        suggestions={"type": "array", "items": _SUGGESTION, "minItems": 1},
        selectionBehavior={"enum": ["at-most-one", "any"]},
        overrideReasons={"type": "array", "items": _REASON, "minItems": 1},
        links={"type": "array", "items": _LINK, "minItems": 1},
    ),
    "dependentRequired": {"suggestions": ["selectionBehavior"]},
    "if": {"properties": {"selectionBehavior": {"const": "at-most-one"}}},
    "then": {
        "properties": {
            "suggestions": {"contains": _RECOMMENDED, "minContains": 0, "maxContains": 1}
        }
    },
}
RESPONSE: Json = _object(
    ("cards",),
    cards={"type": "array", "items": _CARD},
    systemActions={"type": "array", "items": {"type": "object"}, "minItems": 1},
)
_VALIDATOR = Draft202012Validator(RESPONSE)


def response_faults(answer: Any) -> list[str]:
    """Return what is wrong with an answer, each with its place; empty when nothing is."""
    schema = [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(answer)]
    return [*schema, *_empty_parts(answer, "$")]


def _empty_parts(value: Any, place: str) -> Iterator[str]:
    """Yield the places of null, "", [] and {}, which only ``cards`` may be."""
    if value in (None, "", [], {}) and place != "$.cards":
        yield f"{place}: is empty; it should be left out"
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _empty_parts(part, f"{place}.{name}")
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _empty_parts(part, f"{place}[{i}]")
