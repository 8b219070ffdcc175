"""Value sets and code systems as far as they are known offline, and their rows.

https://hl7.org/fhir/R4/terminologies.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fhir_kb.definitions.model import Coding

Row = list[Any]


@dataclass(frozen=True, slots=True)
class CodeSystemCodes:
    """The codes of one code system.

    ``displays`` holds each code's display, None where the system gives none. ``parents`` holds
    the codes directly above a code that has any. When ``complete`` is false there are codes that
    are not listed, and an unlisted code is not wrong. ``supplements`` is the url of the code
    system that this one only adds to, empty for a code system of its own.
    """

    url: str
    displays: Mapping[str, str | None]
    parents: Mapping[str, tuple[str, ...]]
    case_sensitive: bool
    complete: bool
    supplements: str = ""

    def __contains__(self, code: object) -> bool:
        return code in self.displays

    def spelling(self, code: str) -> str | None:
        """Return ``code`` as the system spells it, or None when it is not listed."""
        if code in self.displays or self.case_sensitive:
            return code if code in self.displays else None
        folded = code.casefold()
        return next((each for each in self.displays if each.casefold() == folded), None)

    def is_a(self, code: str, ancestor: str) -> bool:
        """Return whether ``code`` is ``ancestor`` or below it; false for an unlisted code."""
        if code == ancestor:
            return code in self.displays
        return any(self.is_a(parent, ancestor) for parent in self.parents.get(code, ()))


@dataclass(frozen=True, slots=True)
class ValueSetCodes:
    """The codings of one value set.

    When ``complete`` is false, codes that are not listed may come from ``open_systems``, and from
    no other system. ``rule`` names the syntax those codes have, when it is known: mime-type,
    language, currency, country, country-subdivision, time-zone, color or ucum.
    """

    url: str
    codings: frozenset[Coding]
    codes: frozenset[str]
    complete: bool
    open_systems: frozenset[str] = frozenset()
    rule: str | None = None

    def __contains__(self, coding: object) -> bool:
        return coding in self.codings


def encode_code_system(system: CodeSystemCodes) -> Row:
    """Return the row of ``system``."""
    parents = {code: list(parents) for code, parents in system.parents.items()}
    return [int(system.complete), int(system.case_sensitive), dict(system.displays), parents]


def decode_code_system(url: str, row: Row, maintained: Row | None = None) -> CodeSystemCodes:
    """Return the code system ``url``.

    ``maintained`` is the row of the system as it is maintained apart from the specification;
    ``row`` then holds what the specification's own copy adds.
    """
    complete, case_sensitive, displays, parents = row
    if maintained is not None:
        complete, case_sensitive = maintained[0], maintained[1]
        displays = {**displays, **maintained[2]}
        parents = {**parents, **maintained[3]}
    return CodeSystemCodes(
        url=url,
        displays=displays,
        parents={code: tuple(above) for code, above in parents.items()},
        case_sensitive=bool(case_sensitive),
        complete=bool(complete),
    )


def encode_value_set(value_set: ValueSetCodes) -> Row:
    """Return the row of ``value_set``, its codes grouped by system."""
    by_system: dict[str, list[str]] = {}
    for system, code in sorted(value_set.codings):
        by_system.setdefault(system, []).append(code)
    return [by_system, sorted(value_set.open_systems), value_set.rule]


def decode_value_set(url: str, row: Row) -> ValueSetCodes:
    """Return the value set ``url`` from its ``row``."""
    by_system, open_systems, rule = row
    codings = frozenset((system, code) for system, codes in by_system.items() for code in codes)
    return ValueSetCodes(
        url=url,
        codings=codings,
        codes=frozenset(code for _, code in codings),
        complete=not open_systems,
        open_systems=frozenset(open_systems),
        rule=rule,
    )
