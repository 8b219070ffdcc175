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

    @property
    def verdict(self) -> str:
        """Whether the requirement is met; nothing where none is made."""
        if self.missing:
            return "not measured"
        if not self.required:
            return ""
        return "met" if self.is_met else "NOT MET"


def share(part: int, whole: int) -> float:
    """Return a percentage; 100 of nothing."""
    return 100 * part / whole if whole else 100.0
