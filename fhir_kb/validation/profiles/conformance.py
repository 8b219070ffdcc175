"""Profiles, extensions and terminology from resources at hand: a Conformance for the validator.

https://hl7.org/fhir/R4/conformance-module.html
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.formats import Json
from fhir_kb.validation.profiles.compiler import Compiler
from fhir_kb.validation.profiles.extension_definitions import extension_definition
from fhir_kb.validation.profiles.implied import (
    Codes,
    profiles_by_code,
    profiles_by_guides,
    vital_signs,
)
from fhir_kb.validation.profiles.library import STRUCTURE, Library
from fhir_kb.validation.profiles.overlay import Overlay, overlay_of, part_of
from fhir_kb.validation.profiles.profile import Unusable
from fhir_kb.validation.profiles.shelf import Shelf
from fhir_kb.validation.profiles.vocabulary import Vocabulary
from fhir_kb.validation.walk import Schema


class Profiles:
    """The specification's own profiles; profiles, extensions and terminology on ``shelves``.

    What stands on an earlier shelf goes first. Everything is read and compiled when it is first
    asked for, and kept; what is not there is not remembered, for anybody may ask for anything.
    """

    def __init__(self, definitions: Definitions, shelves: Sequence[Shelf] = ()) -> None:
        self._definitions = definitions
        self._library = Library(definitions, shelves)
        self._compiler = Compiler(definitions, self._overlay)
        self._vocabulary = Vocabulary(definitions, self._library.find)
        self._profiles: dict[str, Schema] = {}
        self._overlays: dict[str, Overlay] = {}
        self._extensions: dict[str, ExtensionDefinition] = {}

    def profile(self, canonical: str) -> Schema | None:
        """Return the profile; one that cannot be read says so when it is checked."""
        if canonical not in self._profiles:
            schema = self._compiled(canonical)
            if schema is None:
                return None
            self._profiles[canonical] = schema
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
            structure, overlay = self._library.structure(url), self._overlay(url)
            if structure is None or overlay is None or overlay.type != "Extension":
                return None
            self._extensions[url] = extension_definition(structure, overlay, self._overlay)
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
        return tuple(self._library.all("ImplementationGuide"))

    def _compiled(self, canonical: str) -> Schema | None:
        overlay = self._overlay(canonical)
        if overlay is not None:
            return self._compiler.profile(overlay)
        reason = self._library.fault(STRUCTURE, canonical)
        return Unusable(canonical, reason) if reason is not None else None

    def _overlay(self, canonical: str) -> Overlay | None:
        if canonical not in self._overlays:
            overlay = self._laid_over(canonical)
            if overlay is None:
                return None
            self._overlays[canonical] = overlay
        return self._overlays[canonical]

    def _laid_over(self, canonical: str) -> Overlay | None:
        structure = self._library.structure(canonical)
        if structure is None:
            return None
        overlay = overlay_of(structure, self._library.structure, self._definitions)
        _, _, part = canonical.partition("#")
        is_element = "." in part
        return part_of(overlay, part) if is_element else overlay
