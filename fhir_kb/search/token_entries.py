"""Index entries of coded elements.

https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Callable, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.search.forms import object_in, objects_in, text_in
from fhir_kb.store.index import IdentifierTypeEntry, IndexRows, TokenEntry

SPECIAL_VALUES = "http://terminology.hl7.org/CodeSystem/special-values"


def add_coding(rows: IndexRows, code: str, coding: Json) -> None:
    """Add a Coding's code and display; one may hold its system only."""
    _add_token(rows, code, text_in(coding, "system"), text_in(coding, "code"))
    _add_text(rows, code, text_in(coding, "display"))


def add_concept(rows: IndexRows, code: str, concept: Json) -> None:
    """Add a CodeableConcept's codings and its text."""
    for coding in objects_in(concept, "coding"):
        add_coding(rows, code, coding)
    _add_text(rows, code, text_in(concept, "text"))


def add_identifier(rows: IndexRows, code: str, identifier: Json) -> None:
    """Add an Identifier's value, alone and under each coding of its type."""
    value, type = text_in(identifier, "value"), object_in(identifier, "type")
    _add_token(rows, code, text_in(identifier, "system"), value)
    for coding in objects_in(type, "coding"):
        type_code = text_in(coding, "code")
        if value is not None and type_code is not None:
            entry = IdentifierTypeEntry(text_in(coding, "system"), type_code, value)
            rows.identifier_types.setdefault(code, []).append(entry)
    _add_text(rows, code, text_in(type, "text"))


def add_contact_point(rows: IndexRows, code: str, contact_point: Json) -> None:
    """Add a ContactPoint's value."""
    add_plain(rows, code, text_in(contact_point, "value"))


def add_codeable_reference(rows: IndexRows, code: str, value: Json) -> None:
    """Add the concept of a CodeableReference."""
    add_concept(rows, code, object_in(value, "concept"))


def add_boolean(rows: IndexRows, code: str, value: bool) -> None:
    """Add true or false in the system that FHIR gives them."""
    entry = TokenEntry(SPECIAL_VALUES, "true" if value else "false")
    rows.tokens.setdefault(code, []).append(entry)


def add_plain(rows: IndexRows, code: str, value: Any) -> None:
    """Add a primitive as a code without a system."""
    if value is not None:
        rows.tokens.setdefault(code, []).append(TokenEntry(None, str(value)))


def _add_token(rows: IndexRows, code: str, system: str | None, token: str | None) -> None:
    if token is not None or system is not None:
        rows.tokens.setdefault(code, []).append(TokenEntry(system, token or ""))


def _add_text(rows: IndexRows, code: str, text: str | None) -> None:
    if text is not None:
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
