"""What is known of a code.

https://hl7.org/fhir/R4/codesystem-operation-lookup.html
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from fhir_kb.errors import UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology.code_system import CodeSystem, Concept
from fhir_kb.terminology.library import Terminology


@dataclass(frozen=True, slots=True)
class Lookup:
    """A concept and the system it is from; ``parents`` and ``children`` are codes."""

    name: str
    version: str | None
    system: str
    code: str
    display: str
    definition: str | None
    designations: tuple[Json, ...]
    properties: tuple[Json, ...]
    parents: tuple[str, ...]
    children: tuple[str, ...]
    inactive: bool


def lookup(terminology: Terminology, system: str, code: str) -> Lookup:
    """Return what is known of a code; a system or code that is not held is refused.

    A code without display is its own display.
    """
    held, concept = find(terminology, system, code)
    return Lookup(
        name=held.name,
        version=held.version,
        system=held.url,
        code=concept.code,
        display=concept.display or concept.code,
        definition=concept.definition,
        designations=concept.designations,
        properties=concept.properties,
        parents=concept.parents,
        children=held.children.get(concept.code, ()),
        inactive=concept.is_inactive,
    )


def find(terminology: Terminology, system: str, code: str) -> tuple[CodeSystem, Concept]:
    """Return the system and the concept; refuse what is not held, with what comes near it."""
    held = terminology.code_system(system)
    if held is None:
        raise UnknownCode(
            f"The code system {system} is not held here; validate-code tells at least whether "
            "a code has its form"
        )
    concept = held.find(code)
    if concept is None:
        raise UnknownCode(f"{system} has no code {code!r} here{nearest(code, held.concepts)}")
    return held, concept


def nearest(code: str, codes: Iterable[str]) -> str:
    """Return the hint at the codes that are spelt most alike, or nothing."""
    near = difflib.get_close_matches(code, list(codes), n=2)
    return f"; did you mean {' or '.join(repr(each) for each in near)}?" if near else ""
