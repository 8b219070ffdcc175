"""MedicationRequest, MedicationStatement, MedicationAdministration, MedicationDispense.

https://hl7.org/fhir/R4/medicationrequest.html, https://hl7.org/fhir/R5/medicationrequest.html.
R4 writes ``medicationCodeableConcept`` or ``medicationReference``, R5 ``medication`` with a
``concept`` or a ``reference``; R4 ``reasonCode``, R5 ``reason.concept``; R4's statement says in
its status whether the medicine is taken, R5's in ``adherence``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fhir_kb.chart.chart import Medication, Origin, Supply
from fhir_kb.chart.elements import Terms, codes, number, objects, one, terms, text
from fhir_kb.chart.read_attestation import attests_childbearing_potential
from fhir_kb.chart.read_dosage import in_milligrams, read_dose
from fhir_kb.chart.reader import Reader, tail
from fhir_kb.chart.recognition import Recognition
from fhir_kb.chart.vocabulary import strength_in
from fhir_kb.chart.when import When
from fhir_kb.formats import Json
from fhir_kb.units import convert

Known = Literal["yes", "no", "unknown"]
_GREATEST_INTEGER = 2**31 - 1
"""https://hl7.org/fhir/R4/datatypes.html#unsignedInt"""
_NO_LONGER = frozenset(
    {"completed", "cancelled", "stopped", "ended", "not-done", "not-taken", "declined"}
)
_NOW = frozenset({"active", "on-hold", "draft", "intended", "in-progress", "recorded"})


@dataclass(frozen=True)
class _Form:
    """What one resource type calls what is read here."""

    kind: Literal["order", "statement", "administration", "dispense"]
    dosage: str
    written: tuple[str, ...]
    started: tuple[str, ...]
    is_current: Callable[[Json], Known]


def _by_status(resource: Json) -> Known:
    if resource.get("doNotPerform") is True:
        return "no"
    status = text(resource.get("status"))
    return "no" if status in _NO_LONGER else "yes" if status in _NOW else "unknown"


def _by_adherence(resource: Json) -> Known:
    """Return whether a statement says that the medicine is taken: R5 says so in ``adherence``."""
    said = codes(one(resource.get("adherence")).get("code"))
    if any(code.startswith("not-taking") or code == "stopped" for code in said):
        return "no"
    return "yes" if "taking" in said else _by_status(resource)


def _not_told(resource: Json) -> Known:
    """Return that it is not known: what was given once may or may not go on."""
    return "yes" if text(resource.get("status")) == "in-progress" else "unknown"


FORMS: Mapping[str, _Form] = {
    "MedicationRequest": _Form(
        "order", "dosageInstruction", ("authoredOn",), ("authoredOn",), _by_status
    ),
    "MedicationStatement": _Form(
        "statement",
        "dosage",
        ("dateAsserted",),
        ("effectiveDateTime", "effectivePeriod", "dateAsserted"),
        _by_adherence,
    ),
    "MedicationAdministration": _Form(
        "administration",
        "dosage",
        ("effectiveDateTime", "effectivePeriod", "occurenceDateTime", "occurencePeriod"),
        ("effectiveDateTime", "effectivePeriod", "occurenceDateTime", "occurencePeriod"),
        _not_told,
    ),
    "MedicationDispense": _Form(
        "dispense",
        "dosageInstruction",
        ("whenHandedOver", "whenPrepared"),
        ("whenHandedOver", "whenPrepared"),
        _not_told,
    ),
}
"""By resource type. R5 spells ``occurence`` of an administration so."""


def read_medication(reader: Reader, resource: Json, origin: Origin) -> Medication:
    """Return what an order, statement, administration or dispense says."""
    form = FORMS[text(resource.get("resourceType"))]
    named, details = _named(reader, resource)
    what = reader.recognise(named, "medications")
    if what.is_nothing_known:
        return Medication(origin=origin, kind=form.kind)
    strength = _strength(what, named, details)

    def milligrams(quantity: Json) -> Decimal | None:
        measure = reader.measure(quantity)
        if measure is None:
            return None
        return in_milligrams(measure.high or measure.low, measure.unit, strength)

    dose = read_dose(resource.get(form.dosage), milligrams)
    begins, ends = _bounds(reader, objects(resource.get(form.dosage)))
    reasons = reader.recognise(_reason_terms(reader, resource), "conditions")
    return Medication(
        origin=origin,
        what=what,
        fault=reader.fault(resource) or (reader.fault(details) if details else ""),
        kind=form.kind,
        current=form.is_current(resource),
        strength=strength,
        brand=(what.member.brand if what.member else None) or reader.vocabulary.brand(named.words),
        reasons=reasons.sets,
        written=_first_time(reader, resource, form.written),
        started=_first_time(reader, resource, form.started),
        dose=dose,
        attested=attests_childbearing_potential(resource),
        replaces=frozenset(_replaced(reader, resource)),
        begins=begins,
        ends=ends,
        supply=_supply(reader, resource, strength, dose.per_day),
    )


