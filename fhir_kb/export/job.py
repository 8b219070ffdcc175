"""An export as it was asked for, and how far it has come.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
"""

from dataclasses import dataclass
from typing import Literal

OutputKind = Literal["output", "error", "deleted"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported.

    ``request`` is the URL of the kick-off; ``types`` are the resource types; ``since`` is an
    instant in microseconds since 1970 UTC, from which on a resource must have changed.
    """

    request: str
    types: tuple[str, ...]
    since: int | None = None


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file of an export: what it holds, of which type, and how many lines it has."""

    kind: OutputKind
    type: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Working:
    """Not done yet; ``progress`` says how far, in a few words."""

    progress: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Done; ``transaction_time`` is the instant whose state was exported.

    ``expires`` is when the files are removed, in microseconds since 1970 UTC.
    """

    asked: Asked
    transaction_time: str
    files: tuple[OutputFile, ...]
    expires: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Given up; ``reason`` is for the client."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such job: it was never asked for, was cancelled, or its time is over."""


State = Working | Finished | Failed | Gone
