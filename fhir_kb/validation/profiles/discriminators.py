"""How a node is known to belong to a slice: by value, pattern, existence, type, profile, position.

https://hl7.org/fhir/R4/profiling.html#discriminator
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Node, compile_expression
from fhir_kb.validation.bindings import member_of
from fhir_kb.validation.profiles.discriminator_path import (
    OverlayOf,
    Spot,
    Step,
    extension_url,
    nodes_at_path,
    read_path,
    spots_at_path,
    stated_profiles,
)
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.profiles.profile_bindings import bindings_of
from fhir_kb.validation.profiles.reading import BY_URL, Discriminator, max_of, min_of
from fhir_kb.validation.profiles.slicing import Matcher
from fhir_kb.validation.profiles.values import Wanted, wanted_at
from fhir_kb.validation.walk import Schema, Walk

SchemaOf = Callable[[Place], Schema]
"""From a place to what is asked of its nodes."""

Steps = tuple[Step, ...]


class Matchers:
    """Makes the tests of whether nodes belong to slices.

    ``overlay_of`` finds the trees of profiles that slices name, ``schema_of`` makes the check of
    a place.
    """

    def __init__(self, overlay_of: OverlayOf, schema_of: SchemaOf) -> None:
        self._overlay_of = overlay_of
        self._schema_of = schema_of
        self._kinds: Mapping[str, Callable[[list[Spot], Steps], Matcher | None]] = {
            "value": self._by_value,
            "pattern": self._by_value,
            "exists": self._by_existence,
            "type": self._by_type,
            "profile": self._by_profile,
        }

    def matcher(
        self, place: Place, position: int, discriminators: Iterable[Discriminator]
    ) -> Matcher:
        """Return the test for the slice at ``place``, which is the one at ``position``.

        Where the discriminators tell nothing of the slice, what meets all of it belongs to it.
        """
        tests = [self._test(place, position, each) for each in discriminators]
        found = [test for test in tests if test is not None]
        if not found:
            return partial(_meets, self._schema_of(place))
        return found[0] if len(found) == 1 else partial(_meets_all, found)

    def _test(self, place: Place, position: int, discriminator: Discriminator) -> Matcher | None:
        if discriminator == BY_URL and place.types == ("Extension",):
            return partial(_has_url, extension_url(place, self._overlay_of))
        if discriminator.type == "position":
            return partial(_stands_at, position)
        steps, kind = read_path(discriminator.path), self._kinds.get(discriminator.type)
        if steps is None or kind is None:
            return None
        test = kind(spots_at_path(place, steps, self._overlay_of), steps)
        return None if test is None else partial(_unless_refused, test)

    def _by_value(self, spots: list[Spot], steps: Steps) -> Matcher | None:
        wanted = [each for spot in spots for each in _wanted(spot)]
        if wanted:
            return partial(_has_value, steps, wanted)
        places = [spot.place for spot in spots if spot.place is not None]
        required = {
            bound.binding.value_set
            for place in places
            for bound in bindings_of(place)
            if bound.binding.strength == "required" and not bound.usages
        }
        if required:
            return partial(_has_code, steps, required)
        existence = self._by_existence(spots, steps)
        if existence is not None:
            return existence
        inner = [place for place in places if place.children or place.slices]
        return (
            partial(_meets_any, steps, [self._schema_of(each) for each in inner]) if inner else None
        )

    def _by_existence(self, spots: list[Spot], steps: Steps) -> Matcher | None:
        if not steps:
            # The bounds of the slice itself say how many there are, not which.
            return None
        for place in (spot.place for spot in spots):
            most, least = (max_of(place), min_of(place)) if place is not None else (None, None)
            if most is not None and most.number == 0:
                return partial(_exists, steps, False)
            if least is not None and least.number:
                return partial(_exists, steps, True)
        return None

    def _by_type(self, spots: list[Spot], steps: Steps) -> Matcher | None:
        types = {type for spot in spots for type in _types(spot)}
        return partial(_is_of_type, steps, types) if types else None

    def _by_profile(self, spots: list[Spot], steps: Steps) -> Matcher | None:
        profiles = {profile for spot in spots for profile in _profiles(spot)}
        return partial(_meets_profile, steps, profiles) if profiles else None


def _wanted(spot: Spot) -> list[Wanted]:
    if spot.wanted is not None:
        return [spot.wanted]
    return wanted_at(spot.place) if spot.place is not None else []


def _types(spot: Spot) -> Iterable[str]:
    if spot.type:
        return (spot.type,)
    return spot.place.types if spot.place is not None and spot.place.is_narrowed else ()


def _profiles(spot: Spot) -> Iterable[str]:
    if spot.profile:
        return (spot.profile,)
    return stated_profiles(spot.place, "profile") if spot.place is not None else ()


def _unless_refused(test: Matcher, walk: Walk, node: Node) -> bool | None:
    """Run a test that may need what an expression cannot tell."""
    try:
        return test(walk, node)
    except FHIRPathError:
        return None


def _meets(schema: Schema, walk: Walk, node: Node) -> bool:
    return walk.passes(node, schema)


def _meets_all(tests: list[Matcher], walk: Walk, node: Node) -> bool | None:
    verdict: bool | None = True
    for test in tests:
        each = test(walk, node)
        if each is False:
            return False
        verdict = verdict if each else None
    return verdict


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    verdict: bool | None = False
    for each in verdicts:
        if each:
            return True
        verdict = None if each is None else verdict
    return verdict


def _has_url(url: str, walk: Walk, node: Node) -> bool:
    return isinstance(node.value, dict) and node.value.get("url") == url


def _stands_at(position: int, walk: Walk, node: Node) -> bool:
    return (node.index or 0) == position


def _has_value(steps: Steps, wanted: list[Wanted], walk: Walk, node: Node) -> bool:
    found = nodes_at_path(walk, node, steps)
    return any(each.matches(one.value) for each in wanted for one in found)


def _has_code(steps: Steps, value_sets: set[str], walk: Walk, node: Node) -> bool | None:
    found = nodes_at_path(walk, node, steps)
    return _any(member_of(walk, one, each) for each in value_sets for one in found)


def _exists(steps: Steps, wanted: bool, walk: Walk, node: Node) -> bool:
    return bool(nodes_at_path(walk, node, steps)) is wanted


def _meets_any(steps: Steps, schemas: list[Schema], walk: Walk, node: Node) -> bool:
    found = nodes_at_path(walk, node, steps)
    return any(walk.passes(one, schema) for schema in schemas for one in found)


def _is_of_type(steps: Steps, types: set[str], walk: Walk, node: Node) -> bool | None:
    if steps and steps[-1].name == "resolve":
        # A reference tells the type of its target even where the target is not at hand.
        found = nodes_at_path(walk, node, steps[:-1])
        return _any(_leads_to(walk, one, each) for each in types for one in found)
    found = nodes_at_path(walk, node, steps)
    return any(walk.definitions.is_subtype(one.type, each) for each in types for one in found)


def _leads_to(walk: Walk, node: Node, type: str) -> bool | None:
    expression = compile_expression(f"resolve() is {type}", walk.definitions)
    answers = expression.evaluate(node, walk.environment)
    return bool(answers[0].value) if answers else None


def _meets_profile(steps: Steps, profiles: set[str], walk: Walk, node: Node) -> bool | None:
    found = nodes_at_path(walk, node, steps)
    if not found and steps and steps[-1].name == "resolve":
        return None
    return _any(walk.conforms(one, each) for each in profiles for one in found)
