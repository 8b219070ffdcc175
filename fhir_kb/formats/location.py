"""Where in a text a value stands: paths, positions, and faults that carry both.

https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json

Path = tuple[str | int, ...]
"""Keys and indexes from the top of a resource: ``("name", 0, "given", 1)``."""


class Location(NamedTuple):
    """A line and a column, both from 1; a column counts characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a text that a strict reader refuses and a validator reports.

    ``kind`` is stable and made for programs: ``duplicate-key``, ``unknown-element``, ….
    """

    kind: str
    message: str
    path: Path
    location: Location

    def error(self) -> MalformedContent:
        """Return the fault as the error that a strict reader raises."""
        return MalformedContent(self.message, line=self.location.line, column=self.location.column)


class Place(Protocol):
    """Where one value starts, counted from the start of the text, and the places inside it."""

    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def inside(self) -> Mapping[str | int, "Place"]: ...  # noqa: D102


class Locator:
    """Answers where a value stands; nothing is done before the first question.

    ``find_root`` returns the place of the whole resource, ``locate`` turns an offset into lines.
    """

    def __init__(self, find_root: Callable[[], Place], locate: Callable[[int], Location]) -> None:
        self._find_root = find_root
        self._locate = locate
        self._root: Place | None = None

    def __call__(self, path: Path | str) -> Location:
        """Return where ``path`` starts, or the nearest value around it that the text has.

        ``path`` is a key path, or a FHIRPath of names and indexes that begins with the
        resource type: ``Patient.name[0].given[1]``, ``Observation.value.ofType(Quantity)``.
        """
        return self._locate(self._place(path).offset)

    def inside(self, path: Path) -> "Locator":
        """Return the locator of the value at ``path``, as if it stood alone."""
        return Locator(lambda: self._place(path), self._locate)

    def _place(self, path: Path | str) -> Place:
        if self._root is None:
            self._root = self._find_root()
        place = self._root
        for step in _steps(path) if isinstance(path, str) else path:
            found = _inside(place, step)
            if found is None:
                break
            place = found
        return place


class Located(NamedTuple):
    """What a collecting reader returns; ``locate`` costs nothing until it is asked."""

    value: Json
    faults: list[Fault]
    locate: Locator


def part_of(located: Located, path: Path) -> Located:
    """Return the object at ``path`` with the faults inside it, as if it had been read alone."""
    value: Any = located.value
    for step in path:
        value = value[step]
    faults = [
        replace(fault, path=fault.path[len(path) :])
        for fault in located.faults
        if fault.path[: len(path)] == path
    ]
    return Located(value, faults, located.locate.inside(path))


def location_after(text: str) -> Location:
    """Return the location of the character that follows ``text``."""
    return Location(text.count("\n") + 1, len(text) - text.rfind("\n"))


def expression(resource_type: str, path: Path) -> str:
    """Return ``path`` as FHIRPath: ``Patient.name[0].given[1]``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step.lstrip('_')}" for step in path)
    return resource_type + "".join(steps)


_STEP = re.compile(r"\.ofType\(`?(?P<type>\w+)`?\)|\.`?(?P<name>\w+)`?|\[(?P<index>\d+)\]")


def _steps(expression: str) -> Path:
    """Return the steps that are plain; what follows a function call is not looked for."""
    steps: list[str | int] = []
    position = expression.find(".") if "." in expression else len(expression)
    while step := _STEP.match(expression, position):
        position = step.end()
        if step["index"]:
            steps.append(int(step["index"]))
        elif step["name"]:
            steps.append(step["name"])
        elif steps:
            steps[-1] = f"{steps[-1]}{step['type'][0].upper()}{step['type'][1:]}"
    return tuple(steps)


def _inside(place: Place, step: str | int) -> Place | None:
    """Return the place that ``step`` leads to.

    A primitive with extensions may stand under ``_step`` alone, and ``value`` finds
    ``valueQuantity``: FHIRPath does not say the type of a choice.
    """
    if step in place.inside or isinstance(step, int):
        return place.inside.get(step)
    element = step.removeprefix("_")
    for key, inside in place.inside.items():
        name = str(key).removeprefix("_")
        if name == element or (name.startswith(element) and name[len(element)].isupper()):
            return inside
    return None
