"""An ElementDefinition as it becomes when a profile narrows it.

https://hl7.org/fhir/R4/elementdefinition.html#interpretation

What a differential states takes the place of what was there; of constraints, aliases and the like
it adds to those there are.
"""

from typing import Any

from fhir_kb.formats import Json

_ADDED = frozenset({"alias", "code", "condition", "constraint", "example"})
_PLACE = frozenset({"id", "path", "base"})

_WORDS = ("short", "definition", "comment", "requirements", "alias", "label")
_OF_EVERY_USE = ("isModifier", "isModifierReason", "constraint")

_BINDABLE = frozenset(
    {"code", "Coding", "CodeableConcept", "CodeableReference", "Quantity", "string", "uri"}
)


def narrowed(element: Json, statement: Json) -> Json:
    """Return the element with what a differential's ``statement`` says of it."""
    result = {**element}
    for key, value in statement.items():
        if key in _ADDED:
            result[key] = _joined(element.get(key, []), value)
        elif key not in _PLACE:
            result[key] = value
    if "binding" not in statement and not _is_bindable(result):
        result.pop("binding", None)
    return result


def described_by(element: Json, definition: Json) -> Json:
    """Return the element as the profile of its type describes it: ``definition`` is its root.

    Words and constraints come from there; how often it may stand here does not.
    """
    said = {key: definition[key] for key in (*_WORDS, *_OF_EVERY_USE) if key in definition}
    return narrowed({key: element[key] for key in element if key not in _WORDS}, said)


def _joined(old: list[Any], new: list[Any]) -> list[Any]:
    known = {_identity(each) for each in old}
    return [*old, *(each for each in new if _identity(each) not in known)]


def _identity(value: Any) -> Any:
    """Return the key of a constraint, and the text of anything else."""
    return value["key"] if isinstance(value, dict) and "key" in value else str(value)


def _is_bindable(element: Json) -> bool:
    types = element.get("type", [])
    return not types or any(type["code"] in _BINDABLE for type in types)
