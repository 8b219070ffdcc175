"""The types a profile leaves to an element, and the profiles it asks of the types themselves.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type
"""

from collections.abc import Iterator, Mapping

from fhir_kb.definitions import Definitions, ElementType
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.canonical import type_of_specification
from fhir_kb.validation.profiles.discriminator_path import OverlayOf
from fhir_kb.validation.profiles.meeting import check_against, reasons_against
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.profiles.targets import TargetDemand, target_rules
from fhir_kb.validation.references import TARGETED
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import listed

EXTENSION = "Extension"
_BACKBONES = ("BackboneElement", "Element")


def type_rules(place: Place, definitions: Definitions, overlay_of: OverlayOf) -> Iterator[Rule]:
    """Yield the rules of what a place states about its types."""
    stated = place.stated("type")
    if stated is None:
        return
    rows: list[Json] = stated.element["type"]
    if place.is_narrowed and _is_open(place, definitions):
        yield _narrowing_rule(place.types, place.label, stated.profile)
    profiles = {row.get("code", ""): tuple(row["profile"]) for row in rows if row.get("profile")}
    if profiles:
        yield _profile_rule(profiles, place.label, stated.profile)
    for row in rows:
        if row.get("code") in TARGETED:
            demand = _demand(row, definitions, overlay_of)
            yield from target_rules(demand, _base(place, demand.type), place.label, stated.profile)


def _is_open(place: Place, definitions: Definitions) -> bool:
    """Whether the specification leaves the type to the content: a choice, or any resource."""
    if place.base is None:
        return False
    types = (definitions.type(type.code) for type in place.base.types)
    return place.base.choice or any(each is not None and each.abstract for each in types)


def _base(place: Place, code: str) -> ElementType | None:
    types = place.base.types if place.base is not None else ()
    return next((type for type in types if type.code == code), None)


def _narrowing_rule(types: tuple[str, ...], label: str, url: str) -> Rule:
    def rule(walk: Walk, node: Node) -> None:
        if not any(walk.definitions.is_subtype(node.type, type) for type in types):
            walk.report(
                "type-not-in-profile",
                node,
                source=url,
                element=label,
                found=node.type or "an unknown type",
                types=listed(types),
                profile=url,
            )

    return rule


def _profile_rule(profiles: Mapping[str, tuple[str, ...]], label: str, url: str) -> Rule:
    def rule(walk: Walk, node: Node) -> None:
        asked = _asked(walk, node, profiles)
        if node.type == EXTENSION:
            # An extension is checked against the definition under its own url wherever it stands.
            own = (node.elements or {}).get("url")
            asked = tuple(each for each in asked if each.partition("|")[0] != own)
        if len(asked) == 1:
            check_against(walk, node, asked[0])
            return
        reasons = reasons_against(walk, node, asked) if asked else []
        if reasons:
            walk.report(
                "no-profile-fits",
                node,
                source=url,
                element=label,
                profiles=listed(asked),
                reasons="; ".join(reasons),
                profile=url,
            )

    return rule


def _asked(walk: Walk, node: Node, profiles: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the profiles that are asked of the node's type."""
    # A backbone element's type is its path; a profile calls it BackboneElement or Element.
    of_backbone = "." in node.type
    for type, asked in profiles.items():
        if (of_backbone and type in _BACKBONES) or walk.definitions.is_subtype(node.type, type):
            return asked
    return ()


def _demand(row: Json, definitions: Definitions, overlay_of: OverlayOf) -> TargetDemand:
    canonicals = tuple(row.get("targetProfile", ()))
    types, has_profiles = [], False
    for canonical in canonicals:
        type = type_of_specification(canonical, definitions)
        overlay = overlay_of(canonical) if type is None else None
        types.append(type or (overlay.type if overlay is not None else canonical))
        has_profiles = has_profiles or type is None
    return TargetDemand(
        type=row["code"],
        types=tuple(dict.fromkeys(types)),
        canonicals=canonicals if has_profiles else (),
        aggregation=tuple(row.get("aggregation", ())),
    )
