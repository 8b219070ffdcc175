"""The messages about form: limits, JSON and XML, cardinality, primitive values.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Mapping

from fhir_kb.validation.message import Message, error, information, warning

LIMIT_MESSAGES: Mapping[str, Message] = {
    "unreadable": Message("fatal", "structure", "{reason}"),
    "too-large": Message("fatal", "too-long", "{reason}"),
    "too-deep": Message(
        "fatal",
        "too-costly",
        "Elements are nested deeper than {limit} levels; nothing below is read",
    ),
    "too-many-errors": Message(
        "fatal", "too-costly", "There are {limit} errors; the rest was not looked at"
    ),
    "issues-left-out": information(
        "too-costly",
        "{number} more warnings and remarks are not shown; the limit is {limit} issues",
    ),
    "out-of-time": Message(
        "fatal", "too-costly", "The {seconds} seconds for a validation are used up; this is where"
    ),
}

STRUCTURE_MESSAGES: Mapping[str, Message] = {
    "no-resource-type": error(
        "structure", "The resource has no resourceType, or not as a string; types are {known}"
    ),
    "unknown-resource-type": error(
        "structure", "{name!r} is not a resource type of FHIR {release}{hint}"
    ),
    "unknown-element": error("structure", "{name!r} is not an element of {type}{hint}"),
    "underscore-on-complex": error(
        "structure",
        "Only a primitive has a key with an underscore; {name!r} holds its own id and extensions",
    ),
    "missing-element": error("required", "{path} is required (at least {min} of {types})"),
    "too-many": error("structure", "{path} may stand {max} times at most; there are {number}"),
    "several-choices": error("structure", "{name}[x] has one type only; keep one of {keys}"),
    "empty-object": error("structure", "The object is empty; leave it out or give it content"),
    "empty-array": error("structure", "The array {name!r} is empty; leave it out"),
    "array-needed": error(
        "structure", "{name!r} may repeat, so JSON holds it as an array; here is {found}"
    ),
    "unexpected-array": error("structure", "{name!r} does not repeat, so it is no array in JSON"),
    "object-needed": error(
        "structure", "{name!r} holds {type}, an object in JSON; here is {found}"
    ),
    "null-value": error("structure", "{name!r} is null; an element without a value is left out"),
    "null-in-array": error(
        "structure",
        "A null in {name!r} needs an id or an extension at its place in the array that "
        "stands beside it (_{name} and {name})",
    ),
    "unequal-arrays": error(
        "structure", "{name!r} has {values} items and '_{name}' has {extras}; null fills the gaps"
    ),
    "no-value": Message(
        "error", "invariant", "ele-1: A primitive has a value or an extension; here is only an id"
    ),
    "duplicate-key": error("structure", "{reason}"),
    "broken-character": error("invalid", "{reason}"),
    "control-character": warning("invalid", "{reason}", "error"),
    "number": error("invalid", "{reason}"),
    "text": error("structure", "{reason}"),
    "repeated-element": error("structure", "{reason}"),
    "element-order": error("structure", "{reason}"),
    "wrong-namespace": error("structure", "{reason}"),
    "unknown-attribute": error("structure", "{reason}"),
    "unknown-resource": error("structure", "{reason}"),
}

PRIMITIVE_MESSAGES: Mapping[str, Message] = {
    "wrong-json-type": error("value", "{type} is written as {needed}; here is {found}"),
    "empty-string": error("value", "The string is empty; leave the element out"),
    "primitive-form": error("value", "{value!r} is no {type}: {form}"),
    "no-such-day": error("value", "{value} is not in the calendar"),
    "text-too-long": error("value", "The text has {length} characters; at most {limit} may be"),
    "blank-text": warning("value", "The {type} is nothing but white space", "error"),
    "uri-space": error("value", "{value!r} is no {type}: a URI has no spaces; write %20"),
    "bare-urn": error("value", "{value!r} is no URI: write urn:{prefix}: before the number"),
    "invalid-uuid": error("value", "{value!r} is no UUID: 8-4-4-4-12 lower-case hex digits"),
    "invalid-oid": error("value", "{value!r} is no OID: numbers with points between them"),
    "relative-canonical": error(
        "value", "{value!r} is no canonical URL: it is absolute, or a fragment (#id)"
    ),
    "base64-space": error("value", "Base64 has no white space in it in this version of FHIR"),
}
