"""One release compiled: every table's rows from the packages' resources.

https://hl7.org/fhir/R4/downloads.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fhir_kb.definitions.building import code_systems, extensions, profiles
from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.packages import PackageFolder
from fhir_kb.definitions.building.search_parameters import search_parameters
from fhir_kb.definitions.building.snapshots import snapshots
from fhir_kb.definitions.building.types import TypeReader
from fhir_kb.definitions.building.value_sets import Expander
from fhir_kb.definitions.codes import (
    CodeSystemCodes,
    encode_code_system,
    encode_value_set,
)
from fhir_kb.definitions.extensions import ExtensionDefinition, encode_extension
from fhir_kb.definitions.model import Binding, TypeDefinition
from fhir_kb.definitions.releases import TERMINOLOGY, Package, Release
from fhir_kb.definitions.search_rows import encode_search_parameter
from fhir_kb.definitions.snapshot_rows import encode_snapshots
from fhir_kb.definitions.type_rows import encode_type
from fhir_kb.formats import Json

Rows = dict[str, Any]

_KEPT_STRENGTHS = frozenset({"required", "extensible"})


@dataclass(frozen=True)
class ReleaseCompiler:
    """Compiles one release; ``maintained`` are the code systems that all releases share."""

    release: Release
    packages: PackageFolder
    maintained: Mapping[str, CodeSystemCodes]
    corrector: Corrector

    @cached_property
    def _structures(self) -> list[Json]:
        return self._published(self.release.core, "StructureDefinition")

    @cached_property
    def _reader(self) -> TypeReader:
        return TypeReader(self._structures, self.corrector)

    @cached_property
    def types(self) -> dict[str, TypeDefinition]:
        """Every type of the release by name."""
        return self._reader.definitions()

    @cached_property
    def extensions(self) -> dict[str, ExtensionDefinition]:
        """The release's own extensions and the maintained ones, by URL."""
        own = extensions.extension_definitions(self._structures, self._reader, self.types)
        published = self._published(self.release.extensions, "StructureDefinition")
        definitions = extensions.extension_definitions(published, self._reader, self.types)
        for url, definition in own.items():
            later = definitions.get(url)
            definitions[url] = extensions.merged(definition, later) if later else definition
        return dict(sorted(definitions.items()))

    @cached_property
    def profiles(self) -> dict[str, Json]:
        """The release's own profiles as differentials, by URL."""
        return profiles.profiles(self._structures, self.corrector)

    @cached_property
    def _own_code_systems(self) -> dict[str, CodeSystemCodes]:
        return code_systems.code_systems(
            [
                *self._published(self.release.extensions, "CodeSystem"),
                *self._published(self.release.core, "CodeSystem"),
            ]
        )

    def type_rows(self) -> Rows:
        """The rows of the types."""
        constraints = self._reader.constraints
        return {
            name: encode_type(each, constraints(each.base)) for name, each in self.types.items()
        }

    def type_index(self) -> dict[str, Any]:
        """The base of every type, and the resource types that can have instances."""
        return {
            "bases": {name: each.base for name, each in self.types.items()},
            "resources": [
                name
                for name, each in self.types.items()
                if each.kind == "resource" and not each.abstract
            ],
        }

    def search_parameter_rows(self) -> Rows:
        """The rows of the search parameters, a list for each resource type."""
        published = self._published(self.release.core, "SearchParameter")
        parameters = search_parameters(published, self.types, self.corrector)
        return {
            resource_type: [encode_search_parameter(each) for each in of_type]
            for resource_type, of_type in parameters.items()
        }

    def extension_rows(self) -> Rows:
        """The rows of the extensions."""
        return {url: encode_extension(each) for url, each in self.extensions.items()}

    def profile_rows(self) -> Rows:
        """The rows of the profiles: StructureDefinitions."""
        return dict(self.profiles)

    def snapshot_table(self) -> tuple[Rows, dict[str, Any]]:
        """The rows of the snapshots, and the constraints that they number."""
        rows, constraints = encode_snapshots(snapshots(self._structures, self.release.pages))
        return dict(rows), {"constraints": constraints}

    def code_system_rows(self) -> Rows:
        """The rows of the release's code systems: of a shared one, what this release adds to it."""
        rows = {}
        for url, own in self._own_code_systems.items():
            shared = self.maintained.get(url)
            kept = code_systems.additions(own, shared) if shared else own
            if kept:
                rows[url] = encode_code_system(kept)
        return rows

    def value_set_rows(self) -> Rows:
        """The rows of the value sets that a code must or should come from."""
        systems = dict(self.maintained)
        for url, own in self._own_code_systems.items():
            shared = self.maintained.get(url)
            systems[url] = code_systems.merged(own, shared) if shared else own
        expander = Expander(self._value_sets(), systems)
        expanded = {url: expander.value_set(url) for url in sorted(set(self._bound_value_sets()))}
        return {url: encode_value_set(each) for url, each in expanded.items() if each}

    def _value_sets(self) -> dict[str, Json]:
        """The published value sets by URL; the release's own go before the maintained ones."""
        sources = (self.release.extensions, TERMINOLOGY, self.release.core)
        return {
            each["url"]: each for source in sources for each in self._published(source, "ValueSet")
        }

    def _bound_value_sets(self) -> Iterator[str]:
        for definition in self.types.values():
            yield from _value_sets_of(definition.binding)
            for element in definition.elements.values():
                yield from _value_sets_of(element.binding)
        yield from _value_sets_of_extensions(self.extensions.values())
        for profile in self.profiles.values():
            for binding in profiles.bindings(profile):
                yield from _value_sets_of(binding)

    def _published(self, package: Package, resource_type: str) -> list[Json]:
        return self.packages.resources(package, resource_type)


def _value_sets_of(binding: Binding | None) -> Iterator[str]:
    if binding and binding.strength in _KEPT_STRENGTHS:
        yield binding.value_set
    if binding and binding.maximum:
        yield binding.maximum


def _value_sets_of_extensions(definitions: Iterable[ExtensionDefinition]) -> Iterator[str]:
    for definition in definitions:
        if definition.value:
            yield from _value_sets_of(definition.value.binding)
        yield from _value_sets_of_extensions(definition.extensions.values())
