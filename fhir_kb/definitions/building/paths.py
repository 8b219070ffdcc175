"""Where a plain path leads: the types of the element at its end.

https://hl7.org/fhir/R4/fhirpath.html#simple
"""

import re
from collections.abc import Iterable, Mapping

from fhir_kb.definitions.model import ElementType, TypeDefinition

_PLAIN_PATH = re.compile(r"\w+(\.\w+)+")


def targets_at(path: str, types: Mapping[str, TypeDefinition]) -> tuple[str, ...]:
    """Return what the references at the end of ``path`` may refer to, each name once.

    ``path`` starts at a type (``Observation.subject``). Nothing is returned for a path with a
    function in it, or one that leads nowhere.
    """
    if not _PLAIN_PATH.fullmatch(path):
        return ()
    start, *names = path.split(".")
    reached: list[ElementType] = [ElementType(start)]
    for name in names:
        reached = [each for type in reached for each in _step(type, name, types)]
    return tuple(dict.fromkeys(target for type in reached for target in type.targets))


def _step(
    type: ElementType, name: str, types: Mapping[str, TypeDefinition]
) -> Iterable[ElementType]:
    definition = types.get(type.code)
    if definition is None or name not in definition.elements:
        return
    for found in definition.elements[name].types:
        # The targets of a CodeableReference are stated on it, not on the Reference within it.
        is_inner = type.code == "CodeableReference" and found.code == "Reference"
        yield ElementType(found.code, type.targets if is_inner else found.targets)
