"""What can be searched in one FHIR version: parameters by resource type, ours beside FHIR's.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_kb.definitions.model import Coding, SearchParameter

ExpandValueSet = Callable[[str], frozenset[Coding] | None]
"""From a canonical URL to the codes of that value set, or None when it is not known."""


def no_value_sets(url: str) -> frozenset[Coding] | None:
    """Return None: no value set is known."""
    return None


@dataclass(frozen=True, slots=True)
class SearchTable:
    """The search parameters of one version.

    ``version`` is the name said in messages (R4, R4B, R5). ``parameters`` holds, per resource
    type that is served, its parameters by code, those of Resource and DomainResource included.
    """

    version: str
    definitions: Any
    parameters: Mapping[str, Mapping[str, SearchParameter]] = field(repr=False)
    expand_value_set: ExpandValueSet = no_value_sets
