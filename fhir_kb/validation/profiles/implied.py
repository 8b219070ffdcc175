"""Profiles that a resource must meet without naming them.

https://hl7.org/fhir/R4/observation-vitalsigns.html and
https://hl7.org/fhir/R4/implementationguide-definitions.html#ImplementationGuide.global

An Observation with the code of a vital sign meets the specification's profile of it, which fixes
that code. A guide can ask a profile of all resources of a type.
"""

from collections.abc import Iterable, Iterator, Mapping

from fhir_kb.formats import Json
from fhir_kb.validation.canonical import OF_SPECIFICATION
from fhir_kb.validation.profiles.discriminator_path import OverlayOf
from fhir_kb.validation.profiles.overlay import Overlay
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.profiles.values import wanted_at

_VITAL_SIGNS = OF_SPECIFICATION + "vitalsigns"
Codes = Mapping[tuple[str, str], str]
"""From (system, code) to a canonical URL."""


def vital_signs(profiles: Mapping[str, Json], overlay_of: OverlayOf) -> Codes:
    """Return the profiles of the vital signs by the codes that they fix."""
    return {
        coding: url
        for url, profile in profiles.items()
        if profile["baseDefinition"] == _VITAL_SIGNS
        for coding in _fixed_codings(overlay_of(url))
    }


def profiles_by_code(codes: Codes, resource: Json) -> Iterator[str]:
    """Yield the profiles that the codes of an Observation ask for."""
    code = resource.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict):
            profile = codes.get((str(coding.get("system")), str(coding.get("code"))))
            if profile is not None:
                yield profile


def profiles_by_guides(guides: Iterable[Json], resource: Json) -> Iterator[str]:
    """Yield the profiles that guides ask of every resource of this type."""
    for guide in guides:
        for row in guide.get("global", ()):
            if row.get("type") == resource.get("resourceType") and "profile" in row:
                yield row["profile"]


def _fixed_codings(overlay: Overlay | None) -> Iterator[tuple[str, str]]:
    place = overlay.root if overlay is not None else None
    for step in ("code", "coding"):
        place = place.children.get(step) if place is not None else None
    for slice in place.slices.values() if place is not None else ():
        system, code = (_fixed(slice, step) for step in ("system", "code"))
        if system and code:
            yield system, code


def _fixed(place: Place, step: str) -> str:
    child = place.children.get(step)
    wanted = wanted_at(child) if child is not None else []
    return str(wanted[-1].value) if wanted else ""
