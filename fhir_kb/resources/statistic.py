"""Figures of a group of patients as FHIR data types: summaries, counts, P values.

https://hl7.org/fhir/R4/datatypes.html#Quantity, http://terminology.hl7.org/CodeSystem/statistic-type
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from fhir_kb.facts.study_facts import BeforeAfter, GroupComparison, GroupMeasure
from fhir_kb.facts.values import PValue, Range, Summary
from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import (
    UCUM,
    coded,
    extension,
    own_extension,
    present,
    quantity,
)

STATISTIC_TYPE = "http://terminology.hl7.org/CodeSystem/statistic-type"
_UNCERTAINTY = "http://hl7.org/fhir/StructureDefinition/iso21090-uncertainty"


class Unit(NamedTuple):
    """A UCUM unit, the document's own unit where it differs, and whether that is an error."""

    ucum: str
    printed: str | None = None
    misprinted: bool = False


def unit_of(fact: BeforeAfter | GroupComparison | GroupMeasure) -> Unit:
    """Return the unit of a fact's figures; a fact without a unit counts in ones."""
    printed = None if isinstance(fact, GroupMeasure) else fact.printed_unit
    return Unit(fact.unit or "1", printed, "unit-error" in fact.flags)


def summary_quantity(summary: Summary, unit: Unit) -> Json:
    """Return the mean or median of a group as a Quantity, its spread as extensions.

    A figure whose printed unit is an error keeps that unit as text, without a UCUM code, and
    carries the unit it was read in as ``quantity-reading``: nothing is corrected in silence.
    """
    middle = _middle(summary)
    return {"extension": list(_spread(summary, unit)), **_in_unit(middle, unit)}


def _middle(summary: Summary) -> Decimal:
    middle = summary.mean if summary.median is None else summary.median
    if middle is None:
        raise ValueError(f"{summary} has neither a mean nor a median")
    return middle


def _in_unit(value: Decimal, unit: Unit) -> Json:
    if unit.misprinted:
        return present(value=value, unit=unit.printed)
    return quantity(value, unit.ucum)


def _spread(summary: Summary, unit: Unit) -> Iterator[Json]:
    yield own_extension("summary-statistic", valueCodeableConcept=summary_statistic(summary))
    if summary.sd is not None:
        yield extension(_UNCERTAINTY, valueDecimal=summary.sd)
    if summary.range:
        yield own_extension("observed-range", valueRange=_range(summary.range, unit))
    if summary.quartiles:
        yield own_extension("quartiles", valueRange=_range(summary.quartiles, unit))
    if unit.misprinted:
        reading = quantity(_middle(summary), unit.ucum)
        yield own_extension("quantity-reading", valueQuantity=reading)
    elif unit.printed:
        yield own_extension("printed-unit", valueString=unit.printed)


def _range(bounds: Range, unit: Unit) -> Json:
    return present(
        low=None if bounds.low is None else _in_unit(bounds.low, unit),
        high=None if bounds.high is None else _in_unit(bounds.high, unit),
    )


def summary_statistic(summary: Summary) -> Json:
    """Return which figure a summary gives: the mean or the median."""
    if summary.median is None:
        return coded(STATISTIC_TYPE, "C53319", "Mean")
    return coded(STATISTIC_TYPE, "C28007", "Median")


def p_quantity(p: PValue) -> Json:
    """Return a P value as a Quantity without dimension, its comparator as printed."""
    return plain_number(p.value, None if p.comparator == "=" else p.comparator)


def plain_number(value: Decimal, comparator: str | None = None) -> Json:
    """Return a number without dimension; UCUM writes its unit as 1, a reader as nothing."""
    return present(value=value, comparator=comparator, system=UCUM, code="1")


def patients(n: int) -> Json:
    """Return a number of patients as a Quantity."""
    return {"value": n, "unit": "patients", "system": UCUM, "code": "{patients}"}


def count_choice(name: str, n: int, total: int | None) -> Json:
    """Return n of N as ``{nameRatio: …}``, or ``{nameQuantity: …}`` when N is not known."""
    if total is None:
        return {f"{name}Quantity": patients(n)}
    return {f"{name}Ratio": {"numerator": patients(n), "denominator": patients(total)}}


def computed_percent(n: int, total: int | None) -> Decimal | None:
    """Return n of N in percent, rounded half up to one decimal; None without a denominator."""
    if not total:
        return None
    return (Decimal(100 * n) / Decimal(total)).quantize(Decimal("0.1"), ROUND_HALF_UP)
