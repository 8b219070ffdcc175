"""CodeSystems of the packages as codes, displays and a hierarchy.

https://hl7.org/fhir/R4/codesystem.html
"""

from collections.abc import Iterable, Iterator

from fhir_kb.definitions.codes import CodeSystemCodes
from fhir_kb.definitions.structure_corrections import GROWING_CODE_SYSTEMS
from fhir_kb.formats import Json

_PARENT_PROPERTIES = frozenset({"parent", "subsumedBy"})
_LISTED = frozenset({"complete", "fragment", "example"})


def code_systems(published: Iterable[Json]) -> dict[str, CodeSystemCodes]:
    """Return the code systems that list codes, by URL in alphabetical order."""
    listed = {
        each["url"]: _code_system(each)
        for each in published
        if each["content"] in _LISTED and each.get("concept")
    }
    return dict(sorted(listed.items()))


def merged(own: CodeSystemCodes, maintained: CodeSystemCodes) -> CodeSystemCodes:
    """Return a code system with the codes of two copies; ``maintained`` is the later one."""
    return CodeSystemCodes(
        url=own.url,
        displays={**own.displays, **maintained.displays},
        parents={**own.parents, **maintained.parents},
        case_sensitive=maintained.case_sensitive,
        complete=maintained.complete,
    )


def additions(own: CodeSystemCodes, maintained: CodeSystemCodes) -> CodeSystemCodes | None:
    """Return the codes that ``own`` has and ``maintained`` lost, if there are any."""
    lost = own.displays.keys() - maintained.displays.keys()
    if not lost:
        return None
    return CodeSystemCodes(
        url=own.url,
        displays={code: own.displays[code] for code in own.displays if code in lost},
        parents={code: own.parents[code] for code in own.parents if code in lost},
        case_sensitive=own.case_sensitive,
        complete=own.complete,
    )


def _code_system(published: Json) -> CodeSystemCodes:
    displays: dict[str, str | None] = {}
    parents: dict[str, tuple[str, ...]] = {}
    for concept, above in _concepts(published["concept"], ()):
        code = concept["code"]
        if _is_well_formed(code):
            displays[code] = concept.get("display")
            if above := tuple(dict.fromkeys((*parents.get(code, ()), *above, *_parents(concept)))):
                parents[code] = above
    url = published["url"]
    return CodeSystemCodes(
        url=url,
        displays=displays,
        parents=parents,
        case_sensitive=published.get("caseSensitive", True),
        complete=published["content"] == "complete" and url not in GROWING_CODE_SYSTEMS,
    )


def _concepts(concepts: list[Json], above: tuple[str, ...]) -> Iterator[tuple[Json, Iterable[str]]]:
    """Return every concept with the code it is nested under."""
    for concept in concepts:
        yield concept, above
        yield from _concepts(concept.get("concept", []), (concept["code"],))


def _parents(concept: Json) -> Iterator[str]:
    for property in concept.get("property", ()):
        if property["code"] in _PARENT_PROPERTIES:
            yield property["valueCode"]


def _is_well_formed(code: str) -> bool:
    """Whether ``code`` is one: some tables hold text with broken or surrounding space."""
    return bool(code) and " ".join(code.split()) == code
