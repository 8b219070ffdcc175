"""Condition, AllergyIntolerance and Procedure: what the patient has, and what was done.

https://hl7.org/fhir/R4/condition.html, https://hl7.org/fhir/R4/allergyintolerance.html,
https://hl7.org/fhir/R4/procedure.html. R5 writes ``occurrence[x]`` of a Procedure for R4's
``performed[x]``, and adds nothing that is read here.
"""

from typing import Literal

from fhir_kb.chart.chart import Allergy, Condition, Origin, Procedure
from fhir_kb.chart.elements import codes, objects, terms, text
from fhir_kb.chart.reader import Reader
from fhir_kb.chart.when import When
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json

Known = Literal["yes", "no", "unknown"]
Verification = Literal["confirmed", "unconfirmed", "refuted", "unknown"]

_PROBLEMS: tuple[CategoryName, ...] = ("conditions", "procedures", "pregnancyTests")
_ALLERGENS: tuple[CategoryName, ...] = ("allergies", "medications")
_CLINICAL: dict[str, Known] = {
    "active": "yes",
    "recurrence": "yes",
    "relapse": "yes",
    "inactive": "no",
    "remission": "no",
    "resolved": "no",
}
_VERIFIED: dict[str, Verification] = {
    "confirmed": "confirmed",
    "presumed": "unconfirmed",
    "unconfirmed": "unconfirmed",
    "provisional": "unconfirmed",
    "differential": "unconfirmed",
    "refuted": "refuted",
}
_DONE: dict[str, Known] = {
    "completed": "yes",
    "in-progress": "yes",
    "stopped": "unknown",
    "on-hold": "unknown",
    "not-done": "no",
    "preparation": "no",
}


def read_condition(reader: Reader, resource: Json, origin: Origin) -> Condition:
    """Return a Condition; an abatement makes it past whatever its clinical status."""
    what = reader.recognise(terms(resource.get("code")), *_PROBLEMS)
    if what.is_nothing_known:
        return Condition(origin=origin)
    abated = any(name.startswith("abatement") and value for name, value in resource.items())
    return Condition(
        origin=origin,
        what=what,
        fault=reader.fault(resource),
        active="no" if abated else _clinical(resource),
        verification=_verification(resource),
        onset=reader.when(resource.get("onsetDateTime"))
        or reader.period(resource.get("onsetPeriod")),
        recorded=reader.when(resource.get("recordedDate")),
    )


def read_allergy(reader: Reader, resource: Json, origin: Origin) -> Allergy:
    """Return an AllergyIntolerance, recognised by its code or a reaction's substance."""
    named = terms(resource.get("code"))
    for reaction in objects(resource.get("reaction")):
        named += terms(reaction.get("substance"))
    what = reader.recognise(named, *_ALLERGENS)
    if what.is_nothing_known:
        return Allergy(origin=origin)
    return Allergy(
        origin=origin,
        what=what,
        fault=reader.fault(resource),
        active=_clinical(resource),
        verification=_verification(resource),
    )


def read_procedure(reader: Reader, resource: Json, origin: Origin) -> Procedure:
    """Return a Procedure."""
    what = reader.recognise(terms(resource.get("code")), *_PROBLEMS)
    if what.is_nothing_known:
        return Procedure(origin=origin)
    return Procedure(
        origin=origin,
        what=what,
        fault=reader.fault(resource),
        done=_DONE.get(text(resource.get("status")), "unknown"),
        when=_performed(reader, resource),
    )


def _performed(reader: Reader, resource: Json) -> When | None:
    """Return when: ``performed[x]`` in R4, ``occurrence[x]`` in R5."""
    for name in ("performed", "occurrence"):
        period = resource.get(f"{name}Period")
        found = reader.when(resource.get(f"{name}DateTime")) or reader.period(period)
        if found:
            return found
    return None


def _clinical(resource: Json) -> Known:
    said = codes(resource.get("clinicalStatus"))
    return next((_CLINICAL[code] for code in sorted(said) if code in _CLINICAL), "unknown")


def _verification(resource: Json) -> Verification:
    said = codes(resource.get("verificationStatus"))
    return next((_VERIFIED[code] for code in sorted(said) if code in _VERIFIED), "unknown")
