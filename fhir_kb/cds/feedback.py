"""Feedback on cards: read strictly, stripped of what could tell of a person, and kept once.

https://cds-hooks.hl7.org/2.0/#feedback

Of a reason only a code that was offered is kept: any other text is the client's own and might
hold anything.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator

from fhir_kb.cds.identity import theme_of
from fhir_kb.cds.refusal import check, without_nulls
from fhir_kb.errors import RequestError
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json_value
from fhir_kb.store.feedback import Feedback

ITEMS_MAX = 500
_SCHEMA: Json = {
    "type": "object",
    "required": ["feedback"],
    "properties": {
        "feedback": {
            "type": "array",
            "minItems": 1,
            "maxItems": ITEMS_MAX,
            "items": {
                "type": "object",
                "required": ["card", "outcome", "outcomeTimestamp"],
                "properties": {
                    "card": {"type": "string"},
                    "outcome": {"enum": ["accepted", "overridden"]},
                    "outcomeTimestamp": {"type": "string"},
                    "acceptedSuggestions": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 50,
                        "items": {
                            "type": "object",
                            "required": ["id"],
                            "properties": {"id": {"type": "string"}},
                        },
                    },
                    "overrideReason": {
                        "type": "object",
                        "properties": {
                            "reason": {"type": "object"},
                            "userComment": {"type": "string", "maxLength": 2000},
                        },
                    },
                },
                "if": {"properties": {"outcome": {"const": "accepted"}}},
                "then": {"required": ["acceptedSuggestions"]},
            },
        }
    },
}
_VALIDATOR = Draft202012Validator(_SCHEMA)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)


def read_feedback(
    body: bytes,
    service: str,
    themes: tuple[str, ...],
    reasons: frozenset[tuple[str, str]],
    *,
    comments: bool,
    max_bytes: int,
) -> list[Feedback]:
    """Return what a body tells, one row per item.

    ``themes`` and ``reasons`` (system, code) are those that cards of ours have; a reason that is
    none of them is left out. Comments are left out unless ``comments``. Refuses (RequestError) a
    body that is not as CDS Hooks has it; then nothing is kept.
    """
    content = without_nulls(read_json_value(body, max_bytes=max_bytes))
    check(_VALIDATOR, content, ())
    rows = []
    for i, item in enumerate(content["feedback"]):
        where = f"feedback[{i}]"
        card = _uuid(item["card"], f"{where}.card")
        accepted = item.get("acceptedSuggestions", ()) if item["outcome"] == "accepted" else ()
        suggestions = [
            str(_uuid(entry["id"], f"{where}.acceptedSuggestions[{j}].id"))
            for j, entry in enumerate(accepted)
        ]
        override = item.get("overrideReason", {})
        rows.append(
            Feedback(
                service=service,
                card=str(card),
                theme=theme_of(card, themes) or "",
                outcome=item["outcome"],
                at=_instant(item["outcomeTimestamp"], f"{where}.outcomeTimestamp"),
                suggestions=" ".join(sorted(suggestions)),
                reason=_reason(override, reasons),
                comment=str(override.get("userComment", "")) if comments else "",
            )
        )
    return rows


def _uuid(text: str, where: str) -> UUID:
    """Return a UUID written bare, as CDS Hooks does, or as a URN, as some clients do.

    Python's UUID reads both.
    """
    try:
        return UUID(text)
    except ValueError:
        raise RequestError(f"{where} is not a UUID", expression=where) from None


def _instant(text: str, where: str) -> str:
    try:
        if not _RFC_3339.fullmatch(text):
            raise ValueError
        datetime.fromisoformat(text.upper())
    except ValueError:
        raise RequestError(
            f"{where} is not a moment like 2026-03-01T09:30:00Z", expression=where
        ) from None
    return text.upper()


def _reason(override: Mapping[str, Any], offered: frozenset[tuple[str, str]]) -> str:
    """Return an offered reason; it stood there flat before 2.0, and some send FHIR's concept."""
    reason = override.get("reason", override)
    nested = reason.get("coding")
    for coding in (reason, *(nested if isinstance(nested, list) else ())):
        for system, code in offered if isinstance(coding, dict) else ():
            if coding.get("system") == system and coding.get("code") == code:
                return f"{system}|{code}"
    return ""
