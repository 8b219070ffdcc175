"""What can be searched in one FHIR version: parameters by resource type, ours beside FHIR's.

https://hl7.org/fhir/R4/searchparameter-registry.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple, Protocol

from fhir_kb.definitions import Coding, Definitions, SearchParameter
from fhir_kb.errors import UnknownType, UnsupportedParameter
from fhir_kb.search.words import CONTENT, TEXT
from fhir_kb.store.interface import Store

ExpandValueSet = Callable[[Store, str], frozenset[Coding] | None]
"""From a canonical URL to the codes of that value set, or None when they are not all known.

The value set is that of the store's state, which is also the one that is searched.

An empty code stands for every code of its system.
"""


class Family(NamedTuple):
    """A code with those below or above it; ``complete`` when no others can be."""

    codes: frozenset[str]
    complete: bool


class Lineage(Protocol):
    """The hierarchies of the code systems that are held."""

    def __call__(self, store: Store, system: str, code: str, *, upwards: bool) -> Family | None:
        """Return the code's family, empty for an unknown code; None for a system not held."""
        ...


NO_MODIFIERS: Mapping[str, tuple[str, ...]] = {}
NO_OWN: Mapping[str, Iterable[SearchParameter]] = {}
NO_WHOLE: Mapping[str, str] = {}

_NOT_SEARCHED = frozenset({"_in", "phonetic"})
"""Parameters whose expression does not say how they search: membership of lists, sound."""

_SIMPLE_TYPES = frozenset({"token", "string", "reference", "date", "quantity", "number", "uri"})

LIST = "_list"

_WHOLE_URLS = {
    TEXT: "http://hl7.org/fhir/SearchParameter/DomainResource-text",
    CONTENT: "http://hl7.org/fhir/SearchParameter/Resource-content",
    LIST: "http://hl7.org/fhir/SearchParameter/Resource-list",
}


@dataclass(frozen=True, slots=True)
class SearchTable:
    """The search parameters of one version.

    ``version`` is the name said in messages (R4, R4B, R5). ``parameters`` holds, per resource
    type that is served, its parameters by code, those of Resource and DomainResource included.
    ``own_value_sets`` are asked for a value set that the specification does not define.
    ``lineage`` is asked for what is above and below a code.
    ``more_modifiers`` are, by search type, what this version allows beyond R4, and
    ``more_controls`` the parameters about the result that it has beyond R4.
    """

    version: str
    definitions: Definitions
    parameters: Mapping[str, Mapping[str, SearchParameter]] = field(repr=False)
    own_value_sets: ExpandValueSet | None = None
    more_modifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lineage: Lineage | None = None
    more_controls: frozenset[str] = frozenset()

    def expand_value_set(self, store: Store, url: str) -> frozenset[Coding] | None:
        """Return the codes of a value set, or None when they are not all known."""
        own = self.own_value_sets(store, url) if self.own_value_sets else None
        if own is not None:
            return own
        defined = self.definitions.value_set(url)
        return defined.codings if defined and defined.complete else None

    def of_type(self, type: str) -> Mapping[str, SearchParameter]:
        """Return the parameters of a type that is served; refuse any other (UnknownType)."""
        try:
            return self.parameters[type]
        except KeyError:
            raise UnknownType(
                f"{type!r} is not a resource type served in {self.version}; "
                f"these are: {', '.join(sorted(self.parameters))}"
            ) from None

    def parameter(self, type: str, code: str) -> SearchParameter:
        """Return one parameter; refuse an unknown one and name its nearest neighbour."""
        parameters = self.of_type(type)
        try:
            return parameters[code]
        except KeyError:
            raise UnsupportedParameter(self._no_such(type, code, parameters)) from None

    def component(self, type: str, composite: SearchParameter, number: int) -> SearchParameter:
        """Return a component of a composite as a parameter of its own.

        R5's ``code-value-string`` names a component that is no parameter; its type is known.
        """
        code, expression = composite.components[number]
        known = self.of_type(type).get(code)
        return known or SearchParameter(
            code, composite.url, composite.component_types[number], expression
        )

    def _no_such(self, type: str, code: str, parameters: Iterable[str]) -> str:
        known = sorted(parameters)
        near = get_close_matches(code[:64], known, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else "."
        return (
            f"{type} has no search parameter {code[:64]!r} in {self.version}{guess} "
            f"It has {', '.join(known)}"
        )


def search_table(
    version: str,
    definitions: Definitions,
    types: Iterable[str],
    own: Mapping[str, Iterable[SearchParameter]] = NO_OWN,
    own_value_sets: ExpandValueSet | None = None,
    more_modifiers: Mapping[str, tuple[str, ...]] = NO_MODIFIERS,
    *,
    whole: Mapping[str, str] = NO_WHOLE,
    lineage: Lineage | None = None,
    more_controls: frozenset[str] = frozenset(),
) -> SearchTable:
    """Return the table of the resource types ``types``: FHIR's parameters, and ``own`` by type.

    ``whole`` gives the search type of the parameters without an expression that look at the
    whole resource: ``_text``, ``_content``, ``_list``.
    """
    served = frozenset(types)
    parameters = {
        type: {
            parameter.code: parameter
            for parameter in (
                *definitions.search_parameters(type).values(),
                *_whole(whole, type, served, definitions),
                *own.get(type, ()),
            )
            if parameter.code in whole
            or (parameter.code not in _NOT_SEARCHED and _is_searched(parameter))
        }
        for type in sorted(served)
    }
    return SearchTable(
        version, definitions, parameters, own_value_sets, more_modifiers, lineage, more_controls
    )


def _is_searched(parameter: SearchParameter) -> bool:
    """Whether the parameter, or each of its components, says what it looks at and how."""
    kinds = parameter.component_types if parameter.type == "composite" else (parameter.type,)
    return bool(parameter.expression) and _SIMPLE_TYPES.issuperset(kinds)


def _whole(
    whole: Mapping[str, str], type: str, served: frozenset[str], definitions: Definitions
) -> Iterator[SearchParameter]:
    """Yield the parameters of ``whole`` that a type can have."""
    possible = {
        TEXT: definitions.is_subtype(type, "DomainResource"),
        CONTENT: True,
        LIST: "List" in served,
    }
    for code, kind in whole.items():
        if possible[code]:
            yield SearchParameter(code, _WHOLE_URLS[code], kind, "")
