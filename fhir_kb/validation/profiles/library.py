"""The conformance resources at hand that can be read, and why others cannot.

https://hl7.org/fhir/R4/conformance-module.html
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.validation.profiles.shelf import Book, Shelf
from fhir_kb.validation.profiles.soundness import unsoundness

STRUCTURE = "StructureDefinition"


class Library:
    """The specification's own profiles, then several shelves, of which an earlier one goes first.

    What is found is looked at once; only what exists is remembered, whatever is asked for.
    """

    def __init__(self, definitions: Definitions, shelves: Sequence[Shelf]) -> None:
        self._definitions = definitions
        self._shelves = tuple(shelves)
        self._sound: dict[tuple[str, str], Json] = {}
        self._faults: dict[tuple[str, str], str] = {}

    def find(self, type: str, canonical: str) -> Json | None:
        """Return a resource of sound shape, None if there is none."""
        key = (type, canonical)
        if key not in self._sound and key not in self._faults:
            self._look_up(type, canonical)
        return self._sound.get(key)

    def structure(self, canonical: str) -> Json | None:
        """Return a StructureDefinition on a type that this release has, None if there is none.

        ``url#id`` names one that is contained in another.
        """
        url, _, id = canonical.partition("#")
        structure = self.find(STRUCTURE, url)
        if structure is None:
            return None
        for contained in structure.get("contained", ()) if id else ():
            if contained.get("id") == id and contained.get("resourceType") == STRUCTURE:
                structure = {"url": canonical, **contained}
        type = structure.get("type", "")
        if self._definitions.type(type) is not None:
            return structure
        self._faults[STRUCTURE, canonical] = (
            f"it is for {type or 'no type'}, which FHIR {self._definitions.name} does not have"
        )
        return None

    def fault(self, type: str, canonical: str) -> str | None:
        """Return why a resource that is at hand cannot be used, None if it can or is not."""
        return self._faults.get((type, canonical))

    def all(self, type: str) -> Iterator[Json]:
        """Yield every sound resource of a type, the latest version of each."""
        for url in sorted({url for shelf in self._shelves for url in shelf.urls(type)}):
            resource = self.find(type, url)
            if resource is not None:
                yield resource

    def _look_up(self, type: str, canonical: str) -> None:
        specified = self._specified.find(type, canonical)
        if specified is not None:
            self._sound[type, canonical] = specified
            return
        try:
            found = (shelf.find(type, canonical) for shelf in self._shelves)
            resource = next((each for each in found if each is not None), None)
        except MalformedContent as error:
            self._faults[type, canonical] = error.message
            return
        fault = unsoundness(resource, self._definitions) if resource is not None else None
        if fault is not None:
            self._faults[type, canonical] = fault
        elif resource is not None:
            self._sound[type, canonical] = resource

    @cached_property
    def _specified(self) -> Shelf:
        """The specification's own profiles, which need no second look and are corrected."""
        profiles, version = self._definitions.profiles, self._definitions.version
        return Shelf(
            Book(STRUCTURE, url, version, partial(profiles.__getitem__, url)) for url in profiles
        )
