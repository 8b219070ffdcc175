"""One row of the report: what was measured, what is required, and what stands behind it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """A figure and its requirement; ``missing`` says how to get what was not there to measure."""

    name: str
    figure: str = ""
    required: str = ""
    is_met: bool = True
    details: list[str] = field(default_factory=list)
    missing: str = ""


def share(part: int, whole: int) -> float:
    """Return a percentage; 100 of nothing."""
    return 100 * part / whole if whole else 100.0
