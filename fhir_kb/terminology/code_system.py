"""A code system: its concepts, their hierarchy, and whether all of them are held.

https://hl7.org/fhir/R4/codesystem.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fhir_kb.definitions.codes import CodeSystemCodes
from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.terminology.stated import stated


@dataclass(frozen=True, slots=True)
class Concept:
    """One code; ``designations`` and ``properties`` are as the CodeSystem resource has them."""

    code: str
    display: str | None = None
    definition: str | None = None
    parents: tuple[str, ...] = ()
    designations: tuple[Json, ...] = ()
    properties: tuple[Json, ...] = ()

    def values(self, property: str) -> tuple[str, ...]:
        """Return the values of a property as text."""
        return tuple(
            _text(value)
            for each in self.properties
            if each["code"] == property
            for key, value in each.items()
            if key.startswith("value")
        )

    @property
    def is_inactive(self) -> bool:
        """Whether the code is not to be used any more."""
        return "true" in self.values("inactive") or "retired" in self.values("status")

    @property
    def is_abstract(self) -> bool:
        """Whether the code only groups others and is not to be chosen itself."""
        return "true" in self.values("notSelectable") or "true" in self.values("abstract")


@dataclass(frozen=True)
class CodeSystem:
    """The concepts of a code system in their order.

    When ``complete`` is false there are codes that are not held, and one that is missing here
    is not wrong.
    """

    url: str
    concepts: Mapping[str, Concept]
    complete: bool = True
    case_sensitive: bool = True
    name: str = ""
    version: str | None = None
    value_set: str | None = None

    def find(self, code: str) -> Concept | None:
        """Return the concept of a code, in any case where the system does not care."""
        if self.case_sensitive:
            return self.concepts.get(code)
        return self.concepts.get(self._by_folded_code.get(code.casefold(), code))

    def is_a(self, code: str, ancestor: str) -> bool:
        """Return whether ``code`` is ``ancestor`` or anywhere below it."""
        waiting, seen = [code], set()
        while waiting:
            current = waiting.pop()
            if current == ancestor:
                return current in self.concepts
            if current not in seen and current in self.concepts:
                seen.add(current)
                waiting.extend(self.concepts[current].parents)
        return False

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The codes directly below each code that has any."""
        below: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for parent in concept.parents:
                below.setdefault(parent, []).append(concept.code)
        return {code: tuple(codes) for code, codes in below.items()}

    @cached_property
    def _by_folded_code(self) -> Mapping[str, str]:
        return {code.casefold(): code for code in self.concepts}


_SPECIFICATION = "http://hl7.org/fhir/"
_ELSEWHERE = ("http://hl7.org/fhir/sid/", "http://hl7.org/fhir/uv/")
"""What only has its URL from HL7."""


def of_definitions(codes: CodeSystemCodes, release: str) -> CodeSystem:
    """Return a code system of the specification; ``release`` is the version of that.

    One that the specification itself defines has its version; of the others none is known.
    """
    concepts = {
        code: Concept(code, display, parents=codes.parents.get(code, ()))
        for code, display in codes.displays.items()
    }
    name = codes.url.rpartition("/")[2]
    version = version_of_release(codes.url, release)
    return CodeSystem(codes.url, concepts, codes.complete, codes.case_sensitive, name, version)


def version_of_release(url: str, release: str) -> str | None:
    """Return the version of what the specification itself publishes; None of anything else."""
    own = url.startswith(_SPECIFICATION) and not url.startswith(_ELSEWHERE)
    return release if own else None


def read_code_system(resource: Json) -> CodeSystem:
    """Return the code system of a CodeSystem resource; one without a url is refused."""
    if "url" not in resource:
        raise InvalidParameter("A CodeSystem without url cannot be referred to; give it a url")
    # Codes nested as parts or for grouping are not kinds of the code they are nested in.
    nested = resource.get("hierarchyMeaning", "is-a") == "is-a"
    concepts = {concept.code: concept for concept in _concepts(resource, nested)}
    return CodeSystem(
        url=resource["url"],
        concepts=concepts,
        complete=resource.get("content") == "complete",
        case_sensitive=resource.get("caseSensitive", True),
        name=resource.get("name", resource["url"].rpartition("/")[2]),
        version=resource.get("version"),
        value_set=resource.get("valueSet"),
    )


def _concepts(resource: Json, nested: bool) -> Iterator[Concept]:
    waiting: list[tuple[Json, tuple[str, ...]]] = [
        (concept, ()) for concept in reversed(resource.get("concept", []))
    ]
    while waiting:
        concept, above = waiting.pop()
        code = stated(concept, "code", f"CodeSystem {resource['url']}")
        properties = tuple(each for each in concept.get("property", []) if "code" in each)
        designations = (each for each in concept.get("designation", []) if "value" in each)
        named = (
            each["valueCode"]
            for each in properties
            if each["code"] in _PARENT_PROPERTIES and "valueCode" in each
        )
        yield Concept(
            code=code,
            display=concept.get("display"),
            definition=concept.get("definition"),
            parents=tuple(dict.fromkeys((*above, *named))),
            designations=tuple(designations),
            properties=properties,
        )
        below = (code,) if nested else ()
        waiting.extend((each, below) for each in reversed(concept.get("concept", [])))


_PARENT_PROPERTIES = frozenset({"parent", "subsumedBy"})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return str(value.get("code", ""))
    return str(value)
