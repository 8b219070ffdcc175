"""What the statements of a place come to: bounds, bindings, constraints, slicing.

https://hl7.org/fhir/R4/elementdefinition.html

A chain of profiles only ever narrows. Where a profile states the looser bound all the same, the
tighter one of those it is based on holds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions import Binding, Constraint
from fhir_kb.definitions.model import Strength
from fhir_kb.formats import Json
from fhir_kb.validation.profiles.cardinality import Bound
from fhir_kb.validation.profiles.element_reading import extension_value
from fhir_kb.validation.profiles.place import Place

_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition/"
_MAXIMUM = _EXTENSIONS + "elementdefinition-maxValueSet"
_ADDITIONAL = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
_NUMBER = re.compile(r"[0-9]{1,9}")
_STRENGTHS = ("required", "extensible", "preferred", "example")
_ADDITIONAL_STRENGTHS: Mapping[str, Strength] = {
    "required": "required",
    "maximum": "required",
    "extensible": "extensible",
}


@dataclass(frozen=True, slots=True)
class Discriminator:
    """A row of ``slicing.discriminator``: what is looked at, and where."""

    type: str
    path: str


def min_of(place: Place) -> Bound | None:
    """Return the highest minimum that is stated."""
    bounds = [Bound(value, profile) for value, profile in place.all_stated("min")]
    return max(bounds, key=lambda bound: bound.number, default=None)


def max_of(place: Place) -> Bound | None:
    """Return the lowest maximum that is stated."""
    stated = place.all_stated("max")
    bounds = [Bound(int(value), profile) for value, profile in stated if _NUMBER.fullmatch(value)]
    return min(bounds, key=lambda bound: bound.number, default=None)


def bindings_of(place: Place) -> Iterator[tuple[Binding, str]]:
    """Yield the binding of a place and its additional bindings, each with its profile.

    One that holds in some contexts of use only is left out: the context is not known here.
    """
    stated = place.stated("binding")
    if stated is None:
        return
    binding: Json = stated.element["binding"]
    value_set, strength = binding.get("valueSet"), binding.get("strength")
    if value_set is not None and strength in _STRENGTHS:
        maximum = extension_value(binding, _MAXIMUM)
        yield Binding(strength, value_set, str(maximum) if maximum else None), stated.profile
    for purpose, canonical in _additional(binding):
        if purpose in _ADDITIONAL_STRENGTHS and canonical:
            yield Binding(_ADDITIONAL_STRENGTHS[purpose], canonical), stated.profile


def _additional(binding: Json) -> Iterator[tuple[str, str]]:
    for row in binding.get("additional", []):
        if "usage" not in row:
            yield row.get("purpose", ""), row.get("valueSet", "")
    for extension in binding.get("extension", []):
        if extension.get("url") == _ADDITIONAL and not _inner(extension, "usage"):
            yield (
                str(_inner(extension, "purpose") or ""),
                str(_inner(extension, "valueSet") or ""),
            )


def constraints_of(place: Place) -> Iterator[tuple[Constraint, str]]:
    """Yield the constraints of a place, each once, with the profile that states it last."""
    found = {
        row.get("key", ""): (row, profile)
        for rows, profile in place.all_stated("constraint")
        for row in rows
    }
    for key, (row, profile) in found.items():
        if "expression" in row:
            is_warning = row.get("severity") == "warning"
            yield (
                Constraint(
                    key,
                    "warning" if is_warning else "error",
                    row.get("human", ""),
                    row["expression"],
                ),
                profile,
            )


def discriminators_of(place: Place) -> tuple[Discriminator, ...]:
    """Return what the slices of a place are told apart by, as far as it is stated or usual."""
    stated = place.stated("slicing")
    if stated is not None:
        rows = stated.element["slicing"].get("discriminator", [])
        return tuple(Discriminator(row.get("type", ""), row.get("path", "")) for row in rows)
    if place.types == ("Extension",):
        return (BY_URL,)
    if place.base is not None and place.base.choice:
        return (BY_TYPE,)
    return ()


BY_TYPE = Discriminator("type", "$this")
BY_URL = Discriminator("value", "url")


def _inner(extension: Json, url: str) -> Any:
    return extension_value(extension, url)
