"""A code said in another code system.

https://hl7.org/fhir/R4/conceptmap-operation-translate.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_kb.errors import UnknownCode
from fhir_kb.terminology.concept_map import REVERSED, ConceptMap, Mapped, Relationship
from fhir_kb.terminology.library import Terminology


@dataclass(frozen=True, slots=True)
class Match:
    """A counterpart and how the given code relates to it; ``origin`` is the map's url."""

    relationship: Relationship
    system: str | None
    code: str | None
    display: str | None
    origin: str


def translate(
    terminology: Terminology,
    system: str,
    code: str,
    *,
    target_system: str | None = None,
    source_scope: str | None = None,
    target_scope: str | None = None,
    url: str | None = None,
    reverse: bool = False,
) -> tuple[Match, ...]:
    """Return the counterparts of a code, by one map (``url``) or by all that are held.

    With ``reverse`` the code is looked for among the targets, and the scopes change places. A map
    that is not held is refused; a code that no map knows has none.
    """
    maps = terminology.concept_maps
    named = terminology.concept_map(url) if url is not None else None
    if url is not None and named is None:
        known = ", ".join(maps) or "none"
        raise UnknownCode(f"The concept map {url} is not held here; held: {known}")
    wanted = [named] if named is not None else list(maps.values())
    return tuple(
        match
        for each in wanted
        if _has_scopes(each, source_scope, target_scope, reverse)
        for match in _matches(each, system, code, reverse)
        if target_system is None or match.system == target_system
    )


def _has_scopes(
    concept_map: ConceptMap, source: str | None, target: str | None, reverse: bool
) -> bool:
    scopes = [concept_map.source_scope, concept_map.target_scope]
    given = [target, source] if reverse else [source, target]
    return all(want is None or want == has for want, has in zip(given, scopes, strict=True))


def _matches(concept_map: ConceptMap, system: str, code: str, reverse: bool) -> Iterator[Match]:
    for pair in concept_map.pairs:
        turned = _turned(pair) if reverse else pair
        if (turned.source_system, turned.source_code) == (system, code):
            yield Match(
                turned.relationship,
                turned.target_system,
                turned.target_code,
                turned.target_display,
                concept_map.url,
            )


def _turned(pair: Mapped) -> Mapped:
    return Mapped(
        source_system=pair.target_system or "",
        source_code=pair.target_code or "",
        relationship=REVERSED[pair.relationship],
        target_system=pair.source_system,
        target_code=pair.source_code,
        target_display=pair.source_display,
        source_display=pair.target_display,
    )
