"""The languages that a profile asks the narrative to be divided into.

https://hl7.org/fhir/extensions/StructureDefinition-narrative-language-control.html

A section is a ``div`` right inside the narrative's own, marked with its language.
"""

from collections.abc import Iterator
from typing import Any

from fhir_kb.errors import MalformedContent
from fhir_kb.fhirpath import Node
from fhir_kb.formats.narrative import parse_narrative
from fhir_kb.validation.canonical import OF_SPECIFICATION
from fhir_kb.validation.profiles.element_reading import extension_values
from fhir_kb.validation.profiles.place import Place
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import listed

_CONTROL = OF_SPECIFICATION + "narrative-language-control"
_PROHIBITED, _REQUIRED, _OF_RESOURCE = "_no", "_yes", "_resource"


def narrative_language_rules(place: Place) -> Iterator[Rule]:
    """Yield the rules of the languages that the profiles ask of a narrative."""
    for statement in place.statements:
        asked = frozenset(extension_values(statement.element, _CONTROL))
        if asked:
            yield _rule(asked, place.label, statement.profile)


def _rule(asked: frozenset[str], label: str, url: str) -> Rule:
    def rule(walk: Walk, node: Node) -> None:
        div = node.value.get("div") if isinstance(node.value, dict) else None
        if not isinstance(div, str):
            return
        try:
            found = section_languages(div)
        except MalformedContent:
            return  # The narrative's own checks say what is wrong with it.
        facts: dict[str, Any] = {"element": label, "found": listed(found) or "none", "profile": url}
        if _PROHIBITED in asked:
            if found:
                walk.report("narrative-sections", node, source=url, **facts)
            return
        if not found:
            walk.report("no-narrative-sections", node, source=url, **facts)
            return
        for language in sorted(_wanted(asked, node) - set(found)):
            walk.report("no-narrative-in", node, source=url, language=language, **facts)

    return rule


def _wanted(asked: frozenset[str], narrative: Node) -> set[str]:
    wanted = set(asked - {_REQUIRED, _OF_RESOURCE})
    if _OF_RESOURCE in asked and narrative.parent is not None:
        language = (narrative.parent.elements or {}).get("language")
        if isinstance(language, str):
            wanted.add(language)
    return wanted


def section_languages(div: str) -> list[str]:
    """Return the languages of a narrative's sections in their order; refuse what is no XHTML."""
    found: list[str] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        language = attributes.get("lang") or attributes.get("xml:lang")
        if depth == 2 and name.rpartition(":")[2] == "div" and language:
            found.append(language)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parse_narrative(div, start, end, lambda text: False)
    return found
