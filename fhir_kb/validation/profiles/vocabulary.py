"""Value sets and code systems of packages, as the validator asks for them.

https://hl7.org/fhir/R4/terminologies.html
"""

from collections.abc import Callable, Iterator

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.errors import RequestError
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology
from fhir_kb.terminology.code_system import read_code_system
from fhir_kb.terminology.members import Members
from fhir_kb.validation.syntax import SYSTEMS

Find = Callable[[str, str], Json | None]
"""From a resource type and a canonical URL to a resource of sound shape."""


class Vocabulary:
    """Reads a value set when it is asked for, with what it is made of and no more."""

    def __init__(self, definitions: Definitions, find: Find) -> None:
        self._find = find
        self._specification = Terminology(definitions)
        self._value_sets: dict[str, ValueSetCodes | None] = {}
        self._code_systems: dict[str, CodeSystemCodes | None] = {}

    def value_set(self, canonical: str) -> ValueSetCodes | None:
        """Return the codings of a value set, None if it is not at hand or cannot be told."""
        if canonical not in self._value_sets:
            resource = self._find("ValueSet", canonical)
            if resource is None:
                return None
            self._value_sets[canonical] = self._read_value_set(resource)
        return self._value_sets[canonical]

    def code_system(self, canonical: str) -> CodeSystemCodes | None:
        """Return the codes of a code system, None if it is not at hand or cannot be used."""
        if canonical not in self._code_systems:
            resource = self._find("CodeSystem", canonical)
            if resource is None:
                return None
            self._code_systems[canonical] = _read_code_system(resource)
        return self._code_systems[canonical]

    def _read_value_set(self, resource: Json) -> ValueSetCodes | None:
        try:
            terminology = self._specification.beside([resource, *self._parts(resource)])
            members = terminology.members(resource["url"])
        except (RequestError, RecursionError):
            # It is defined by what is not at hand, by itself, or by a chain without end.
            return None
        return _codes(resource["url"], members)

    def _parts(self, value_set: Json) -> Iterator[Json]:
        """Yield the value sets and code systems that a value set is defined by."""
        waiting, seen = [value_set], set()
        while waiting:
            compose = waiting.pop().get("compose", {})
            for include in (*compose.get("include", ()), *compose.get("exclude", ())):
                named = [("ValueSet", each) for each in include.get("valueSet", ())]
                if "system" in include:
                    named.append(("CodeSystem", include["system"]))
                for type, canonical in named:
                    found = self._find(type, canonical) if canonical not in seen else None
                    seen.add(canonical)
                    if found is not None:
                        waiting.append(found)
                        yield found


def _read_code_system(resource: Json) -> CodeSystemCodes | None:
    try:
        system = read_code_system(resource)
    except RequestError:
        return None
    concepts = system.concepts.values()
    return CodeSystemCodes(
        url=system.url,
        displays={each.code: each.display for each in concepts},
        parents={each.code: each.parents for each in concepts if each.parents},
        case_sensitive=system.case_sensitive,
        complete=system.complete,
        supplements=resource.get("supplements", ""),
    )


def _codes(url: str, members: Members) -> ValueSetCodes:
    codings = frozenset(members.displays)
    rules = {SYSTEMS.get(system) for system in members.whole_systems}
    is_ruled = len(rules) == 1 and members.whole_systems == members.open_systems
    return ValueSetCodes(
        url=url,
        codings=codings,
        codes=frozenset(code for _, code in codings),
        complete=not members.open_systems,
        open_systems=members.open_systems,
        rule=rules.pop() if is_ruled else None,
    )
