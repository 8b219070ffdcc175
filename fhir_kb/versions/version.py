"""A FHIR version as one frozen table: what it builds, reads and searches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fhir_kb.definitions import Definitions, load
from fhir_kb.definitions.model import SearchParameter
from fhir_kb.facts.knowledge import Knowledge
from fhir_kb.formats import Json
from fhir_kb.resources.context import Builder, Context


@dataclass(frozen=True)
class Version:
    """One version of FHIR.

    ``name`` is how FHIR calls it, ``mount`` its place in URLs and in ``concepts.yaml``,
    ``number`` its full version, ``mime`` the value of the media type's fhirVersion parameter.
    ``builders`` make the resources of each type from facts; ``conformance`` holds our own
    profiles and terminology as they stand in ``profiles/``; ``own_search`` are our search
    parameters beside FHIR's.
    """

    name: str
    mount: str
    number: str
    mime: str
    builders: Mapping[str, Builder]

    @cached_property
    def definitions(self) -> Definitions:
        """The specification's tables of this version."""
        return load(self.name)

    def build(
        self, knowledge: Knowledge, left_out: frozenset[str] = frozenset()
    ) -> Iterator[Json]:
        """Yield every resource made from facts, type by type."""
        context = Context(knowledge, self.mount, left_out)
        for build in self.builders.values():
            yield from build(context)


OwnSearch = Mapping[str, tuple[SearchParameter, ...]]
