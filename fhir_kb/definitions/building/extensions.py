"""StructureDefinitions of extensions as extension definitions.

https://hl7.org/fhir/R4/defining-extensions.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fhir_kb.definitions.building.types import TypeReader
from fhir_kb.definitions.extensions import ExtensionContext, ExtensionDefinition
from fhir_kb.definitions.model import Element, TypeDefinition
from fhir_kb.formats import Json


def extension_definitions(
    structures: Iterable[Json], reader: TypeReader, types: Mapping[str, TypeDefinition]
) -> dict[str, ExtensionDefinition]:
    """Return the extensions that ``structures`` define, by URL in alphabetical order."""
    definitions = (
        _SnapshotReader(structure, reader, types).definition()
        for structure in structures
        if structure["type"] == "Extension" and structure.get("derivation") == "constraint"
    )
    return dict(sorted((each.url, each) for each in definitions))


def merged(own: ExtensionDefinition, maintained: ExtensionDefinition) -> ExtensionDefinition:
    """Return ``maintained`` with what only ``own`` allows: contexts and types of the value.

    A release's own definition stays valid in that release after the maintained one has moved on.
    """
    contexts = dict.fromkeys((*maintained.contexts, *own.contexts))
    return replace(
        maintained, contexts=tuple(contexts), value=_merged_value(own.value, maintained.value)
    )


def _merged_value(own: Element | None, maintained: Element | None) -> Element | None:
    if own is None or maintained is None:
        return maintained
    known = {type.code for type in maintained.types}
    added = tuple(type for type in own.types if type.code not in known)
    return replace(maintained, types=maintained.types + added)


class _SnapshotReader:
    """The elements of one extension's snapshot, by id."""

    def __init__(
        self, structure: Json, reader: TypeReader, types: Mapping[str, TypeDefinition]
    ) -> None:
        self._structure = structure
        self._elements = {element["id"]: element for element in structure["snapshot"]["element"]}
        self._reader = reader
        self._types = types

    def definition(self) -> ExtensionDefinition:
        contexts = [
            ExtensionContext(each["type"], each["expression"])
            for each in self._structure.get("context", [])
        ]
        return replace(
            self._at("Extension", self._structure["url"]),
            contexts=tuple(contexts),
            context_invariants=tuple(self._structure.get("contextInvariant", ())),
        )

    def _at(self, id: str, url: str) -> ExtensionDefinition:
        element = self._elements[id]
        return ExtensionDefinition(
            url=url,
            min=element["min"],
            max=None if element["max"] == "*" else int(element["max"]),
            modifier=element.get("isModifier", False),
            value=self._value(self._elements[f"{id}.value[x]"]),
            extensions={
                inner: self._at(inner_id, inner)
                for inner_id in self._slices(f"{id}.extension:")
                for inner in [self._url(inner_id)]
            },
            constraints=self._reader.added_constraints(element, "Extension"),
        )

    def _slices(self, prefix: str) -> list[str]:
        return [
            id for id in self._elements if id.startswith(prefix) and "." not in id[len(prefix) :]
        ]

    def _url(self, id: str) -> str:
        for type in self._elements[id]["type"]:
            for profile in type.get("profile", ()):
                return str(profile)
        return str(self._elements[f"{id}.url"].get("fixedUri") or self._elements[id]["sliceName"])

    def _value(self, element: Json) -> Element | None:
        if element["max"] == "0":
            return None
        value = self._reader.element("Extension", element)
        known = tuple(type for type in value.types if type.code in self._types)
        return replace(value, types=known)
