"""StructureDefinitions that constrain a type: their paths exist and say only what they may.

https://hl7.org/fhir/R4/profiling.html#structuredefinition
"""

from collections.abc import Iterator

from fhir_kb.definitions import TypeDefinition
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import nearest

_ONLY_WHERE_DEFINED = ("meaningWhenMissing", "contentReference", "isSummary", "orderMeaning")
"""What only the definition of a type may say of an element, and no profile."""


def check_structure_definition(walk: Walk, node: Node) -> None:
    """Check the differential of a profile against the type that it constrains."""
    value: Json = node.value
    if value.get("derivation") != "constraint":
        return
    type = value.get("type")
    definition = walk.definitions.type(type) if isinstance(type, str) else None
    for index, element in _elements(value):
        at = f"differential.element[{index}]"
        _check_facts(walk, node, at, element)
        path = element.get("path")
        if definition is not None and isinstance(path, str):
            _check_path(walk, node, f"{at}.path", definition, path)
    if type == "Extension":
        _check_extension_url(walk, node)


def _elements(value: Json) -> Iterator[tuple[int, Json]]:
    differential = value.get("differential")
    elements = differential.get("element") if isinstance(differential, dict) else None
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        if isinstance(element, dict):
            yield index, element


def _check_facts(walk: Walk, node: Node, at: str, element: Json) -> None:
    for name in _ONLY_WHERE_DEFINED:
        if name in element:
            walk.report("not-in-a-profile", node, at=f"{at}.{name}", name=name)
    least, most = element.get("min"), element.get("max")
    if isinstance(least, int) and isinstance(most, str) and most.isdecimal() and least > int(most):
        walk.report("min-above-max", node, at=at, min=least, max=most)


def _check_path(walk: Walk, node: Node, at: str, definition: TypeDefinition, path: str) -> None:
    first, *names = path.split(".")
    if first != definition.name:
        return
    candidates = [definition]
    for name in names:
        found = [each for candidate in candidates for each in _typed(walk, candidate, name)]
        if not found:
            known = [each for candidate in candidates for each in candidate.elements]
            walk.report(
                "unknown-path", node, at=at, path=path, name=name, hint=nearest(name, known)
            )
            return
        candidates = found


def _typed(walk: Walk, definition: TypeDefinition, name: str) -> Iterator[TypeDefinition]:
    """Yield the types that the element ``name`` of a type may have; ``value[x]`` has several."""
    keyed = definition.json_names.get(name)
    element = definition.elements.get(name.removesuffix("[x]")) or (keyed and keyed[0])
    if element is None:
        return
    for type in element.types:
        found = walk.definitions.type(type.code)
        if found is not None:
            yield found
        elif type.code.startswith("System."):
            yield definition


def _check_extension_url(walk: Walk, node: Node) -> None:
    url = node.value.get("url")
    for index, element in _elements(node.value):
        if element.get("path") == "Extension.url" and element.get("id", "").count(":") == 0:
            fixed = element.get("fixedUri")
            if isinstance(fixed, str) and fixed != url:
                at = f"differential.element[{index}]"
                walk.report("extension-url-differs", node, at=at, fixed=fixed, url=url)
