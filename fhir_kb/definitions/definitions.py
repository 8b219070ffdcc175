"""The definitions of one release of the specification, decoded as they are asked for.

https://hl7.org/fhir/R4/resourcelist.html
"""

from collections.abc import Mapping
from functools import cache, cached_property

from fhir_kb.definitions.codes import (
    CodeSystemCodes,
    ValueSetCodes,
    decode_code_system,
    decode_value_set,
)
from fhir_kb.definitions.extensions import ExtensionDefinition, decode_extension
from fhir_kb.definitions.model import SearchParameter, TypeDefinition
from fhir_kb.definitions.releases import Release, release
from fhir_kb.definitions.search_rows import decode_search_parameter
from fhir_kb.definitions.tables import Table, read_table
from fhir_kb.definitions.type_rows import decode_type
from fhir_kb.errors import UnknownType
from fhir_kb.formats import Json


class Definitions:
    """Types, search parameters, terminology, extensions and profiles of one release.

    ``name`` is R4, R4B or R5; ``version`` is the number the release gives itself (4.0.1).
    What is returned is shared: nobody may change it.
    """

    def __init__(self, release: Release) -> None:
        self.name = release.name
        self.version = release.number
        self._decoded_types: dict[str, TypeDefinition] = {}
        self._decoded_parameters: dict[str, Mapping[str, SearchParameter]] = {}
        self._decoded_value_sets: dict[str, ValueSetCodes] = {}
        self._decoded_code_systems: dict[str, CodeSystemCodes] = {}
        self._decoded_extensions: dict[str, ExtensionDefinition] = {}

    def __repr__(self) -> str:
        return f"Definitions({self.name!r})"

    @cached_property
    def resource_types(self) -> frozenset[str]:
        """The names of the resource types that can have instances."""
        return frozenset(self._types.index["resources"])

    def type(self, name: str) -> TypeDefinition | None:
        """Return the resource, data type, primitive or backbone element (by its path) ``name``."""
        definition = self._decoded_types.get(name)
        if definition is None and name in self._types:
            definition = self._decoded_types[name] = self._decode(name)
        return definition

    def is_subtype(self, name: str, ancestor: str) -> bool:
        """Return whether ``name`` is ``ancestor`` or is derived from it, by any number of steps."""
        type: str | None = name
        while type is not None and type != ancestor:
            type = self._types.index["bases"].get(type)
        return type is not None

    def search_parameters(self, resource_type: str) -> Mapping[str, SearchParameter]:
        """Return the search parameters of ``resource_type`` by code, inherited ones first.

        A name that is not a resource type of this release is refused.
        """
        parameters = self._decoded_parameters.get(resource_type)
        if parameters is None:
            parameters = self._decoded_parameters[resource_type] = self._search(resource_type)
        return parameters

    def value_set(self, canonical: str) -> ValueSetCodes | None:
        """Return the codings of a value set, named with or without ``|version``.

        None for a value set that no required or extensible binding of the specification, of its
        extensions or its profiles names, or whose codings cannot be told from the packages.
        """
        url = canonical.partition("|")[0]
        value_set = self._decoded_value_sets.get(url)
        if value_set is None and url in self._value_sets:
            value_set = decode_value_set(url, self._value_sets[url])
            self._decoded_value_sets[url] = value_set
        return value_set

    def code_system(self, canonical: str) -> CodeSystemCodes | None:
        """Return the codes of a code system, named with or without ``|version``, if it is kept."""
        url = canonical.partition("|")[0]
        code_system = self._decoded_code_systems.get(url)
        if code_system is None and (url in self._code_systems or url in _terminology()):
            code_system = self._decoded_code_systems[url] = self._decode_code_system(url)
        return code_system

    def extension(self, url: str) -> ExtensionDefinition | None:
        """Return the extension that the specification defines under ``url``."""
        extension = self._decoded_extensions.get(url)
        if extension is None and url in self._extensions:
            extension = decode_extension(url, self._extensions[url])
            self._decoded_extensions[url] = extension
        return extension

    @property
    def profiles(self) -> Mapping[str, Json]:
        """The specification's own profiles by URL: StructureDefinitions, differentials only."""
        return self._profiles

    def _decode_code_system(self, url: str) -> CodeSystemCodes:
        rows = [table[url] for table in (self._code_systems, _terminology()) if url in table]
        return decode_code_system(url, *rows)

    def _search(self, resource_type: str) -> Mapping[str, SearchParameter]:
        if resource_type not in self._search_parameters:
            raise UnknownType(
                f"{resource_type!r} is not a resource type of FHIR {self.name}; "
                f"it has {', '.join(sorted(self.resource_types))}"
            )
        base = self._types.index["bases"].get(resource_type)
        inherited = self.search_parameters(base) if base in self._search_parameters else {}
        rows = self._search_parameters[resource_type]
        return {**inherited, **{row[0]: decode_search_parameter(row) for row in rows}}

    def _decode(self, name: str) -> TypeDefinition:
        base_name = self._types.index["bases"].get(name)
        base = self.type(base_name) if base_name else None
        return decode_type(name, self._types[name], base.constraints if base else ())

    @cached_property
    def _types(self) -> Table:
        return read_table(self.name, "types")

    @cached_property
    def _search_parameters(self) -> Table:
        return read_table(self.name, "search-parameters")

    @cached_property
    def _value_sets(self) -> Table:
        return read_table(self.name, "value-sets")

    @cached_property
    def _code_systems(self) -> Table:
        return read_table(self.name, "code-systems")

    @cached_property
    def _extensions(self) -> Table:
        return read_table(self.name, "extensions")

    @cached_property
    def _profiles(self) -> Table:
        return read_table(self.name, "profiles")


@cache
def _terminology() -> Table:
    """Return the code systems that are maintained apart from any release."""
    return read_table("terminology", "code-systems")


@cache
def load(version: str) -> Definitions:
    """Return the definitions of ``version``: R4, R4B or R5; any other is refused."""
    return Definitions(release(version))
