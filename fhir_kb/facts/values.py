"""Figures as authors print them, read from short text into exact values.

Every number is a ``Decimal`` with its digits as written, so ``27.00`` stays ``27.00``.
Units are UCUM (https://ucum.org/ucum).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal, Self, cast

Comparator = Literal["<", "<=", ">", ">="]

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = rf"{_NUMBER}\.\.{_NUMBER}"
_UNIT = r"[^\s<>=~]+"


class Written:
    """A value with a one-line written form; ``form`` is its pattern, ``examples`` teach it."""

    form: ClassVar[str]
    examples: ClassVar[tuple[str, ...]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the value; raise ValueError naming the form when the text is not of it."""
        match = re.fullmatch(cls.form, text)
        if match is None:
            wanted = " or ".join(repr(example) for example in cls.examples)
            raise ValueError(f"{text!r} is not of the form {wanted}")
        return cls._from(match)

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Range:
    """Two ends, both included; an end that is not known is None."""

    low: Decimal | None
    high: Decimal | None

    def __post_init__(self) -> None:
        _in_order(self.low, self.high)


def _in_order(low: Decimal | None, high: Decimal | None) -> None:
    if low is not None and high is not None and low > high:
        raise ValueError(f"{low}..{high} runs backwards; write {high}..{low}")


def _range(text: str | None) -> Range | None:
    if text is None:
        return None
    low, high = text.split("..")
    return Range(Decimal(low), Decimal(high))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True, slots=True)
class Amount(Written):
    """A quantity: one value or a range, perhaps approximate or bounded, with its UCUM unit."""

    unit: str
    value: Decimal | None = None
    range: Range | None = None
    comparator: Comparator | None = None
    approximate: bool = False

    form: ClassVar[str] = rf"(~ ?)?([<>]=? ?)?({_RANGE}|{_NUMBER}) ({_UNIT})"
    examples: ClassVar[tuple[str, ...]] = ("50 mg/d", "20..40 mg", ">= 4 wk", "~55 g")

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        about, comparator, number, unit = match.groups()
        bounds = _range(number) if ".." in number else None
        return cls(
            unit=unit,
            value=None if bounds else Decimal(number),
            range=bounds,
            comparator=cast("Comparator", comparator.strip()) if comparator else None,
            approximate=bool(about),
        )


@dataclass(frozen=True, slots=True)
class Frequency(Written):
    """How often: ``count`` times in each ``period`` (up to ``period_max``) of ``unit``."""

    count: int
    period: Decimal
    unit: str
    period_max: Decimal | None = None

    form: ClassVar[str] = rf"(\d+) per (?:({_RANGE}|{_NUMBER}) )?(s|min|h|d|wk|mo|a)"
    examples: ClassVar[tuple[str, ...]] = ("1 per d", "1 per 2 wk", "1 per 2..3 mo")

    def __post_init__(self) -> None:
        _in_order(self.period, self.period_max)

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        count, period, unit = match.groups()
        if period and ".." in period:
            low, high = period.split("..")
            return cls(int(count), Decimal(low), unit, Decimal(high))
        return cls(int(count), Decimal(period or "1"), unit)


@dataclass(frozen=True, slots=True)
class Summary(Written):
    """A distribution in figures: mean and SD, or median, with range or quartiles."""

    mean: Decimal | None = None
    sd: Decimal | None = None
    median: Decimal | None = None
    range: Range | None = None
    quartiles: Range | None = None

    form: ClassVar[str] = (
        rf"(?:({_NUMBER})(?: ± ({_NUMBER}))?|median ({_NUMBER}))"
        rf"(?: \[({_RANGE})\])?(?: \(({_RANGE})\))?"
    )
    examples: ClassVar[tuple[str, ...]] = (
        "6.8 ± 1.1",
        "27.2 ± 7.9 [15..45]",
        "median 50 [12.5..150]",
        "median 50 (50..50)",
    )

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        mean, sd, median, range_, quartiles = match.groups()
        return cls(
            mean=_decimal(mean),
            sd=_decimal(sd),
            median=_decimal(median),
            range=_range(range_),
            quartiles=_range(quartiles),
        )


@dataclass(frozen=True, slots=True)
class PValue(Written):
    """A P value with its comparator as printed."""

    comparator: Literal["<", ">", "="]
    value: Decimal

    form: ClassVar[str] = r"([<>=]) ?(\d*\.\d+)"
    examples: ClassVar[tuple[str, ...]] = ("< 0.001", "= 0.038")

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        comparator, number = match.groups()
        return cls(cast(Literal["<", ">", "="], comparator), Decimal(number))


@dataclass(frozen=True, slots=True)
class Interval(Written):
    """A confidence interval."""

    low: Decimal
    high: Decimal

    form: ClassVar[str] = _RANGE
    examples: ClassVar[tuple[str, ...]] = ("0.57..0.67",)

    def __post_init__(self) -> None:
        _in_order(self.low, self.high)

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        low, high = match.group().split("..")
        return cls(Decimal(low), Decimal(high))


@dataclass(frozen=True, slots=True)
class Figure(Written):
    """A plain number as printed: a percentage without its sign, a ratio, an F."""

    value: Decimal

    form: ClassVar[str] = _NUMBER
    examples: ClassVar[tuple[str, ...]] = ("62.9",)

    @classmethod
    def _from(cls, match: re.Match[str]) -> Self:
        return cls(Decimal(match.group()))
