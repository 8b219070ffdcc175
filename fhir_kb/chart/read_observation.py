"""Observation: what was measured or found, when, and with which result.

https://hl7.org/fhir/R4/observation.html, https://hl7.org/fhir/R5/observation.html; both write
what is read here alike. A component is an observation of its own.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from fhir_kb.chart.chart import Measure, Observation, Origin
from fhir_kb.chart.elements import Terms, objects, one, terms, text
from fhir_kb.chart.reader import Reader
from fhir_kb.chart.when import When
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json
from fhir_kb.units import convert

_USABLE = ("final", "amended", "corrected", "preliminary")
_MEASURED: tuple[CategoryName, ...] = ("pregnancyTests", "labs", "measurements")
_FOUND: tuple[CategoryName, ...] = ("conditions", "procedures")


def read_observations(reader: Reader, resource: Json, origin: Origin) -> Iterator[Observation]:
    """Yield the observation itself and each of its components."""
    status = text(resource.get("status"))
    fault = reader.fault(resource)
    if not fault and status not in _USABLE:
        fault = f"its status is {status if status.isalpha() else 'not known'}"
    when = _effective(reader, resource)
    for part in (resource, *objects(resource.get("component"))):
        yield _observation(reader, part, origin, fault, when)


def _observation(
    reader: Reader, part: Json, origin: Origin, fault: str, when: When | None
) -> Observation:
    what = reader.recognise(terms(part.get("code")), *_MEASURED, *_FOUND)
    result = _result_terms(part)
    answer = reader.recognise(result, "pregnancyTests", *_FOUND)
    if what.is_nothing_known and not answer.sets:
        return Observation(origin=origin)
    return Observation(
        origin=origin,
        what=what,
        fault=fault,
        when=when,
        measure=_measure(reader, part, what.sets),
        answered=answer,
    )


def _result_terms(part: Json) -> Terms:
    """Return the coded or worded result; without one, the interpretation of a figure."""
    value = terms(part.get("valueCodeableConcept")) + terms(part.get("valueString"))
    if any(value.words) or value.codings:
        return value
    return terms(part.get("interpretation"))


def _measure(reader: Reader, part: Json, sets: Mapping[str, object]) -> Measure | None:
    """Return the measured value; an amount of substance as a mass, where its set says how."""
    if part.get("dataAbsentReason"):
        return None
    measure = reader.measure(one(part.get("valueQuantity")))
    mass = reader.vocabulary.molar_mass(sets)
    if measure is None or measure.unit is None or mass is None:
        return measure
    moles = convert(Decimal(1), measure.unit, "mol/L")
    if moles is None:
        return measure
    low, high = (end if end is None else end * moles * mass for end in (measure.low, measure.high))
    return Measure(low, high, "g/L", measure.text)


def _effective(reader: Reader, resource: Json) -> When | None:
    period = resource.get("effectivePeriod")
    return (
        reader.when(resource.get("effectiveDateTime"))
        or reader.when(resource.get("effectiveInstant"))
        or reader.period(period, "end")
        or reader.period(period)
    )
