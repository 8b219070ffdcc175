"""What the statements of a place come to: bounds, constraints, slicing.

https://hl7.org/fhir/R4/elementdefinition.html

A chain of profiles only ever narrows. Where a profile states the looser bound all the same, the
tighter one of those it is based on holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fhir_kb.definitions import Constraint
from fhir_kb.validation.profiles.cardinality import Bound
from fhir_kb.validation.profiles.place import Place

_NUMBER = re.compile(r"[0-9]{1,9}")


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
