"""Whether a code is right: in its system, or in a value set.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html
"""

from dataclasses import dataclass, replace
from typing import Literal

from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.terminology.code_system import CodeSystem
from fhir_kb.terminology.forms import FORMS
from fhir_kb.terminology.library import Terminology
from fhir_kb.terminology.lookup import nearest
from fhir_kb.terminology.members import Members


@dataclass(frozen=True, slots=True)
class Validation:
    """A verdict; ``unknown`` means that what is held here cannot tell.

    ``display`` is the right display where it is known; ``message`` says what is wrong or open.
    ``version`` is that of the system which the value set or the caller names.
    """

    verdict: Literal["valid", "invalid", "unknown"]
    code: str
    system: str | None = None
    display: str | None = None
    message: str | None = None
    version: str | None = None

    @property
    def result(self) -> bool:
        """Whether the code is known to be right."""
        return self.verdict == "valid"


def validate_code(
    terminology: Terminology,
    code: str,
    *,
    system: str | None = None,
    display: str | None = None,
    value_set: str | None = None,
    version: str | None = None,
) -> Validation:
    """Return whether a code is of its system, in the value set, and named by its display.

    Without a system the value set must tell it. Neither system nor value set is refused.
    ``version`` is that of the system; without one it is the value set's, or the latest held.
    """
    if value_set is not None:
        verdict = _in_value_set(terminology, code, system, value_set, version)
    elif system is not None:
        verdict = _in_system(terminology, code, system, version)
    else:
        raise InvalidParameter(f"{code!r} needs a system or a value set to be checked against")
    return _with_display(verdict, display)


def _in_system(terminology: Terminology, code: str, system: str, version: str | None) -> Validation:
    held = _held(terminology, system, version)
    concept = held.find(code) if held else None
    if concept is not None:
        return Validation("valid", concept.code, system, concept.display, version=version)
    if held is not None and held.complete:
        hint = nearest(code, held.concepts)
        return Validation("invalid", code, system, message=f"{system} has no code {code!r}{hint}")
    form = FORMS.get(system)
    if form is not None and not form.matches(code):
        return Validation("invalid", code, system, message=f"{code!r} is not a {form.wanted}")
    if form is not None and form.decides:
        return Validation("valid", code, system)
    message = f"Not checked: the codes of {system} are not all held here"
    return Validation("unknown", code, system, message=message)


def _held(terminology: Terminology, system: str, version: str | None) -> CodeSystem | None:
    return terminology.code_system(f"{system}|{version}" if version else system)


def _in_value_set(
    terminology: Terminology, code: str, system: str | None, value_set: str, version: str | None
) -> Validation:
    try:
        members = terminology.members(value_set)
    except UnknownCode as error:
        return Validation("unknown", code, system, message=f"Not checked: {error.message}")
    if system is None:
        systems = _systems(members, code)
        if len(systems) != 1:
            return _without_system(members, code, systems, value_set)
        (system,) = systems
    read = _version_read(terminology, members, system)
    if version and read and version != read:
        message = f"Not checked: {value_set} is read with version {read} of {system}"
        return Validation("unknown", code, system, message=message, version=version)
    spelt = _spelt(terminology, code, system, version)
    if (system, spelt) in members.displays:
        return _member(terminology, members, spelt, system, version)
    if system in members.unheld:
        wanted = members.unheld[system]
        message = (
            f"Not checked: {value_set} has codes of {system} in version {wanted}, "
            "which is not held here"
        )
        return Validation("unknown", code, system, message=message, version=wanted)
    if system not in members.open_systems:
        hint = nearest(code, [each for of, each in members.displays if of == system])
        message = f"{code!r} of {system} is not in {value_set}{hint}"
        return Validation("invalid", code, system, message=message)
    # The system alone can only say that a code is wrong; what else the value set asks is open.
    verdict = _in_system(terminology, code, system, version)
    if verdict.result and system not in members.whole_systems:
        message = f"Not checked: {value_set} has codes of {system} that are not listed here"
        return replace(verdict, verdict="unknown", message=message)
    return verdict


def _version_read(terminology: Terminology, members: Members, system: str) -> str | None:
    """Return the version of a system that a value set was read with, where it names none."""
    if system in members.unheld or any(of == system for of, _ in members.versions):
        return None
    held = terminology.code_system(system)
    return held.version if held else None


def _spelt(terminology: Terminology, code: str, system: str, version: str | None) -> str:
    """Return the code as its system writes it."""
    held = _held(terminology, system, version)
    concept = held.find(code) if held else None
    return concept.code if concept else code


def _member(
    terminology: Terminology, members: Members, code: str, system: str, version: str | None
) -> Validation:
    """Return the verdict on a code that is in; one given in another version is not the same."""
    own = members.versions.get((system, code))
    if own and version and own != version:
        message = f"{code!r} of {system} is in as one of version {own}, not of version {version}"
        return Validation("invalid", code, system, message=message, version=version)
    held = _held(terminology, system, own or version)
    concept = held.find(code) if held else None
    display = members.displays[system, code] or (concept.display if concept else None)
    return Validation("valid", code, system, display, version=own or version)


def _systems(members: Members, code: str) -> set[str]:
    """Return the systems that a code without system can be of."""
    listed = {system for system, each in members.displays if each == code}
    return listed or set(members.open_systems)


def _without_system(members: Members, code: str, systems: set[str], value_set: str) -> Validation:
    if systems:
        message = f"{code!r} may be of {' or '.join(sorted(systems))}; say which system is meant"
        return Validation("unknown", code, message=message)
    hint = nearest(code, [each for _, each in members.displays])
    return Validation("invalid", code, message=f"{code!r} is not in {value_set}{hint}")


def _with_display(verdict: Validation, display: str | None) -> Validation:
    """Return the verdict, which is invalid if a right code comes with another display."""
    if display is None or verdict.display is None or not verdict.result:
        return verdict
    if _plain(display) == _plain(verdict.display):
        return verdict
    message = f"{verdict.code!r} is {verdict.display!r}, not {display!r}"
    return replace(verdict, verdict="invalid", message=message)


def _plain(display: str) -> str:
    return " ".join(display.casefold().split())
