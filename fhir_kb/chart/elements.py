"""Elements of FHIR JSON that nobody has validated: what is not of its form reads as absent.

https://hl7.org/fhir/R4/datatypes.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhir_kb.formats import Json


def objects(value: Any) -> list[Json]:
    """Return the objects of an element, whether it holds one or a list."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def one(value: Any) -> Json:
    """Return the object of an element, or an empty one."""
    if isinstance(value, dict):
        return value
    return next(iter(objects(value)), {})


def text(value: Any) -> str:
    """Return a string element without surrounding space, or an empty string."""
    return value.strip() if isinstance(value, str) else ""


def number(value: Any) -> Decimal | None:
    """Return a number element; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


@dataclass(frozen=True, slots=True)
class Terms:
    """The codings (system, code) and the words of a CodeableConcept."""

    codings: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()

    def __add__(self, other: "Terms") -> "Terms":
        return Terms(self.codings + other.codings, self.words + other.words)


_NO_TERMS = Terms()


def terms(concept: Any) -> Terms:
    """Return what CodeableConcepts, codings or a plain code string say."""
    if concept is None:
        return _NO_TERMS
    if isinstance(concept, str):
        return Terms(words=(text(concept),))
    pairs: list[tuple[str, str]] = []
    words: list[str] = []
    for item in objects(concept):
        words.append(text(item.get("text")))
        for coding in objects(item.get("coding")) or ([item] if "code" in item else ()):
            system, code = text(coding.get("system")), text(coding.get("code"))
            if system and code:
                pairs.append((system, code))
            words.append(text(coding.get("display")))
    return Terms(tuple(pairs), tuple(filter(None, words)))


def codes(concept: Any) -> frozenset[str]:
    """Return the bare codes of an element that FHIR binds: ``active`` of a clinicalStatus.

    DSTU2 and STU3 wrote such an element as a plain code.
    """
    if concept is None:
        return frozenset()
    if isinstance(concept, str):
        return frozenset({concept})
    return frozenset(code for _, code in terms(concept).codings) | frozenset(
        text(coding.get("code"))
        for item in objects(concept)
        for coding in objects(item.get("coding"))
    )


def extension(element: Json, url: str) -> Json:
    """Return the first extension of this URL, or an empty object."""
    found = (item for item in objects(element.get("extension")) if item.get("url") == url)
    return next(found, {})


def is_modified(resource: Json) -> bool:
    """Return whether a modifier extension stands anywhere in a resource."""
    return bool(resource.get("modifierExtension")) or _hold_a_modifier(resource.values())


def _hold_a_modifier(parts: Iterable[Any]) -> bool:
    for part in parts:
        if isinstance(part, dict):
            if part.get("modifierExtension") or _hold_a_modifier(part.values()):
                return True
        elif isinstance(part, list) and _hold_a_modifier(part):
            return True
    return False
