"""A FHIR version as one frozen table: what it builds, publishes and searches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from fhir_kb.definitions import Definitions, load
from fhir_kb.definitions.model import SearchParameter
from fhir_kb.facts.knowledge import Knowledge
from fhir_kb.formats import Json
from fhir_kb.resources.context import Builder, Context
from fhir_kb.resources.provenance import build_provenance
from fhir_kb.versions.conformance import own_search_parameters, read_conformance
from fhir_kb.versions.terminology_names import TERMINOLOGY_R4, TerminologyNames


@dataclass(frozen=True)
class Version:
    """One version of FHIR.

    ``name`` is how FHIR calls it, ``mount`` its place in URLs and in ``concepts.yaml``,
    ``number`` its full version, ``mime`` the value of the media type's fhirVersion parameter.
    ``builders`` make resources from facts; ``profile_folders`` are the folders of ``profiles/``
    that hold for this version, a later one winning; ``more_modifiers`` are, by search type,
    the modifiers that it allows beyond R4's; ``more_controls`` the parameters about a search's
    result beyond R4's; ``whole_search`` the search types of those that look at whole resources;
    ``terminology`` is how it calls what the terminology operations take and give;
    ``package_dependencies`` are the FHIR packages, with their versions, that one of this version's
    resources needs.
    """

    name: str
    mount: str
    number: str
    mime: str
    builders: tuple[Builder, ...]
    profile_folders: tuple[str, ...]
    more_modifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terminology: TerminologyNames = TERMINOLOGY_R4
    package_dependencies: Mapping[str, str] = field(default_factory=dict)
    more_controls: frozenset[str] = frozenset()
    whole_search: Mapping[str, str] = field(
        default_factory=lambda: dict.fromkeys(("_text", "_content", "_list"), "string")
    )

    @cached_property
    def definitions(self) -> Definitions:
        """The specification's tables of this version."""
        return load(self.name)

    @cached_property
    def conformance(self) -> tuple[Json, ...]:
        """Our own profiles, extensions, terminology and search parameters."""
        return read_conformance(self.profile_folders, self.definitions)

    @cached_property
    def profiles(self) -> frozenset[str]:
        """The canonical URLs of our StructureDefinitions."""
        return frozenset(
            resource["url"]
            for resource in self.conformance
            if resource["resourceType"] == "StructureDefinition"
        )

    @cached_property
    def own_search(self) -> Mapping[str, tuple[SearchParameter, ...]]:
        """Our search parameters beside FHIR's, by resource type."""
        return own_search_parameters(self.conformance)

    def context(self, knowledge: Knowledge, left_out: frozenset[str] = frozenset()) -> Context:
        """Return the knowledge as this version's builders see it."""
        return Context(knowledge, self.mount, left_out)

    def build(self, context: Context) -> Iterator[Json]:
        """Yield every resource made from facts, and the record of what they were made from."""
        built = [resource for build in self.builders for resource in build(context)]
        yield from built
        yield from build_provenance(context, built)
