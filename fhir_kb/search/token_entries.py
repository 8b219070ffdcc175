"""Index entries of coded elements.

https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Callable, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.store.index import IdentifierTypeEntry, IndexRows, TokenEntry

SPECIAL_VALUES = "http://terminology.hl7.org/CodeSystem/special-values"


def add_coding(rows: IndexRows, code: str, coding: Json) -> None:
    """Add a Coding's code and display; one may hold its system only."""
    _add_token(rows, code, coding.get("system"), coding.get("code"))
    _add_text(rows, code, coding.get("display"))


def add_concept(rows: IndexRows, code: str, concept: Json) -> None:
    """Add a CodeableConcept's codings and its text."""
    for coding in concept.get("coding", ()):
        add_coding(rows, code, coding)
    _add_text(rows, code, concept.get("text"))


def add_identifier(rows: IndexRows, code: str, identifier: Json) -> None:
    """Add an Identifier's value, alone and under each coding of its type."""
    value = identifier.get("value")
    _add_token(rows, code, identifier.get("system"), value)
    if isinstance(value, str):
        for coding in identifier.get("type", {}).get("coding", ()):
            if isinstance(coding.get("code"), str):
                entry = IdentifierTypeEntry(coding.get("system"), coding["code"], value)
                rows.identifier_types.setdefault(code, []).append(entry)
    _add_text(rows, code, identifier.get("type", {}).get("text"))


def add_contact_point(rows: IndexRows, code: str, contact_point: Json) -> None:
    """Add a ContactPoint's value."""
    add_plain(rows, code, contact_point.get("value"))


def add_codeable_reference(rows: IndexRows, code: str, value: Json) -> None:
    """Add the concept of a CodeableReference."""
    add_concept(rows, code, value.get("concept", {}))


def add_boolean(rows: IndexRows, code: str, value: bool) -> None:
    """Add true or false in the system that FHIR gives them."""
    entry = TokenEntry(SPECIAL_VALUES, "true" if value else "false")
    rows.tokens.setdefault(code, []).append(entry)


def add_plain(rows: IndexRows, code: str, value: Any) -> None:
    """Add a primitive as a code without a system."""
    if value is not None:
        rows.tokens.setdefault(code, []).append(TokenEntry(None, str(value)))


def _add_token(rows: IndexRows, code: str, system: Any, token: Any) -> None:
    if isinstance(token, str):
        rows.tokens.setdefault(code, []).append(TokenEntry(system, token))
    elif isinstance(system, str):
        rows.tokens.setdefault(code, []).append(TokenEntry(system, ""))


def _add_text(rows: IndexRows, code: str, text: Any) -> None:
    if isinstance(text, str):
        rows.texts.setdefault(code, []).append(text)


TOKENS: Mapping[str, Callable[[IndexRows, str, Any], None]] = {
    "Coding": add_coding,
    "CodeableConcept": add_concept,
    "CodeableReference": add_codeable_reference,
    "Identifier": add_identifier,
    "ContactPoint": add_contact_point,
    "boolean": add_boolean,
    "System.Boolean": add_boolean,
    **dict.fromkeys(
        (
            "code",
            "string",
            "id",
            "uri",
            "url",
            "canonical",
            "oid",
            "uuid",
            "integer",
            "positiveInt",
            "unsignedInt",
            "decimal",
            "System.String",
            "System.Integer",
            "System.Decimal",
        ),
        add_plain,
    ),
}
"""How each element type becomes tokens."""