def _named(reader: Reader, resource: Json) -> tuple[Terms, Json]:
    """Return what a resource says its medicine is, and the Medication it refers to, or {}."""
    r5 = one(resource.get("medication"))
    reference = resource.get("medicationReference") or r5.get("reference")
    said = terms(resource.get("medicationCodeableConcept")) + terms(r5.get("concept"))
    medication = reader.resolve(reference, resource)
    for part in (medication, *objects(medication.get("ingredient"))):
        said += terms(part.get("code"))
        said += terms(part.get("itemCodeableConcept"))
        said += terms(one(part.get("item")).get("concept"))
    display = text(one(reference).get("display"))
    return said + Terms(words=(display,) if display else ()), medication


def _strength(what: Recognition, named: Terms, medication: Json) -> Decimal | None:
    if what.member is not None and what.member.strength is not None:
        return what.member.strength.value
    for ingredient in objects(medication.get("ingredient")):
        ratio = one(ingredient.get("strength") or ingredient.get("strengthRatio"))
        ratio = one(ratio.get("numerator")) or one(ingredient.get("strengthQuantity"))
        value = number(ratio.get("value"))
        found = in_milligrams(value, text(ratio.get("code")) or text(ratio.get("unit")), None)
        if found is not None:
            return found
    return strength_in(named.words)


def _first_time(reader: Reader, resource: Json, names: tuple[str, ...]) -> When | None:
    for name in names:
        value = resource.get(name)
        found = reader.period(value) if name.endswith("Period") else reader.when(value)
        if found is not None:
            return found
    return None


def _reason_terms(reader: Reader, resource: Json) -> Terms:
    """Return what it was given for: R4's ``reasonCode``, ``reasonReference``, R5's ``reason``."""
    found = terms(resource.get("reasonCode"))
    references = objects(resource.get("reasonReference"))
    for reason in objects(resource.get("reason")):
        found += terms(reason.get("concept"))
        references += objects(reason.get("reference"))
    for reference in references:
        found += terms(reader.resolve(reference, resource).get("code"))
    return found


def _bounds(reader: Reader, dosages: list[Json]) -> tuple[When | None, When | None]:
    """Return the first begin and the last end of ``boundsPeriod``; None where one is open."""
    periods = [
        one(one(one(dosage.get("timing")).get("repeat")).get("boundsPeriod")) for dosage in dosages
    ]
    begins = [reader.period(period) for period in periods]
    ends = [reader.period(period, "end") for period in periods]
    known = [begin for begin in begins if begin], [end for end in ends if end]
    return (
        min(known[0], key=lambda when: when.earliest) if all((*begins, periods)) else None,
        max(known[1], key=lambda when: when.latest) if all((*ends, periods)) else None,
    )


def _replaced(reader: Reader, resource: Json) -> Iterator[str]:
    """Yield the orders whose place an order takes, or that it only carries out.

    https://hl7.org/fhir/R4/request.html: ``replaces``, which MedicationRequest calls
    ``priorPrescription``, and ``basedOn``.
    """
    for name in ("priorPrescription", "replaces", "basedOn"):
        for reference in objects(resource.get(name)):
            target = reader.resolve(reference, resource)
            known = f"{text(target.get('resourceType'))}/{text(target.get('id'))}"
            yield known if target else tail(text(reference.get("reference")))


def _supply(
    reader: Reader, resource: Json, strength: Decimal | None, per_day: Decimal | None
) -> Supply:
    """Return what may be dispensed; days that are not stated follow from quantity and dose."""
    request = one(resource.get("dispenseRequest")) or resource
    repeats = number(request.get("numberOfRepeatsAllowed"))
    if repeats is not None and not 0 <= repeats <= _GREATEST_INTEGER:
        repeats = None
    days = _days(reader, one(request.get("expectedSupplyDuration") or request.get("daysSupply")))
    days = days if days is None or days > 0 else None
    quantity = reader.measure(one(request.get("quantity")))
    if days is None and quantity is not None and per_day:
        amount = in_milligrams(quantity.high, quantity.unit, strength)
        days = None if amount is None or amount <= 0 else amount / per_day
    return Supply(repeats=int(repeats) if repeats is not None else None, days=days)


def _days(reader: Reader, duration: Json) -> Decimal | None:
    measure = reader.measure(duration)
    if measure is None or measure.high is None or measure.unit is None:
        return None
    return convert(measure.high, measure.unit, "d")
