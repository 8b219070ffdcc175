"""Profiles, extensions and terminology from resources at hand: a Conformance for the validator.

https://hl7.org/fhir/R4/conformance-module.html
"""

from collections.abc import Iterable, Sequence
from functools import cached_property, partial

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.validation.profiles.compiler import Compiler
from fhir_kb.validation.profiles.extension_definitions import extension_definition
from fhir_kb.validation.profiles.implied import (
    Codes,
    profiles_by_code,
    profiles_by_guides,
    vital_signs,
)
from fhir_kb.validation.profiles.overlay import Overlay, overlay_of, part_of
from fhir_kb.validation.profiles.profile import Unusable
from fhir_kb.validation.profiles.shelf import Book, Shelf
from fhir_kb.validation.profiles.soundness import unsoundness
from fhir_kb.validation.profiles.vocabulary import Vocabulary
from fhir_kb.validation.walk import Schema

_STRUCTURE = "StructureDefinition"
_GUIDE = "ImplementationGuide"


class Profiles:
    """The profiles, extensions and terminology on ``shelves``, and the specification's own profiles.

    What stands on an earlier shelf goes first. Everything is read and compiled when it is first
    asked for, and kept.
    """

    def __init__(self, definitions: Definitions, shelves: Sequence[Shelf] = ()) -> None:
        self._definitions = definitions
        self._shelves = tuple(shelves)
        self._compiler = Compiler(definitions, self._overlay)
        self._vocabulary = Vocabulary(definitions, self._sound)
        self._profiles: dict[str, Schema | None] = {}
        self._overlays: dict[str, Overlay | None] = {}
        self._extensions: dict[str, ExtensionDefinition | None] = {}
        self._faults: dict[tuple[str, str], str] = {}

    def profile(self, canonical: str) -> Schema | None:
        """Return the profile; one that cannot be read says so when it is checked."""
        if canonical not in self._profiles:
            self._profiles[canonical] = self._compiled(canonical)
        return self._profiles[canonical]

    def implied_profiles(self, resource: Json) -> Iterable[str]:
        """Return the profiles of vital signs by their codes, and what guides ask of a type."""
        of_code: Iterable[str] = ()
        if resource.get("resourceType") == "Observation":
            of_code = profiles_by_code(self._vital_signs, resource)
        return (*of_code, *profiles_by_guides(self._guides, resource))

    def extension(self, url: str) -> ExtensionDefinition | None:
        """Return the extension defined under ``url``."""
        if url not in self._extensions:
            structure, overlay = self._structure(url), self._overlay(url)
            is_extension = overlay is not None and overlay.type == "Extension"
            self._extensions[url] = (
                extension_definition(structure, overlay, self._overlay)
                if structure is not None and overlay is not None and is_extension
                else None
            )
        return self._extensions[url]

    def value_set(self, canonical: str) -> ValueSetCodes | None:
        """Return the codings of a value set."""
        return self._vocabulary.value_set(canonical)

    def code_system(self, canonical: str) -> CodeSystemCodes | None:
        """Return the codes of a code system."""
        return self._vocabulary.code_system(canonical)

    @cached_property
    def _vital_signs(self) -> Codes:
        return vital_signs(self._definitions.profiles, self._overlay)

    @cached_property
    def _guides(self) -> tuple[Json, ...]:
        urls = {url for shelf in self._shelves for url in shelf.urls(_GUIDE)}
        found = (self._sound(_GUIDE, url) for url in sorted(urls))
        return tuple(guide for guide in found if guide is not None)

    def _compiled(self, canonical: str) -> Schema | None:
        overlay = self._overlay(canonical)
        if overlay is not None:
            return self._compiler.profile(overlay)
        reason = self._faults.get((_STRUCTURE, canonical))
        return Unusable(canonical, reason) if reason is not None else None

    def _overlay(self, canonical: str) -> Overlay | None:
        if canonical not in self._overlays:
            self._overlays[canonical] = self._laid_over(canonical)
        return self._overlays[canonical]

    def _laid_over(self, canonical: str) -> Overlay | None:
        url, _, part = canonical.partition("#")
        structure = self._structure(url)
        if structure is None:
            return None
        for contained in structure.get("contained", ()) if part else ():
            if contained.get("id") == part and contained.get("resourceType") == _STRUCTURE:
                return overlay_of(contained, self._structure, self._definitions)
        overlay = overlay_of(structure, self._structure, self._definitions)
        return part_of(overlay, part) if part else overlay

    def _structure(self, canonical: str) -> Json | None:
        """Return a StructureDefinition that constrains a type of this release."""
        structure = self._sound(_STRUCTURE, canonical)
        if structure is None:
            return None
        type = structure.get("type", "")
        if self._definitions.type(type) is None:
            self._faults[_STRUCTURE, canonical] = (
                f"it is for {type or 'no type'}, which FHIR {self._definitions.name} does not have"
            )
        else:
            return structure
        return None

    def _sound(self, type: str, canonical: str) -> Json | None:
        """Return a resource of sound shape; the fault of any other is kept."""
        if (type, canonical) in self._faults:
            return None
        try:
            found = (shelf.find(type, canonical) for shelf in self._shelves)
            resource = next((each for each in found if each is not None), None)
        except MalformedContent as error:
            self._faults[type, canonical] = error.message
            return None
        if resource is None:
            return self._specified.find(type, canonical)
        fault = unsoundness(resource, self._definitions)
        if fault is not None:
            self._faults[type, canonical] = fault
        return resource if fault is None else None

    @cached_property
    def _specified(self) -> Shelf:
        """The specification's own profiles, which need no second look."""
        profiles, version = self._definitions.profiles, self._definitions.version
        return Shelf(
            Book(_STRUCTURE, url, version, partial(profiles.__getitem__, url)) for url in profiles
        )
