"""The invariants met most often, by the exact text of their expression, as plain Python.

https://hl7.org/fhir/R4/domainresource.html#invs

Each is the same rule as its expression, ten to a hundred times quicker; a test holds every one
of them against the expression. Those in ``ELSEWHERE`` are checked by the walk and by the
narrative's own rules, which can say more about what is wrong.
"""

from collections.abc import Callable, Mapping

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.resolution import container_of, resource_node

Judge = Callable[[Node], bool]


def _value_or_extension(node: Node) -> bool:
    """ext-1 as ``extension.exists() != value.exists()``."""
    value = node.value
    has_value = any(key.startswith(("value", "_value")) for key in value)
    return bool(value.get("extension")) != has_value


def _reference_says_something(node: Node) -> bool:
    value = node.value
    return (
        "reference" in value
        or "display" in value
        or "identifier" in value
        or "extension" in value
        or "_reference" in value
        or "_display" in value
    )


def _has_system_if_code(node: Node) -> bool:
    value = node.value
    if "code" not in value and "_code" not in value:
        return True
    return "system" in value or "_system" in value


def _has_narrative(node: Node) -> bool:
    text = node.value.get("text")
    return isinstance(text, dict) and "div" in text


def _has_code_if_display(node: Node) -> bool:
    value = node.value
    return "code" in value or "_code" in value or not ("display" in value or "_display" in value)


def _has_value(node: Node) -> bool:
    return "value" in node.value or "_value" in node.value


def _has_no_comparator(node: Node) -> bool:
    return "comparator" not in node.value and "_comparator" not in node.value


def _has_content_type_if_data(node: Node) -> bool:
    value = node.value
    return (
        "data" not in value
        and "_data" not in value
        or ("contentType" in value or "_contentType" in value)
    )


def _answers_each_question_once(node: Node) -> bool:
    """qrs-2: at each place, the items that have answers have different link ids."""
    waiting = [node.value]
    while waiting:
        holder = waiting.pop()
        below = [each for name in ("item", "answer") for each in _objects(holder.get(name))]
        for each in below:
            answered = [
                item.get("linkId")
                for item in _objects(each.get("item"))
                if any(_is_answered(answer) for answer in _objects(item.get("answer")))
            ]
            if len(answered) != len(set(map(str, answered))):
                return False
        waiting.extend(below)
    return True


def _is_answered(answer: Json) -> bool:
    return any(key.startswith(("value", "_value")) for key in answer)


def _objects(items: object) -> list[Json]:
    if not isinstance(items, list):
        return []
    return [each for each in items if isinstance(each, dict)]


def _contains_no_containers(node: Node) -> bool:
    return not any("contained" in each for each in _contained(node))


def _contains_no_versions(node: Node) -> bool:
    return not any(
        "versionId" in meta or "lastUpdated" in meta for meta in map(_meta, _contained(node))
    )


def _contains_no_security(node: Node) -> bool:
    return not any("security" in meta for meta in map(_meta, _contained(node)))


def _contained(node: Node) -> list[Json]:
    return _objects(node.value.get("contained"))


def _meta(resource: Json) -> Json:
    meta = resource.get("meta")
    return meta if isinstance(meta, dict) else {}


def _is_contained_or_elsewhere(node: Node) -> bool:
    """ref-1: a reference that begins with # is to a resource in the same container."""
    reference = node.value.get("reference")
    if not isinstance(reference, str) or not reference.startswith("#"):
        return True
    container = container_of(node)
    if container is None or reference == "#":
        return resource_node(node) is not container
    return any(each.get("id") == reference[1:] for each in _contained(container))


NATIVE: Mapping[str, tuple[str, Judge]] = {
    "extension.exists() != value.exists()": ("Extension", _value_or_extension),
    "reference.exists() or identifier.exists() or display.exists() or extension.exists()": (
        "Reference",
        _reference_says_something,
    ),
    "reference.exists()  implies (reference.startsWith('#').not() or "
    "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids')) or "
    "(reference='#' and %rootResource!=%resource))": ("Reference", _is_contained_or_elsewhere),
    "code.empty() or system.exists()": ("Quantity", _has_system_if_code),
    "comparator.empty()": ("Quantity", _has_no_comparator),
    "text.`div`.exists()": ("DomainResource", _has_narrative),
    "contained.contained.empty()": ("DomainResource", _contains_no_containers),
    "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()": (
        "DomainResource",
        _contains_no_versions,
    ),
    "contained.meta.security.empty()": ("DomainResource", _contains_no_security),
    "code.exists().not() implies display.exists().not()": ("Coding", _has_code_if_display),
    "value.exists()": ("Identifier", _has_value),
    "repeat(answer|item).select(item.where(answer.value.exists()).linkId.isDistinct()).allTrue()": (
        "QuestionnaireResponse.item",
        _answers_each_question_once,
    ),
    "data.empty() or contentType.exists()": ("Attachment", _has_content_type_if_data),
}
"""By the text: the type that the rule may be used on, and the rule.

The same text means another thing on a type where the element is a choice.
"""

ELSEWHERE = frozenset(
    {
        "hasValue() or (children().count() > id.count())",
        "htmlChecks()",
        "contained.where(((id.exists() and ('#'+id in (%resource.descendants().reference | "
        "%resource.descendants().ofType(canonical) | %resource.descendants().ofType(uri) | "
        "%resource.descendants().ofType(url)))) or descendants().where(reference = '#').exists() "
        "or descendants().where(ofType(canonical) = '#').exists() or "
        "descendants().where(ofType(uri) = '#').exists()).not()).trace('unmatched', id).empty()",
        "type='transaction' or type='transaction-response' or type='batch' or "
        "type='batch-response' or entry.all(fullUrl.exists() or request.method='POST')",
        "type in ('transaction' | 'batch') implies entry.all(request.method.exists() and "
        "((request.method in ('POST' | 'PATCH' | 'PUT')) = resource.exists()))",
    }
)
"""ele-1; txt-1 and txt-2; dom-3, bdl-15 and bdl-3c, which name the contained resource or entry."""
