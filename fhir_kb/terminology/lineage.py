"""The codes above and below one code in its system.

https://hl7.org/fhir/R4/codesystem.html#hierarchy
"""

from collections.abc import Callable, Iterable

from fhir_kb.terminology.code_system import CodeSystem


def codes_below(system: CodeSystem, code: str) -> frozenset[str]:
    """Return the code with everything that is a kind of it; nothing for one that is not held."""
    return _reached(system, code, lambda current: system.children.get(current, ()))


def codes_above(system: CodeSystem, code: str) -> frozenset[str]:
    """Return the code with everything that it is a kind of; nothing for one that is not held."""
    return _reached(system, code, lambda current: system.concepts[current].parents)


def _reached(
    system: CodeSystem, code: str, following: Callable[[str], Iterable[str]]
) -> frozenset[str]:
    concept = system.find(code)
    waiting = [] if concept is None else [concept.code]
    seen: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current not in seen and current in system.concepts:
            seen.add(current)
            waiting.extend(following(current))
    return frozenset(seen)
