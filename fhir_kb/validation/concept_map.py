"""ConceptMaps: the codes that are mapped, as far as their systems and value sets are known.

https://hl7.org/fhir/R4/conceptmap.html
"""

from collections.abc import Mapping

from fhir_kb.definitions.codes import ValueSetCodes
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.validation.numbered import numbered_objects
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import allowed, shortened

_SCOPES: Mapping[str, tuple[str, ...]] = {
    "source": ("sourceUri", "sourceCanonical", "sourceScopeUri", "sourceScopeCanonical"),
    "target": ("targetUri", "targetCanonical", "targetScopeUri", "targetScopeCanonical"),
}
"""What names the value set of each side; later releases call it the scope."""


def check_concept_map(walk: Walk, node: Node) -> None:
    """Report codes that their code system does not have, or the value set of their side."""
    scopes = {side: _scope(walk, node.value, keys) for side, keys in _SCOPES.items()}
    for number, group in numbered_objects(node.value.get("group")):
        for index, element in numbered_objects(group.get("element")):
            at = f"group[{number}].element[{index}]"
            _check_code(walk, node, at, "source", group, element, scopes["source"])
            for place, target in numbered_objects(element.get("target")):
                here = f"{at}.target[{place}]"
                _check_code(walk, node, here, "target", group, target, scopes["target"])


def _scope(walk: Walk, concept_map: Json, keys: tuple[str, ...]) -> ValueSetCodes | None:
    named = (concept_map[key] for key in keys if key in concept_map)
    canonical = next((each for each in named if isinstance(each, str)), None)
    return None if canonical is None else walk.value_set(canonical)


def _check_code(
    walk: Walk,
    node: Node,
    at: str,
    side: str,
    group: Json,
    holder: Json,
    scope: ValueSetCodes | None,
) -> None:
    code, stated = holder.get("code"), group.get(side)
    if not isinstance(code, str) or not isinstance(stated, str):
        return
    system, bar, _ = stated.partition("|")
    codes = walk.code_system(system)
    # The codes at hand are those of one version.
    is_other_version = bool(bar) or f"{side}Version" in group
    if codes is not None and codes.complete and not is_other_version:
        spelling = codes.spelling(code)
        if spelling is None:
            walk.report(
                "mapped-code-unknown",
                node,
                at=f"{at}.code",
                code=shortened(code),
                system=system,
                hint=allowed(code, codes.displays),
            )
            return
        code = spelling
    if scope is not None and not _may_hold(scope, system, code):
        walk.report(
            "mapped-code-out-of-scope",
            node,
            at=f"{at}.code",
            code=shortened(code),
            side=side,
            value_set=scope.url,
        )


def _may_hold(value_set: ValueSetCodes, system: str, code: str) -> bool:
    return (system, code) in value_set or system in value_set.open_systems
