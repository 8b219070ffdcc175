"""A value set written out, in pages if asked for.

https://hl7.org/fhir/R4/valueset-operation-expand.html
"""

from dataclasses import dataclass, replace

from fhir_kb.errors import InvalidParameter, TooCostly, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology.library import Terminology


@dataclass(frozen=True, slots=True)
class Contained:
    """One code of an expansion; ``version`` is that of its system, where the value set names it."""

    system: str
    code: str
    display: str | None
    inactive: bool
    abstract: bool
    designations: tuple[Json, ...]
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """A page of the codes that match; ``total`` counts all pages."""

    url: str
    total: int
    offset: int
    contains: tuple[Contained, ...]


def expand(
    terminology: Terminology,
    url: str,
    *,
    text: str = "",
    offset: int = 0,
    count: int | None = None,
    active_only: bool = False,
    selectable_only: bool = False,
) -> Expansion:
    """Return the codes of a value set, those whose display or code has every word of ``text``.

    A value set that is not held is refused, and so is one with codes of systems that are not
    held as a whole: half an expansion would look like all of it.
    """
    if offset < 0 or (count is not None and count < 0):
        raise InvalidParameter(f"offset {offset} and count {count} must not be below 0")
    members = terminology.members(url)
    if members.unheld:
        told = (f"{system} in version {version}" for system, version in members.unheld.items())
        raise UnknownCode(
            f"The value set {url} cannot be written out: it has codes of {', '.join(told)}, "
            "and that version is not held here"
        )
    if members.open_systems:
        raise TooCostly(
            f"The value set {url} cannot be written out: it has codes of "
            f"{', '.join(sorted(members.open_systems))}, of which not all are held here; "
            "validate-code can still tell of single codes"
        )
    words = text.casefold().split()
    named = [
        _contained(terminology, system, code, display, members.versions.get((system, code)))
        for (system, code), display in members.displays.items()
        if all(word in f"{code} {display or ''}".casefold() for word in words)
    ]
    found = [
        each
        for each in named
        if not (active_only and each.inactive or selectable_only and each.abstract)
    ]
    end = len(found) if count is None else offset + count
    return Expansion(url, len(found), offset, tuple(found[offset:end]))


def _contained(
    terminology: Terminology, system: str, code: str, display: str | None, version: str | None
) -> Contained:
    held = terminology.code_system(f"{system}|{version}" if version else system)
    concept = held.find(code) if held else None
    if concept is None:
        unknown = Contained(system, code, display, inactive=False, abstract=False, designations=())
        return replace(unknown, version=version)
    return Contained(
        system,
        code,
        display or concept.display,
        concept.is_inactive,
        concept.is_abstract,
        concept.designations,
        version,
    )
