"""The bindings that a profile states for an element, and the uses that some of them are for.

https://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.binding.additional
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions import Binding
from fhir_kb.definitions.model import Strength
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.formats import Json
from fhir_kb.validation.bindings import binding_rule, codings_of
from fhir_kb.validation.canonical import OF_SPECIFICATION
from fhir_kb.validation.profiles.element_reading import (
    extension_value,
    extension_values,
    extensions_of,
)
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.resolution import resource_node
from fhir_kb.validation.walk import Rule, Walk

_MAXIMUM = OF_SPECIFICATION + "elementdefinition-maxValueSet"
_ADDITIONAL = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
_STRENGTHS = ("required", "extensible", "preferred", "example")
_PURPOSES: Mapping[str, Strength] = {
    "required": "required",
    "maximum": "required",
    "extensible": "extensible",
}
"""The strengths of additional bindings that can be checked, by their purpose."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A use of a resource that the resource itself tells: ``path`` has one of ``codings``."""

    path: str
    codings: frozenset[tuple[str | None, str]]

    def is_of(self, walk: Walk, node: Node) -> bool:
        """Return whether the resource around ``node`` is for this use."""
        resource = resource_node(node)
        try:
            expression = compile_expression(self.path, walk.definitions, resource.type)
            found = expression.evaluate(resource, walk.environment)
        except FHIRPathError:
            return False
        return any(self.codings.intersection(codings_of(each) or ()) for each in found)


@dataclass(frozen=True, slots=True)
class ProfileBinding:
    """A binding, the profile that states it, and the uses that it is for (all if empty)."""

    binding: Binding
    profile: str
    usages: tuple[Usage, ...] = ()

    def rule(self) -> Rule | None:
        """Return the rule of the binding, None if it asks for nothing."""
        rule = binding_rule(self.binding, "", profile=self.profile)
        if rule is None or not self.usages:
            return rule
        bound, usages = rule, self.usages

        def for_uses(walk: Walk, node: Node) -> None:
            if all(usage.is_of(walk, node) for usage in usages):
                bound(walk, node)

        return for_uses


def bindings_of(place: Place) -> Iterator[ProfileBinding]:
    """Yield the binding of a place and its additional bindings.

    One for a use that the resource does not tell (a country, a profession) is left out.
    """
    stated = place.stated("binding")
    if stated is None:
        return
    binding: Json = stated.element["binding"]
    value_set, strength = binding.get("valueSet"), binding.get("strength")
    if value_set is not None and strength in _STRENGTHS:
        maximum = extension_value(binding, _MAXIMUM)
        whole = Binding(strength, value_set, str(maximum) if maximum else None)
        yield ProfileBinding(whole, stated.profile)
    for row in _additional(binding):
        usages = [_usage(each, stated.profile) for each in row["usage"]]
        if row["purpose"] in _PURPOSES and row["valueSet"] and None not in usages:
            yield ProfileBinding(
                Binding(_PURPOSES[row["purpose"]], row["valueSet"]),
                stated.profile,
                tuple(usage for usage in usages if usage is not None),
            )


def _additional(binding: Json) -> Iterator[dict[str, Any]]:
    """Yield the additional bindings, which R4 states in extensions."""
    for row in binding.get("additional", []):
        yield {key: row.get(key, ()) for key in ("purpose", "valueSet", "usage")}
    for extension in extensions_of(binding, _ADDITIONAL):
        yield {
            "purpose": extension_value(extension, "purpose"),
            "valueSet": extension_value(extension, "valueSet"),
            "usage": list(extension_values(extension, "usage")),
        }


def _usage(context: Json, profile: str) -> Usage | None:
    """Return a use that names an element of the profile's resource, None for any other."""
    code: Json = context.get("code", {})
    concept: Json = context.get("valueCodeableConcept", {})
    if code.get("system") != profile.partition("|")[0] or "code" not in code:
        return None
    codings = ((row.get("system"), row.get("code", "")) for row in concept.get("coding", []))
    return Usage(code["code"], frozenset(codings))
