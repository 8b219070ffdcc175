"""Dosage: the steps of a dosing fact, in their order.

https://hl7.org/fhir/R4/dosage.html

A daily dose as printed (mg/d) is a rate: no number of intakes a day is made up.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from fhir_kb.facts.drug_facts import DoseStep, Dosing
from fhir_kb.facts.values import Amount
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    amount_quantity,
    codeable,
    complex_extension,
    present,
    quantity,
    timing,
)
from fhir_kb.resources.sourcing import sourced
from fhir_kb.resources.wording import amount_words, frequency_words

Dosages = Callable[[Context, Dosing], list[Json]]


def dosages_r4(context: Context, dosing: Dosing) -> list[Json]:
    """Return one Dosage per step, as R4 and R4B write it."""
    return list(_dosages(context, dosing))


def dosages_r5(context: Context, dosing: Dosing) -> list[Json]:
    """Return one Dosage per step, as R5 writes it: ``maxDosePerPeriod`` is a list."""
    dosages = dosages_r4(context, dosing)
    for dosage in dosages:
        if "maxDosePerPeriod" in dosage:
            dosage["maxDosePerPeriod"] = [dosage["maxDosePerPeriod"]]
    return dosages


def _dosages(context: Context, dosing: Dosing) -> Iterator[Json]:
    numbered = len(dosing.steps) > 1
    for sequence, step in enumerate(dosing.steps, start=1):
        dosage = present(
            extension=[_step(context, step)],
            sequence=sequence if numbered else None,
            text=step_words(context, step),
            timing=timing(step.frequency) if step.frequency else None,
            doseAndRate=[_dose(step.dose)] if step.dose and step.role != "maximum" else None,
            maxDosePerPeriod=_maximum(step.dose) if step.dose and step.role == "maximum" else None,
        )
        yield sourced(context, dosage, dosing)


def step_words(context: Context, step: DoseStep) -> str:
    """Return a step as a reader says it: ``after 4 weeks 100 mg/day, if tolerated``."""
    words = []
    if step.after:
        words.append(f"after {amount_words(step.after)}")
    if step.role == "maximum":
        words.append("maximum")
    if step.dose:
        words.append(amount_words(step.dose))
    if step.increment:
        words.append(f"raised by {amount_words(step.increment)}")
    if step.frequency:
        words.append(frequency_words(step.frequency))
    if step.every:
        words.append(frequency_words(step.every))
    text = " ".join(words)
    return f"{text}, {context.text(step.if_)}" if step.if_ else text


def _step(context: Context, step: DoseStep) -> Json:
    after = {"valueDuration": amount_quantity(step.after)} if step.after else None
    increment = {"valueQuantity": amount_quantity(step.increment)} if step.increment else None
    return complex_extension(
        "dose-step",
        [
            ("role", {"valueCode": step.role}),
            ("after", after),
            ("increment", increment),
            ("every", {"valueTiming": timing(step.every)} if step.every else None),
            (
                "condition",
                {"valueCodeableConcept": codeable(context, step.if_)} if step.if_ else None,
            ),
        ],
    )


def _dose(dose: Amount) -> Json:
    return amount_choice("rate" if "/" in dose.unit else "dose", dose)


def _maximum(dose: Amount) -> Json:
    if dose.value is None:
        raise ValueError(f"a maximum dose is one value, not {dose}")
    unit, _, period = dose.unit.partition("/")
    return {
        "numerator": quantity(dose.value, unit),
        "denominator": quantity(Decimal(1), period or "d"),
    }
