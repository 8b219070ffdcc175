"""Bindings: whether codes come from the value set that an element, or a profile, binds them to.

https://hl7.org/fhir/R4/terminologies.html#strength

A required binding is an error when it is not met. Where codes may be added to an extensible one,
a code that is of one of the value set's own systems, but not in it, is a warning; a code of
another system may well be right and is mentioned only.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from fhir_kb.definitions import Binding, Element
from fhir_kb.definitions.codes import ValueSetCodes
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.units import convert
from fhir_kb.validation.issue import Severity
from fhir_kb.validation.syntax import SYNTAXES
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import allowed, listed, shortened

Coded = tuple[str | None, str]
"""(system, code); the system is None where the element has a code alone."""


def binding_rule(binding: Binding, type: str, *, profile: str = "") -> Rule | None:
    """Return the rule of ``binding`` on elements of a type, None if it asks for nothing.

    ``profile`` is the canonical URL of the profile that states it.
    """
    if binding.strength not in ("required", "extensible") and binding.maximum is None:
        return None

    def rule(walk: Walk, node: Node) -> None:
        codings = codings_of(node)
        if codings is None:
            return
        if binding.maximum is not None and codings:
            before = len(walk.issues)
            _check(walk, node, codings, binding.maximum, "required", profile)
            if len(walk.issues) != before:
                return
        if binding.strength in ("required", "extensible"):
            _check(walk, node, codings, binding.value_set, binding.strength, profile)

    return rule


def refuse_code(walk: Walk, node: Node, element: Element, at: str, code: str) -> None:
    """Report a code that is not among those of its required binding, all of which are known."""
    binding = element.binding
    value_set = walk.value_set(binding.value_set) if binding is not None else None
    walk.report(
        "code-not-in-value-set",
        node,
        at=at,
        code=repr(shortened(code)),
        value_set=binding.value_set if binding is not None else "",
        strength="required",
        hint=allowed(code, value_set.codes if value_set is not None else ()),
    )


def member_of(walk: Walk, node: Node, url: str) -> bool | None:
    """Return whether a coded node has a code of the value set; None where that is not known."""
    value_set = walk.value_set(url)
    codings = codings_of(node)
    if value_set is None or codings is None:
        return None
    return _any_in(value_set, codings)


def codings_of(node: Node) -> list[Coded] | None:
    """Return what a coded node says as codes; None for a value that is no coded one at all."""
    value = node.value
    if isinstance(value, str):
        return [(None, value)]
    if not isinstance(value, dict):
        return None
    read = _READERS.get(node.type, _coding)
    return [(system, code) for system, code in read(value) if isinstance(code, str)]


def is_in(value_set: ValueSetCodes, coded: Coded) -> bool | None:
    """Return whether a code is in a value set; None if its system's codes are not all known."""
    system, code = coded
    known = code in value_set.codes if system is None else (system, code) in value_set.codings
    if known:
        return True
    if value_set.complete or (system is not None and system not in value_set.open_systems):
        return False
    syntax = SYNTAXES.get(value_set.rule or "")
    if syntax is None or not syntax.accepts(code):
        return None if syntax is None else False
    example = _MEASURES.get(value_set.url)
    return example is None or _measure_the_same(code, example)


_MEASURES: Mapping[str, str] = {
    "http://hl7.org/fhir/ValueSet/all-distance-units": "cm",
    "http://hl7.org/fhir/ValueSet/all-time-units": "min",
}
"""Value sets of all units that measure the same, and one of these units."""


def _measure_the_same(code: str, other: str) -> bool:
    return convert(Decimal(1), code, other) is not None


def _coding(value: Json) -> Iterable[tuple[str | None, object]]:
    system = value.get("system")
    return [(system if isinstance(system, str) else "", value.get("code"))]


def _concept(value: Json) -> Iterable[tuple[str | None, object]]:
    codings = value.get("coding")
    if not isinstance(codings, list):
        return []
    return [pair for coding in codings if isinstance(coding, dict) for pair in _coding(coding)]


def _codeable_reference(value: Json) -> Iterable[tuple[str | None, object]]:
    concept = value.get("concept")
    return _concept(concept) if isinstance(concept, dict) else []


_READERS = {"CodeableConcept": _concept, "CodeableReference": _codeable_reference}


def _any_in(value_set: ValueSetCodes, codings: Iterable[Coded]) -> bool | None:
    verdicts = [is_in(value_set, coded) for coded in codings]
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _check(
    walk: Walk, node: Node, codings: list[Coded], url: str, strength: str, profile: str
) -> None:
    value_set = walk.value_set(url)
    if value_set is None:
        if walk.first_time("value-set", url):
            walk.report("binding-not-checked", node, value_set=url, strength=strength)
        return
    if not codings:
        if node.type == "CodeableReference" and "concept" not in node.value:
            return
        walk.report(
            "no-code",
            node,
            source=profile,
            severity=_NO_CODE[strength],
            value_set=url,
            strength=strength,
        )
        return
    if _any_in(value_set, codings) is False and not (
        _may_stand_beside(node) or all(_is_refused(walk, coded) for coded in codings)
    ):
        _refuse(walk, node, codings, value_set, strength, profile)


def _is_refused(walk: Walk, coded: Coded) -> bool:
    """Whether it was reported already that the system has no such code, or that it is no code."""
    return walk.has_met("refused code", f"{coded[0]}|{coded[1]}")


def _may_stand_beside(node: Node) -> bool:
    """Whether the specification itself lets this word stand where its value set lacks it."""
    allows = None if node.parent is None else _BESIDE.get((node.parent.type, node.name))
    return allows is not None and allows(node.value)


_BESIDE: Mapping[tuple[str, str | None], Callable[[object], bool]] = {
    # Short names of formats.
    ("CapabilityStatement", "format"): lambda value: value in ("json", "xml", "ttl"),
    # The values of primitives, in every StructureDefinition of the specification.
    ("ElementDefinition.type", "code"): lambda value: str(value).startswith(
        "http://hl7.org/fhirpath/System."
    ),
}


_NO_CODE: Mapping[str, Severity] = {"required": "error", "extensible": "information"}


def _refuse(
    walk: Walk,
    node: Node,
    codings: list[Coded],
    value_set: ValueSetCodes,
    strength: str,
    profile: str,
) -> None:
    severity: Severity = "error"
    if strength == "extensible":
        systems = {system for system, _ in value_set.codings} | value_set.open_systems
        is_own = any(system is None or system in systems for system, _ in codings)
        severity = "warning" if is_own else "information"
    walk.report(
        "code-not-in-value-set",
        node,
        source=profile,
        severity=severity,
        code=listed([_shown(coded) for coded in codings]),
        value_set=value_set.url,
        strength=strength,
        hint=_hint(value_set, codings[0], strength),
    )


def _hint(value_set: ValueSetCodes, coded: Coded, strength: str) -> str:
    """Return what would be right, as the end of a message."""
    system, code = coded
    syntax = SYNTAXES.get(value_set.rule or "")
    if syntax is not None:
        example = _MEASURES.get(value_set.url, syntax.example)
        return f"; a {syntax.word} is needed, such as {example}"
    if system is not None and code in value_set.codes:
        right = sorted(each for each, other in value_set.codings if other == code)
        return f"; it has this code from {listed(right)}"
    words = "allowed" if strength == "required" else "listed"
    return allowed(code, value_set.codes).replace("allowed", words, 1)


def _shown(coded: Coded) -> str:
    system, code = coded
    if system is None:
        return repr(shortened(code))
    return f"{shortened(system) or '(no system)'}#{shortened(code)}"
