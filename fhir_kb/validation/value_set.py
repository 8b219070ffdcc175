"""ValueSets: what they include, as far as the code systems are known offline.

https://hl7.org/fhir/R4/valueset.html#compositions
"""

from collections.abc import Iterator

from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.numbered import numbered_objects
from fhir_kb.validation.value_set_parameters import check_filter_expression
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import allowed, shortened

_HIERARCHICAL = frozenset({"is-a", "descendent-of", "is-not-a", "generalizes", "child-of"})


def check_value_set(walk: Walk, node: Node) -> None:
    """Check the systems, the codes and the filters that a ValueSet includes or excludes."""
    compose = node.value.get("compose")
    if not isinstance(compose, dict):
        return
    for name in ("include", "exclude"):
        for index, part in numbered_objects(compose.get(name)):
            _check_part(walk, node, f"compose.{name}[{index}]", part)


def _check_part(walk: Walk, node: Node, at: str, part: Json) -> None:
    for number, each in numbered_objects(part.get("filter")):
        check_filter_expression(walk, node, f"{at}.filter[{number}]", each)
    system = part.get("system")
    if not isinstance(system, str) or not system:
        return
    if system.startswith("#") or ":" not in system:
        walk.report("included-system-relative", node, at=f"{at}.system", system=shortened(system))
        return
    plain, bar, version = system.partition("|")
    if bar:
        walk.report("included-system-version", node, at=f"{at}.system", version=version)
        return
    codes = walk.code_system(plain)
    if codes is None:
        if "/ValueSet/" in system and walk.value_set(system) is not None:
            walk.report("system-is-value-set", node, at=f"{at}.system", system=system)
        return
    if not codes.complete or "version" in part:
        return
    named = [
        *((f"{at}.concept[{number}].code", each.get("code")) for number, each in _concepts(part)),
        *((f"{at}.filter[{number}].value", code) for number, code in _filter_codes(part)),
    ]
    for place, code in named:
        if isinstance(code, str) and code not in codes:
            hint = allowed(code, codes.displays)
            walk.report(
                "included-code-unknown",
                node,
                at=place,
                code=shortened(code),
                system=system,
                hint=hint,
            )


def _concepts(part: Json) -> Iterator[tuple[int, Json]]:
    return numbered_objects(part.get("concept"))


def _filter_codes(part: Json) -> Iterator[tuple[int, object]]:
    for number, each in numbered_objects(part.get("filter")):
        if each.get("property") == "concept" and each.get("op") in _HIERARCHICAL:
            yield number, each.get("value")
