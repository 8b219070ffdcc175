"""Extensions by their definitions: where they may stand, what they hold, how often.

https://hl7.org/fhir/R4/extensibility.html
"""

from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.fhirpath import Node
from fhir_kb.validation.bindings import binding_rule
from fhir_kb.validation.cross_version import cross_version_path
from fhir_kb.validation.extension_context import check_context
from fhir_kb.validation.invariants import invariant_rules
from fhir_kb.validation.references import TARGETED, reference_rule
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import listed

_OF_SPECIFICATION = "http://hl7.org/fhir/StructureDefinition/"
_WITHOUT_DEFINITION = frozenset({f"{_OF_SPECIFICATION}structuredefinition-implements"})
"""R5's own StructureDefinitions use it; no package of the specification defines it."""

EXTENSION = "Extension"


def check_extension(walk: Walk, node: Node) -> None:
    """Check an Extension against its definition; one without a known definition is mentioned."""
    url = node.value.get("url")
    if not isinstance(url, str) or not url:
        return
    definition = definition_of(walk, node, url)
    if definition is None:
        if "|" in url and walk.extension(url.partition("|")[0]) is not None:
            walk.report("extension-url-version", node, at="url", url=url)
            return
        _report_unknown(walk, node, url)
        return
    if node.parent is None or node.parent.type != EXTENSION or ":" in url:
        _check_modifier(walk, node, definition)
        check_context(walk, node, definition)
    outermost = _outermost(node)
    profile = walk.conformance.profile(outermost.value.get("url") or "")
    if profile is not None:
        # A profile checks what is inside, parts within parts too.
        if outermost is node:
            profile.check(walk, node)
        return
    _check_parts(walk, node, definition)
    _check_value(walk, node, definition)
    for rule in invariant_rules(definition.constraints, walk.definitions, EXTENSION):
        rule(walk, node)


def _outermost(node: Node) -> Node:
    """Return the extension that a part is part of; one with a URL of its own stands alone."""
    while node.parent is not None and node.parent.type == EXTENSION:
        if ":" in str(node.value.get("url")):
            break
        node = node.parent
    return node


def definition_of(walk: Walk, node: Node, url: str) -> ExtensionDefinition | None:
    """Return the definition of an extension: a part of the one around it, or one of its own."""
    around = _definition_around(walk, node)
    if around is not None and url in around.extensions:
        return around.extensions[url]
    return walk.extension(url) if ":" in url else None


def _definition_around(walk: Walk, node: Node) -> ExtensionDefinition | None:
    outer = node.parent
    if outer is None or outer.type != EXTENSION:
        return None
    url = outer.value.get("url")
    return definition_of(walk, outer, url) if isinstance(url, str) else None


def _report_unknown(walk: Walk, node: Node, url: str) -> None:
    if ":" not in url:
        if node.parent is None or node.parent.type != EXTENSION:
            walk.report("relative-extension-url", node, at="url", url=url)
            return
        around = _definition_around(walk, node)
        if around is not None:
            parts = listed(sorted(around.extensions)) or "none"
            walk.report("unknown-extension-part", node, url=url, outer=around.url, parts=parts)
    elif node.name == "modifierExtension":
        walk.report("unknown-modifier-extension", node, url=url)
    elif (carried := cross_version_path(url)) is not None:
        if walk.first_time("extension", url):
            walk.report("cross-version-extension", node, url=url, carried=carried)
    elif url.startswith(_OF_SPECIFICATION) and url not in _WITHOUT_DEFINITION:
        walk.report("unknown-hl7-extension", node, url=url)
    elif walk.first_time("extension", url):
        walk.report("unknown-extension", node, url=url)


def _check_modifier(walk: Walk, node: Node, definition: ExtensionDefinition) -> None:
    if definition.modifier and node.name != "modifierExtension":
        walk.report("modifier-as-extension", node, url=definition.url, source=definition.url)
    elif not definition.modifier and node.name == "modifierExtension":
        walk.report("extension-as-modifier", node, url=definition.url, source=definition.url)


def _check_parts(walk: Walk, node: Node, definition: ExtensionDefinition) -> None:
    """Count the extensions inside a complex one."""
    if not definition.extensions:
        return
    inside = node.value.get("extension")
    urls = [each.get("url") for each in inside or () if isinstance(each, dict)]
    for url, part in definition.extensions.items():
        number = urls.count(url)
        if number < part.min:
            walk.report(
                "missing-extension-part",
                node,
                source=definition.url,
                url=url,
                min=part.min,
                outer=definition.url,
            )
        elif part.max is not None and number > part.max:
            walk.report(
                "too-many-extension-parts",
                node,
                source=definition.url,
                url=url,
                max=part.max,
                number=number,
                outer=definition.url,
            )


def _check_value(walk: Walk, node: Node, definition: ExtensionDefinition) -> None:
    values, element = walk.children(node, "value"), definition.value
    if not values:
        if element is not None and (element.min or "extension" not in node.value):
            walk.report(
                "extension-needs-value",
                node,
                source=definition.url,
                url=definition.url,
                types=listed([each.code for each in element.types]),
            )
        return
    value = values[0]
    if element is None:
        walk.report("extension-without-value", node, url=definition.url, source=definition.url)
        return
    type = next((each for each in element.types if each.code == value.type), None)
    if type is None:
        walk.report(
            "extension-value-type",
            node,
            at="value",
            source=definition.url,
            url=definition.url,
            found=value.type,
            types=listed([each.code for each in element.types]),
        )
        return
    if element.binding is not None:
        bound = binding_rule(element.binding, type.code, profile=definition.url)
        if bound is not None:
            bound(walk, value)
    if type.code in TARGETED:
        reference_rule(type, profile=definition.url)(walk, value)
    for rule in invariant_rules(element.constraints, walk.definitions, type.code):
        rule(walk, value)
