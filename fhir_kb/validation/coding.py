"""Codings and quantities by themselves: the system's form, the code, its display, UCUM.

https://hl7.org/fhir/R4/datatypes.html#Coding
"""

import re

from fhir_kb.definitions import load
from fhir_kb.definitions.codes import CodeSystemCodes
from fhir_kb.definitions.releases import RELEASES
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.resolution import resource_around
from fhir_kb.validation.syntax import SYNTAXES, SYSTEMS
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import allowed, shortened

UCUM = "http://unitsofmeasure.org"


def check_coding(walk: Walk, node: Node) -> None:
    """Check the code and the display of a Coding, as far as its system is known offline."""
    value: Json = node.value
    system, code = value.get("system"), value.get("code")
    if not isinstance(system, str):
        if isinstance(code, str) and "_system" not in value:
            walk.report("code-without-system", node, code=shortened(code))
        return
    if not system or ":" not in system:
        walk.report("relative-system", node, at="system", type="Coding", system=shortened(system))
        return
    if not isinstance(code, str) or not code:
        return
    if system in SYSTEMS:
        _check_syntax(walk, node, system, code)
        return
    if system in _EXTERNAL:
        if walk.first_time("system", system):
            walk.report("system-not-known", node, system=system)
        return
    codes = walk.code_system(system)
    if codes is not None and codes.supplements:
        walk.report(
            "system-is-supplement", node, at="system", system=system, right=codes.supplements
        )
    elif codes is not None:
        _check_code(walk, node, codes, code)
    else:
        _check_unknown_system(walk, node, system)


_HL7 = re.compile(r"http://hl7\.org/fhir/(?!sid/|test)(?:CodeSystem/)?[A-Za-z0-9-]+")
_WITHOUT_DEFINITION = frozenset(
    {
        "http://hl7.org/fhir/CodeSystem/summary",
        "http://hl7.org/fhir/color-rgb",
        "http://hl7.org/fhir/message-events",
    }
)
"""Code systems that the specification names and does not list."""

_EXTERNAL = (
    "http://loinc.org",
    "http://snomed.info/sct",
    UCUM,
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)


def _check_unknown_system(walk: Walk, node: Node, system: str) -> None:
    """Say that a system's codes cannot be checked, or what is wrong with its name."""
    if "/ValueSet/" in system and walk.value_set(system) is not None:
        walk.report("system-is-value-set", node, at="system", system=system)
    elif _HL7.fullmatch(system) and not _is_published(system):
        walk.report("unknown-hl7-system", node, at="system", system=system)
    elif (right := _right_system(walk, system)) is not None:
        walk.report("wrong-system", node, at="system", system=system, right=right)
    elif walk.first_time("system", system):
        walk.report("system-not-known", node, system=system)


def _is_published(system: str) -> bool:
    """Return whether HL7 publishes a code system, in whatever release."""
    return system in _WITHOUT_DEFINITION or any(load(each).code_system(system) for each in RELEASES)


def _right_system(walk: Walk, system: str) -> str | None:
    """Return the system that is meant by one with https, or with something behind its name."""
    if system.startswith("https:"):
        plain = f"http:{system[6:]}"
        return plain if plain in _EXTERNAL or walk.code_system(plain) is not None else None
    return next((each for each in _EXTERNAL if system.startswith(each)), None)


def check_quantity(walk: Walk, node: Node) -> None:
    """Check the unit of a Quantity where it is a UCUM code, and the form of its system."""
    value: Json = node.value
    system, code = value.get("system"), value.get("code")
    if system == UCUM:
        if isinstance(code, str):
            _check_syntax(walk, node, UCUM, code)
    elif isinstance(system, str) and ":" not in system:
        walk.report("relative-system", node, at="system", type="Quantity", system=shortened(system))


def _check_syntax(walk: Walk, node: Node, system: str, code: str) -> None:
    syntax = SYNTAXES[SYSTEMS[system]]
    if not syntax.accepts(code):
        walk.first_time("refused code", f"{system}|{code}")
        walk.report(
            "invalid-syntax",
            node,
            at="code",
            code=shortened(code),
            word=syntax.word,
            system=system,
            example=syntax.example,
        )


def _check_code(walk: Walk, node: Node, codes: CodeSystemCodes, code: str) -> None:
    found = code if code in codes.displays else _in_any_case(codes, code)
    if found is not None:
        known = codes.displays[found]
        if known != node.value.get("display"):
            _check_display(walk, node, codes, found)
    elif not codes.complete:
        if walk.first_time("code", f"{codes.url}|{code}"):
            walk.report("code-not-known", node, at="code", code=shortened(code), system=codes.url)
    else:
        # Another version of the system than the one known here may well have the code.
        if "version" not in node.value:
            walk.first_time("refused code", f"{codes.url}|{code}")
        walk.report(
            "unknown-code",
            node,
            at="code",
            severity="warning" if "version" in node.value else None,
            code=shortened(code),
            system=codes.url,
            hint=allowed(code, codes.displays),
        )


def _in_any_case(codes: CodeSystemCodes, code: str) -> str | None:
    if codes.case_sensitive:
        return None
    folded = code.casefold()
    return next((each for each in codes.displays if each.casefold() == folded), None)


def _check_display(walk: Walk, node: Node, codes: CodeSystemCodes, code: str) -> None:
    shown, known = node.value.get("display"), codes.displays[code]
    if not isinstance(shown, str) or known is None or _plain(shown) == _plain(known):
        return
    language = resource_around(node).get("language")
    if isinstance(language, str) and not language.lower().startswith("en"):
        return
    walk.report(
        "other-display",
        node,
        at="display",
        display=shortened(shown),
        known=known,
        code=code,
        system=codes.url,
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
