"""SearchParameters of the specification, one list per resource type.

https://hl7.org/fhir/R4/searchparameter.html

A parameter that several types share is published with the expressions of all of them, joined by
``|``; each type gets its own part.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.building.paths import targets_at
from fhir_kb.definitions.model import SearchParameter, TypeDefinition
from fhir_kb.definitions.structure_corrections import UNDEFINED_COMPONENTS
from fhir_kb.formats import Json

_FIRST_NAME = re.compile(r"[\s(]*(\w+)")
_DESCRIPTION_LINE = re.compile(r"^\s*\*\s*\[(\w+)\]\([^)]*\):\s*(.+?)\s*$", re.MULTILINE)


def search_parameters(
    published: Iterable[Json], types: Mapping[str, TypeDefinition], corrector: Corrector
) -> dict[str, list[SearchParameter]]:
    """Return the parameters of each resource type, abstract ones too, in the order of their codes.

    Left out: parameters without an expression (``_text``, ``_has``, …), which a server answers
    in its own way, the specification's examples, and those that search by an extension.
    """
    kept = [each for each in published if _is_of_the_specification(each)]
    by_url = {each["url"]: each for each in kept}
    resource_types = sorted(name for name, each in types.items() if each.kind == "resource")
    parameters: dict[str, list[SearchParameter]] = {name: [] for name in resource_types}
    for each in sorted(kept, key=lambda each: (each["code"], each["url"])):
        for base in each["base"]:
            shared = corrector.search_expression(each["url"], each.get("expression", ""))
            own = restricted(shared, base, types)
            if expression := corrector.part(each["url"], base, own):
                parameters[base].append(_parameter(each, expression, base, by_url, types))
    return parameters


def _is_of_the_specification(published: Json) -> bool:
    id = published["id"]
    return not (id.startswith("example") or id == "filter" or "-extensions-" in id)


def _parameter(
    published: Json,
    expression: str,
    base: str,
    by_url: Mapping[str, Json],
    types: Mapping[str, TypeDefinition],
) -> SearchParameter:
    components = published.get("component", ())
    return SearchParameter(
        code=published["code"],
        url=published["url"],
        type=published["type"],
        expression=expression,
        targets=_targets(published, expression, types),
        components=tuple(
            (_component_code(each["definition"], base, by_url), each["expression"])
            for each in components
        ),
        component_types=tuple(_component_type(each["definition"], by_url) for each in components),
        description=_description(published.get("description", ""), base),
    )


def _targets(
    published: Json, expression: str, types: Mapping[str, TypeDefinition]
) -> tuple[str, ...]:
    """Return the published targets; where a reference has none, those of its element."""
    if published["type"] != "reference" or "target" in published:
        return tuple(published.get("target", ()))
    parts = split_union(expression)
    return tuple(dict.fromkeys(name for part in parts for name in targets_at(part, types)))


def _component_code(url: str, base: str, by_url: Mapping[str, Json]) -> str:
    defined = by_url.get(url)
    return str(defined["code"]) if defined else url.rpartition(f"/{base}-")[2]


def _component_type(url: str, by_url: Mapping[str, Json]) -> str:
    defined = by_url.get(url)
    return str(defined["type"]) if defined else UNDEFINED_COMPONENTS[url]


def restricted(expression: str, base: str, types: Mapping[str, TypeDefinition]) -> str:
    """Return the parts of a union that start at ``base``; empty when no part does.

    A part starts at the type it names, or else at every type that has its first element.
    """
    parts = [part for part in split_union(expression) if _starts_at(part, base, types)]
    return " | ".join(parts)


def split_union(expression: str) -> Sequence[str]:
    """Return the operands of the outermost ``|`` of ``expression``."""
    parts, depth, start, quote = [], 0, 0, ""
    for position, character in enumerate(expression):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'`":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "|" and depth == 0:
            parts.append(expression[start:position])
            start = position + 1
    return [part.strip() for part in (*parts, expression[start:])]


def _starts_at(part: str, base: str, types: Mapping[str, TypeDefinition]) -> bool:
    match = _FIRST_NAME.match(part)
    if match is None:
        return False
    if match[1] in types:
        return match[1] in _with_ancestors(base, types)
    return match[1] in types[base].elements


def _with_ancestors(name: str, types: Mapping[str, TypeDefinition]) -> Iterable[str]:
    ancestor: str | None = name
    while ancestor is not None:
        yield ancestor
        ancestor = types[ancestor].base


def _description(published: str, base: str) -> str:
    """Return what is said of ``base``, where the text has a line for each type."""
    lines = {match[1]: match[2] for match in _DESCRIPTION_LINE.finditer(published)}
    return lines.get(base, published.strip())
