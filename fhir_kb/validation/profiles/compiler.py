"""From the tree of a profile to its checks.

https://hl7.org/fhir/R4/elementdefinition.html

What a profile repeats of the specification is left out: the type's own checks report it.
"""

from collections.abc import Iterator
from dataclasses import replace

from fhir_kb.definitions import Binding, Definitions
from fhir_kb.fhirpath import Node
from fhir_kb.validation.invariants import invariant_rule
from fhir_kb.validation.profiles.cardinality import Cardinality
from fhir_kb.validation.profiles.discriminator_path import OverlayOf
from fhir_kb.validation.profiles.discriminators import Matchers
from fhir_kb.validation.profiles.element_check import ElementCheck
from fhir_kb.validation.profiles.narrative_languages import narrative_language_rules
from fhir_kb.validation.profiles.overlay import Overlay
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.profiles.profile import Profile
from fhir_kb.validation.profiles.profile_bindings import bindings_of
from fhir_kb.validation.profiles.reading import (
    constraints_of,
    discriminators_of,
    max_of,
    min_of,
)
from fhir_kb.validation.profiles.slicing import Matcher, Slice, Slicing
from fhir_kb.validation.profiles.type_rules import type_rules
from fhir_kb.validation.profiles.value_limits import limit_rules
from fhir_kb.validation.profiles.values import value_rule, wanted_by
from fhir_kb.validation.resolution import container_of, resource_node
from fhir_kb.validation.walk import Rule, Walk

_DEFAULT_SLICE = "@default"


class Compiler:
    """Compiles the profiles of one release; ``overlay_of`` finds those that others name."""

    def __init__(self, definitions: Definitions, overlay_of: OverlayOf) -> None:
        self._definitions = definitions
        self._overlay_of = overlay_of

    def profile(self, overlay: Overlay) -> Profile:
        """Return the profile, ready to be checked."""
        root = _Elements(self._definitions, self._overlay_of, overlay).element(overlay.root)
        return Profile(
            overlay.url, overlay.type, root, overlay.imposed, tuple(dict.fromkeys(overlay.faults))
        )


class _Elements:
    """Compiles the elements of one profile."""

    def __init__(self, definitions: Definitions, overlay_of: OverlayOf, overlay: Overlay) -> None:
        self._definitions = definitions
        self._overlay_of = overlay_of
        self._overlay = overlay
        self._matchers = Matchers(overlay_of, self.element)
        self._made: dict[int, ElementCheck] = {}

    def element(self, place: Place) -> ElementCheck:
        """Return the check of a place; the same place gives the same check."""
        check = self._made.get(id(place))
        if check is None:
            check = self._made[id(place)] = self._element(place)
        return check

    def _element(self, place: Place) -> ElementCheck:
        return ElementCheck(
            name=place.name,
            label=place.label,
            url=self._overlay.url,
            cardinality=_cardinality(place),
            rules=tuple(self._rules(place)),
            children=tuple(self.element(child) for child in place.children.values()),
            slicing=self._slicing(place),
            must_support=tuple(
                child.name for child in place.children.values() if child.flag("mustSupport")
            ),
        )

    def _rules(self, place: Place) -> Iterator[Rule]:
        yield from type_rules(place, self._definitions, self._overlay_of)
        for statement in place.statements:
            wanted = wanted_by(statement.element)
            if wanted is not None:
                yield value_rule(wanted, place.label, statement.profile)
        for bound in bindings_of(place):
            rule = bound.rule()
            if rule is not None and not _repeats(bound.binding, place):
                yield rule
        yield from limit_rules(place, self._definitions)
        yield from narrative_language_rules(place)
        known = self._constraints_of_types(place)
        for constraint, profile in constraints_of(place):
            if constraint.key not in known:
                rule = invariant_rule(
                    constraint, self._definitions, place.types[0], profile=profile
                )
                yield rule if place.base is None else _seen_from_outside(rule)
        reference = place.stated("contentReference")
        if reference is not None:
            target = self._place_of(reference.element["contentReference"])
            if target is not None and target is not place:
                yield self._content_rule(target)

    def _constraints_of_types(self, place: Place) -> frozenset[str]:
        definitions = (self._definitions.type(type) for type in ("Element", *place.types))
        of_types = [each.constraints for each in definitions if each is not None]
        of_base = [place.base.constraints] if place.base is not None else []
        return frozenset(each.key for stated in (*of_types, *of_base) for each in stated)

    def _slicing(self, place: Place) -> Slicing | None:
        places = [each for name, each in place.slices.items() if name != _DEFAULT_SLICE]
        if not places:
            return None
        discriminators = discriminators_of(place)
        default = place.slices.get(_DEFAULT_SLICE)
        stated = place.stated("slicing")
        slicing = stated.element["slicing"] if stated is not None else {}
        return Slicing(
            label=place.label,
            url=stated.profile if stated is not None else self._overlay.url,
            rules=slicing.get("rules", "open"),
            ordered=slicing.get("ordered") is True,
            slices=tuple(
                self._slice(each, self._matchers.matcher(each, position, discriminators))
                for position, each in enumerate(places)
            ),
            default=self.element(default) if default is not None else None,
        )

    def _slice(self, place: Place, matches: Matcher) -> Slice:
        check = self.element(place)
        return Slice(place.slice, check.cardinality, matches, check, check.slicing)

    def _place_of(self, reference: str) -> Place | None:
        """Return the place that a content reference (``#Questionnaire.item``) names, if stated."""
        if not reference.startswith("#"):
            return None
        place: Place | None = self._overlay.root
        for name in reference.split(".")[1:]:
            place = place.children.get(name) if place is not None else None
        return place

    def _content_rule(self, target: Place) -> Rule:
        def rule(walk: Walk, node: Node) -> None:
            self.element(target).check(walk, node)

        return rule


def _seen_from_outside(rule: Rule) -> Rule:
    """Return a constraint of an element: %resource is around the node also if that is one.

    The profile of a Bundle speaks of its entries as the Bundle sees them.
    """

    def outside(walk: Walk, node: Node) -> None:
        if node.parent is None or "resourceType" not in (node.elements or {}):
            rule(walk, node)
            return
        inside = walk.environment
        resource = resource_node(node.parent)
        container = container_of(node.parent) or resource
        walk.environment = replace(inside, resource=resource, root_resource=container)
        rule(walk, node)
        walk.environment = inside

    return outside


def _cardinality(place: Place) -> Cardinality:
    """Return the bounds of a place that are tighter than the specification's."""
    least, most, base = min_of(place), max_of(place), place.base
    if least is not None and least.number <= (
        base.min if base is not None and not place.slice else 0
    ):
        least = None
    if most is not None and base is not None and base.max is not None and most.number >= base.max:
        most = None
    return Cardinality(place.name, place.label, least, most)


def _repeats(binding: Binding, place: Place) -> bool:
    own = place.base.binding if place.base is not None else None
    return (
        own is not None
        and own.strength == binding.strength
        and own.value_set == binding.value_set.partition("|")[0]
        and own.maximum == binding.maximum
    )
