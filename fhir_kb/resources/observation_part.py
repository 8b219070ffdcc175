"""Components of an Observation that holds a published result.

https://hl7.org/fhir/R4/observation.html

The component of a result has a code of ours (``before-treatment``), so it can be searched
beside the measure's own code: ``code=718-7&component-code=before-treatment``.
"""

from collections.abc import Iterable, Iterator

from fhir_kb.facts.fact import ConceptId
from fhir_kb.facts.values import Amount, Figure, PValue, Summary
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import amount_choice, codeable, quantity
from fhir_kb.resources.local_code import RESULT_PART
from fhir_kb.resources.statistic import Unit, computed_percent, p_quantity, summary_quantity


def part(code: str, **value: object) -> Json:
    """Return a component with one of our codes and its value."""
    return {"code": RESULT_PART.concept(code), **value}


def number_of_patients(n: int | None) -> Iterator[Json]:
    """Yield the number of patients behind a figure, where it is stated."""
    if n is not None:
        yield part("number-of-patients", valueInteger=n)


def time_points(amounts: Iterable[Amount | None]) -> Iterator[Json]:
    """Yield when a result was assessed, counted from the start of treatment: never a date."""
    for amount in amounts:
        if amount:
            yield part("time-point", **amount_choice("value", amount))


def summary_part(code: str, summary: Summary | None, unit: Unit) -> Iterator[Json]:
    """Yield a group's figure: before treatment, or the change."""
    if summary:
        yield part(code, valueQuantity=summary_quantity(summary, unit))


def p_value(p: PValue | None) -> Iterator[Json]:
    """Yield a P value with its comparator."""
    if p:
        yield part("p-value", valueQuantity=p_quantity(p))


def share(
    n: int | None, total: int | None, percent: Figure | None, derived: bool = False
) -> Iterator[Json]:
    """Yield the percentage; one that is not printed but computed from the counts says so."""
    computed = None if n is None else computed_percent(n, total)
    if percent:
        code = "percent-computed" if derived else "percent"
        yield part(code, valueQuantity=quantity(percent.value, "%"))
    elif computed is not None:
        yield part("percent-computed", valueQuantity=quantity(computed, "%"))


def concepts(context: Context, code: str, ids: Iterable[ConceptId]) -> Iterator[Json]:
    """Yield one component for each concept."""
    for id in ids:
        yield part(code, valueCodeableConcept=codeable(context, id))
