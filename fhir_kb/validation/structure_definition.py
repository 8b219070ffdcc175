"""StructureDefinitions that constrain a type: their paths exist and say only what they may.

https://hl7.org/fhir/R4/profiling.html#structuredefinition
"""

from collections.abc import Iterator

from fhir_kb.definitions import TypeDefinition
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.canonical import type_of_specification
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import listed, nearest

_ONLY_WHERE_DEFINED = ("meaningWhenMissing", "contentReference", "isSummary", "orderMeaning")
"""What only the definition of a type may say of an element, and no profile."""


def check_structure_definition(walk: Walk, node: Node) -> None:
    """Check the differential of a profile against the type that it constrains."""
    value: Json = node.value
    _check_contexts(walk, node)
    if value.get("derivation") != "constraint":
        return
    _check_base(walk, node)
    type = value.get("type")
    definition = walk.definitions.type(type) if isinstance(type, str) else None
    for index, element in _elements(value):
        at = f"differential.element[{index}]"
        _check_facts(walk, node, at, element)
        path = element.get("path")
        if definition is not None and isinstance(path, str):
            types = _check_path(walk, node, f"{at}.path", definition, path)
            _check_values(walk, node, at, element, types)
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


def _check_path(
    walk: Walk, node: Node, at: str, definition: TypeDefinition, path: str
) -> list[TypeDefinition]:
    """Return the types that the element may have; report a path that leads to none."""
    first, *names = path.split(".")
    if first != definition.name:
        return []
    candidates = [definition]
    for name in names:
        found = [each for candidate in candidates for each in _typed(walk, candidate, name)]
        if not found:
            known = [each for candidate in candidates for each in candidate.elements]
            walk.report(
                "unknown-path", node, at=at, path=path, name=name, hint=nearest(name, known)
            )
            return []
        candidates = found
    return candidates if names else []


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


def _check_values(
    walk: Walk, node: Node, at: str, element: Json, types: list[TypeDefinition]
) -> None:
    """Report a fixed value or a pattern of a type that the element does not have."""
    names = {f"{type.name[0].upper()}{type.name[1:]}" for type in types}
    if any(type.kind == "backbone" or type.abstract for type in types):
        return
    for key in element:
        kind = next((each for each in ("fixed", "pattern") if key.startswith(each)), None)
        if kind is not None and names and key.removeprefix(kind) not in names:
            walk.report(
                "fixed-value-type",
                node,
                at=f"{at}.{key}",
                path=element["path"],
                kind=kind,
                found=key.removeprefix(kind),
                types=listed(sorted(type.name for type in types)),
            )


_BASE_TYPES = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}
"""Profiles of the specification that the tables keep as types."""


def _check_base(walk: Walk, node: Node) -> None:
    """Report a type or a kind that is not that of the base, where that is in the specification."""
    base = node.value.get("baseDefinition")
    name = type_of_specification(base, walk.definitions) if isinstance(base, str) else None
    definition = walk.definitions.type(name) if name is not None else None
    if definition is None:
        return
    wanted = {"type": _BASE_TYPES.get(definition.name, definition.name), "kind": definition.kind}
    for what, value in wanted.items():
        found = node.value.get(what)
        if isinstance(found, str) and found != value:
            walk.report(
                "profile-type",
                node,
                at=what,
                base=definition.name,
                what=what,
                wanted=value,
                found=found,
            )


_INTERFACES = frozenset({"CanonicalResource", "MetadataResource", "Base"})
"""What a context may name although no definition of the release is called so."""


def _check_contexts(walk: Walk, node: Node) -> None:
    """Check that the contexts of an extension exist, and that nothing else has contexts."""
    value: Json = node.value
    contexts = value.get("context")
    if not isinstance(contexts, list) or not contexts:
        return
    if value.get("type") != "Extension":
        walk.report("context-without-extension", node, at="context", type=value.get("type"))
        return
    for index, context in enumerate(contexts):
        path = context.get("expression") if isinstance(context, dict) else None
        if isinstance(path, str) and context.get("type") == "element":
            _check_context(walk, node, f"context[{index}].expression", path.partition("#")[0])


def _check_context(walk: Walk, node: Node, at: str, path: str) -> None:
    first, *names = path.split(".")
    definition = walk.definitions.type(first)
    if definition is None:
        if ":" not in path and first not in _INTERFACES:
            walk.report("unknown-context", node, at=at, path=path, hint="")
        return
    candidates = [definition]
    for name in names:
        found = [each for candidate in candidates for each in _typed(walk, candidate, name)]
        if not found:
            known = [each for candidate in candidates for each in candidate.elements]
            walk.report("unknown-context", node, at=at, path=path, hint=nearest(name, known))
            return
        candidates = found


def _check_extension_url(walk: Walk, node: Node) -> None:
    url = node.value.get("url")
    for index, element in _elements(node.value):
        if element.get("path") == "Extension.url" and element.get("id", "").count(":") == 0:
            fixed = element.get("fixedUri")
            if isinstance(fixed, str) and fixed != url:
                at = f"differential.element[{index}]"
                walk.report("extension-url-differs", node, at=at, fixed=fixed, url=url)
