"""What JSON Schema can say of FHIR's primitive types.

https://hl7.org/fhir/R4/datatypes.html#primitive and https://json-schema.org/draft-07

A pattern is searched for and not matched, so each is anchored. Where the specification's own
pattern is too narrow (a no-break space in a string) or too wide (a canonical URL), another stands
here, as in the validator.
"""

from collections.abc import Mapping

from fhir_kb.definitions import TypeDefinition
from fhir_kb.formats import Json
from fhir_kb.validation.primitives import STRING_MAX

_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": STRING_MAX}
_URI: Json = {"type": "string", "pattern": r"^\S+$"}
_ROWS: Mapping[str, Json] = {
    "boolean": {"type": "boolean"},
    "canonical": {"type": "string", "pattern": r"^(#\S*|[A-Za-z][A-Za-z0-9+.\-]*:\S+)$"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "markdown": _TEXT,
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "string": _TEXT,
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "uri": _URI,
    "url": _URI,
    "xhtml": {"type": "string", "minLength": 1},
}


def primitive_schema(definition: TypeDefinition) -> Json:
    """Return the schema of a primitive type's JSON value."""
    if definition.name in _ROWS:
        return dict(_ROWS[definition.name])
    return {"type": "string", "pattern": f"^({definition.pattern})$"}
