"""Extensions by their profiles: where they may stand, and the names of their parts.

https://hl7.org/fhir/R4/defining-extensions.html

How often the parts stand and what the value may be is left to the profile itself.
"""

from collections.abc import Iterator

from fhir_kb.definitions import ExtensionContext, ExtensionDefinition
from fhir_kb.formats import Json
from fhir_kb.validation.profiles.discriminator_path import OverlayOf, extension_url
from fhir_kb.validation.profiles.overlay import Overlay
from fhir_kb.validation.profiles.place import Place

_CONTEXT_TYPES = ("element", "extension", "fhirpath")


def extension_definition(
    structure: Json, overlay: Overlay, overlay_of: OverlayOf
) -> ExtensionDefinition:
    """Return the definition of the extension whose StructureDefinition is ``structure``."""
    return ExtensionDefinition(
        url=structure["url"],
        min=0,
        max=None,
        modifier=overlay.root.flag("isModifier"),
        value=None,
        extensions=dict(_parts(overlay.root, overlay_of)),
        contexts=tuple(
            ExtensionContext(context["type"], context.get("expression", ""))
            for context in structure.get("context", ())
            if context.get("type") in _CONTEXT_TYPES
        ),
        context_invariants=tuple(structure.get("contextInvariant", ())),
    )


def _parts(place: Place, overlay_of: OverlayOf) -> Iterator[tuple[str, ExtensionDefinition]]:
    extension = place.children.get("extension")
    for slice in extension.slices.values() if extension is not None else ():
        url = extension_url(slice, overlay_of)
        if ":" in url:
            # An extension of its own has its own definition, wherever it stands.
            continue
        inner = dict(_parts(slice, overlay_of))
        yield url, ExtensionDefinition(url, 0, None, modifier=False, value=None, extensions=inner)
