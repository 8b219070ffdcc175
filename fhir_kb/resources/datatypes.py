"""FHIR data types from plain values.

https://hl7.org/fhir/R4/datatypes.html
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from fhir_kb.facts.fact import ConceptId
from fhir_kb.facts.values import Amount, Frequency, Range
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.settings import CANONICAL

UCUM = "http://unitsofmeasure.org"
CONCEPTS = f"{CANONICAL}/CodeSystem/concept"


def present(**elements: Any) -> Json:
    """Return a JSON object of the elements that have a value (a trailing _ is dropped)."""
    return {
        name.removesuffix("_"): value
        for name, value in elements.items()
        if value is not None and value != [] and value != {} and value != ""
    }


def coding(system: str, code: str, display: str | None = None) -> Json:
    """Return a Coding."""
    return present(system=system, code=code, display=display)


def coded(system: str, code: str, display: str) -> Json:
    """Return a CodeableConcept with one coding, its display as text."""
    return {"coding": [coding(system, code, display)], "text": display}


def codeable(context: Context, concept: ConceptId, text: str | None = None) -> Json:
    """Return the CodeableConcept of a concept: its public codes, then our own code."""
    entry = context.knowledge.concept(concept)
    codings = [
        coding(code.system, code.code, code.display)
        for code in entry.codings
        if code.system not in context.left_out and (not code.fhir or context.edition in code.fhir)
    ]
    codings.append(coding(CONCEPTS, entry.id, entry.text))
    return {"coding": codings, "text": text or entry.text}


def reference(type: str, id: str, display: str | None = None) -> Json:
    """Return a relative Reference."""
    return present(reference=f"{type}/{id}", display=display)


def identifier(kind: str, value: str) -> Json:
    """Return an Identifier in one of our own systems."""
    return {"system": f"{CANONICAL}/{kind}", "value": value}


def quantity(value: Decimal, unit: str, comparator: str | None = None) -> Json:
    """Return a Quantity in UCUM."""
    return present(value=value, comparator=comparator, unit=unit, system=UCUM, code=unit)


def amount_quantity(amount: Amount) -> Json:
    """Return the Quantity of an amount that is one value."""
    if amount.value is None:
        raise ValueError(f"{amount} is a range, not a quantity")
    return {**_approximate(amount), **quantity(amount.value, amount.unit, amount.comparator)}


def range_(bounds: Range, unit: str) -> Json:
    """Return a Range; its ends are simple quantities."""
    return present(
        low=None if bounds.low is None else quantity(bounds.low, unit),
        high=None if bounds.high is None else quantity(bounds.high, unit),
    )


def amount_choice(name: str, amount: Amount) -> Json:
    """Return ``{nameQuantity: …}`` or ``{nameRange: …}``, whichever the amount is.

    An amount that the source calls approximate says so by an extension.
    """
    if amount.range is None:
        return {f"{name}Quantity": amount_quantity(amount)}
    return {f"{name}Range": {**_approximate(amount), **range_(amount.range, amount.unit)}}


def _approximate(amount: Amount) -> Json:
    if not amount.approximate:
        return {}
    return {"extension": [own_extension("approximate", valueBoolean=True)]}


def timing(frequency: Frequency, bounds: Amount | None = None) -> Json:
    """Return a Timing that repeats, perhaps within a bounded time."""
    repeat = present(
        boundsDuration=amount_quantity(bounds) if bounds else None,
        frequency=frequency.count,
        period=frequency.period,
        periodMax=frequency.period_max,
        periodUnit=frequency.unit,
    )
    return {"repeat": repeat}


def extension(url: str, **value: Any) -> Json:
    """Return an Extension with its one value or its nested extensions."""
    return {"url": url, **value}


def own_extension(name: str, **value: Any) -> Json:
    """Return an Extension of ours with one value."""
    return extension(f"{CANONICAL}/StructureDefinition/{name}", **value)


def complex_extension(name: str, parts: Iterable[tuple[str, Json | None]]) -> Json:
    """Return an Extension of ours made of named parts; a part that is None is left out."""
    nested = [extension(part, **value) for part, value in parts if value is not None]
    return own_extension(name, extension=nested)
