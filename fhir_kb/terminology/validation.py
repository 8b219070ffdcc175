"""Whether a code is right: in its system, or in a value set.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html
"""

from dataclasses import dataclass, replace
from typing import Literal

from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.terminology.forms import FORMS
from fhir_kb.terminology.library import Terminology
from fhir_kb.terminology.lookup import nearest
from fhir_kb.terminology.members import Members


@dataclass(frozen=True, slots=True)
class Validation:
    """A verdict; ``unknown`` means that what is held here cannot tell.

    ``display`` is the right display where it is known; ``message`` says what is wrong or open.
    """

    verdict: Literal["valid", "invalid", "unknown"]
    code: str
    system: str | None = None
    display: str | None = None
    message: str | None = None

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
) -> Validation:
    """Return whether a code is of its system, in the value set, and named by its display.

    Without a system the value set must tell it. Neither system nor value set is refused.
    """
    if value_set is not None:
        verdict = _in_value_set(terminology, code, system, value_set)
    elif system is not None:
        verdict = _in_system(terminology, code, system)
    else:
        raise InvalidParameter(f"{code!r} needs a system or a value set to be checked against")
    return _with_display(verdict, display)


def _in_system(terminology: Terminology, code: str, system: str) -> Validation:
    held = terminology.code_system(system)
    concept = held.find(code) if held else None
    if concept is not None:
        return Validation("valid", concept.code, system, concept.display)
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


def _in_value_set(
    terminology: Terminology, code: str, system: str | None, value_set: str
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
    held = terminology.code_system(system)
    concept = held.find(code) if held else None
    spelt = concept.code if concept else code
    if (system, spelt) in members.displays:
        display = members.displays[system, spelt] or (concept.display if concept else None)
        return Validation("valid", spelt, system, display)
    if system not in members.open_systems:
        hint = nearest(code, [each for of, each in members.displays if of == system])
        message = f"{code!r} of {system} is not in {value_set}{hint}"
        return Validation("invalid", code, system, message=message)
    # The system alone can only say that a code is wrong; what else the value set asks is open.
    verdict = _in_system(terminology, code, system)
    if verdict.result and system not in members.whole_systems:
        message = f"Not checked: {value_set} has codes of {system} that are not listed here"
        return replace(verdict, verdict="unknown", message=message)
    return verdict


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
