"""Elements of FHIR JSON that nobody has validated: what is not of its form reads as absent.

https://hl7.org/fhir/R4/datatypes.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhir_kb.formats import Json


def objects(value: Any) -> list[Json]:
    """Return the objects of an element, whether it holds one or a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def one(value: Any) -> Json:
    """Return the object of an element, or an empty one."""
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


def terms(concept: Any) -> Terms:
    """Return what CodeableConcepts, codings or a plain code string say."""
    if isinstance(concept, str):
        return Terms(words=(text(concept),))
    found = Terms()
    for item in objects(concept):
        codings = objects(item.get("coding")) or ([item] if "code" in item else [])
        pairs = tuple(
            (text(coding.get("system")), text(coding.get("code")))
            for coding in codings
            if text(coding.get("system")) and text(coding.get("code"))
        )
        words = (text(item.get("text")), *(text(coding.get("display")) for coding in codings))
        found += Terms(pairs, tuple(word for word in words if word))
    return found


def codes(concept: Any) -> frozenset[str]:
    """Return the bare codes of an element that FHIR binds: ``active`` of a clinicalStatus.

    DSTU2 and STU3 wrote such an element as a plain code.
    """
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


def nested(value: Any) -> Iterator[Json]:
    """Yield every object inside a value, the value included."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
