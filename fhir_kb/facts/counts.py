"""The arithmetic a file can be held to: counts, percentages, parts of a whole, intervals.

A document may print what does not add up. A fact that is flagged so is published as printed and
not checked here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fhir_kb.facts.fact import Fact, Flag
from fhir_kb.facts.study_facts import (
    BeforeAfter,
    CountedEvent,
    DoseChange,
    EffectEstimate,
    GroupComparison,
    GroupMeasure,
    GroupSplit,
    OutcomeCount,
    StudyGroup,
)
from fhir_kb.facts.values import Figure
from fhir_kb.facts.yaml_text import Path_

Sizes = Mapping[str | None, int | None]
"""The number of patients of each group of a file, where it is stated."""

PRINTED_SO: frozenset[Flag] = frozenset({"internal-inconsistency", "statistic-not-reproducible"})


@dataclass(frozen=True, slots=True)
class _Count:
    """Patients of a larger number, and the percentage printed beside them."""

    n: int | None
    of: int | None
    percent: Figure | None = None
    where: Path_ = ()


def miscounted(fact: Fact, sizes: Sizes) -> Iterator[tuple[Path_, str]]:
    """Yield every place of a fact whose figures contradict each other, and why."""
    if PRINTED_SO.isdisjoint(fact.flags):
        for where, mistake in _contradictions(fact, sizes):
            yield where, f"{mistake}; if it is printed so, flag the fact internal-inconsistency"


def _contradictions(fact: Fact, sizes: Sizes) -> Iterator[tuple[Path_, str]]:
    for count in _counts(fact, sizes):
        yield from _miscount(count)
    if isinstance(fact, GroupSplit):
        yield from _uneven(fact, sizes)
    if isinstance(fact, EffectEstimate):
        low, high = fact.interval.low, fact.interval.high
        if not low <= fact.value.value <= high:
            yield ("value",), f"{fact.value.value} lies outside its interval {low}..{high}"


def _counts(fact: Fact, sizes: Sizes) -> Iterator[_Count]:
    match fact:
        case OutcomeCount():
            yield _Count(fact.n, fact.of or sizes.get(fact.group), fact.percent)
        case CountedEvent():
            yield _Count(fact.n, sizes.get(fact.group), fact.percent)
            yield _Count(fact.n, sizes.get(fact.at_risk))
        case GroupMeasure() | BeforeAfter():
            yield _Count(fact.n, sizes.get(fact.group))
        case DoseChange():
            yield _Count(fact.n, fact.of or sizes.get(fact.group))
        case StudyGroup():
            yield _Count(fact.n, sizes.get(fact.of))
        case GroupComparison():
            for i, side in enumerate(fact.values):
                yield _Count(side.n, sizes.get(side.group), side.percent, ("values", i))


def _miscount(count: _Count) -> Iterator[tuple[Path_, str]]:
    if count.n is None or count.of is None:
        return
    if count.n > count.of:
        yield (*count.where, "n"), f"{count.n} is more than the group's {count.of}"
    elif count.percent is not None:
        printed = count.percent.value
        share = Decimal(100 * count.n) / count.of
        if abs(share - printed) > _half_of_the_last_digit(printed):
            yield (
                (*count.where, "percent"),
                f"{count.n} of {count.of} is {share:.2f} %, not {printed} %",
            )


def _half_of_the_last_digit(printed: Decimal) -> Decimal:
    """A little more than half, for a half may be rounded either way."""
    return Decimal(1).scaleb(int(printed.as_tuple().exponent)) * Decimal("0.51")


def _uneven(split: GroupSplit, sizes: Sizes) -> Iterator[tuple[Path_, str]]:
    total, size = sum(part.n for part in split.parts), sizes.get(split.group)
    if size is not None and total > size:
        yield ("parts",), f"the parts add up to {total}, more than the group's {size}"
    for i, part in enumerate(split.parts):
        own = sizes.get(part.group)
        if own is not None and own != part.n:
            yield ("parts", i, "n"), f"{part.n} here, {own} where the group {part.group!r} is"
