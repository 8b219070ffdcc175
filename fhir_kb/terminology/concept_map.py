"""A concept map: codes of one system and what they are in another.

https://hl7.org/fhir/R5/conceptmap.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json

Relationship = Literal[
    "related-to",
    "equivalent",
    "source-is-narrower-than-target",
    "source-is-broader-than-target",
    "not-related-to",
]

RELATIONSHIPS: Mapping[str, Relationship] = {
    "relatedto": "related-to",
    "equivalent": "equivalent",
    "equal": "equivalent",
    "wider": "source-is-narrower-than-target",
    "subsumes": "source-is-narrower-than-target",
    "narrower": "source-is-broader-than-target",
    "specializes": "source-is-broader-than-target",
    "inexact": "related-to",
    "unmatched": "not-related-to",
    "disjoint": "not-related-to",
}
"""What the older ``equivalence`` means; it speaks of the target, ``relationship`` of the source."""

EQUIVALENCES: Mapping[Relationship, str] = {
    "related-to": "relatedto",
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "wider",
    "source-is-broader-than-target": "narrower",
    "not-related-to": "unmatched",
}
"""How ``relationship`` is said as an ``equivalence``."""

REVERSED: Mapping[Relationship, Relationship] = {
    "related-to": "related-to",
    "equivalent": "equivalent",
    "source-is-narrower-than-target": "source-is-broader-than-target",
    "source-is-broader-than-target": "source-is-narrower-than-target",
    "not-related-to": "not-related-to",
}


@dataclass(frozen=True, slots=True)
class Mapped:
    """One pair of a map; ``target_code`` is None where the source has no counterpart."""

    source_system: str
    source_code: str
    relationship: Relationship
    target_system: str | None
    target_code: str | None
    target_display: str | None = None
    source_display: str | None = None


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """The pairs of a map in their order; the scopes are value sets, where they are named."""

    url: str
    pairs: tuple[Mapped, ...]
    source_scope: str | None = None
    target_scope: str | None = None
    version: str | None = None


def read_concept_map(resource: Json) -> ConceptMap:
    """Return the map of a ConceptMap resource, with ``equivalence`` or ``relationship``.

    One without a url is refused, and so is a relationship that FHIR does not know.
    """
    if "url" not in resource:
        raise InvalidParameter("A ConceptMap without url cannot be referred to; give it a url")
    return ConceptMap(
        url=resource["url"],
        pairs=tuple(_pairs(resource)),
        source_scope=_scope(resource, "source"),
        target_scope=_scope(resource, "target"),
        version=resource.get("version"),
    )


def _scope(resource: Json, side: str) -> str | None:
    keys = (f"{side}Canonical", f"{side}Uri", f"{side}ScopeCanonical", f"{side}ScopeUri")
    return next((resource[key] for key in keys if key in resource), None)


def _pairs(resource: Json) -> Iterator[Mapped]:
    for group in resource.get("group", []):
        source, target = group.get("source", ""), group.get("target")
        for element in group.get("element", []):
            named = (source, element.get("code", ""))
            for each in element.get("target", []):
                yield Mapped(
                    *named,
                    _relationship(resource, each),
                    target,
                    each.get("code"),
                    each.get("display"),
                    element.get("display"),
                )
            if element.get("noMap"):
                yield Mapped(*named, "not-related-to", target, None)


def _relationship(resource: Json, target: Json) -> Relationship:
    said: str = target.get("relationship") or target.get("equivalence") or ""
    known: Mapping[str, Relationship] = {**RELATIONSHIPS, **{key: key for key in EQUIVALENCES}}
    if said not in known:
        raise InvalidParameter(
            f"ConceptMap {resource['url']} relates {target.get('code')!r} by {said!r}; "
            f"known are {', '.join(known)}"
        )
    return known[said]
