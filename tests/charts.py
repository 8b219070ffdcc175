"""Charts for tests: FHIR JSON as an EHR sends it, complete unless a test takes something away."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from fhir_kb.chart import CATEGORIES, Chart, Request, Vocabulary, read_chart
from fhir_kb.checks import CheckResult, rules_for, run_checks
from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json

MOMENT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PATIENT = "Patient/p1"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

LENALIDOMIDE_25, LENALIDOMIDE_10, LENALIDOMIDE_5 = "643720", "602910", "602912"
THALIDOMIDE_50, THALIDOMIDE_100 = "200390", "360176"
POMALIDOMIDE_4 = "1369734"
DEXAMETHASONE, ASPIRIN, WARFARIN, LORAZEPAM = "3264", "1191", "11289", "6470"
MYELOMA, MDS, THALASSEMIA, PREGNANT = "109989006", "109995007", "65959000", "77386006"


@cache
def vocabulary() -> Vocabulary:
    return Vocabulary(load_knowledge())


def bundle(*resources: Json) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": resource} for resource in resources],
    }


def coded(system: str, code: str, **more: Any) -> Json:
    return {"coding": [{"system": system, "code": code, **more}]}


def quantity(value: object, unit: str) -> Json:
    return {"value": Decimal(str(value)), "unit": unit, "system": UCUM, "code": unit}


def ago(**span: float) -> str:
    return (MOMENT - timedelta(**span)).isoformat()


def days_ago(days: int) -> str:
    return (MOMENT - timedelta(days=days)).date().isoformat()


def patient(**more: Any) -> Json:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "gender": "female",
        "birthDate": "1986-05-04",
        **more,
    }


def medication(code: str = LENALIDOMIDE_25, id: str = "m1", **more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "active",
        "intent": "order",
        "subject": {"reference": PATIENT},
        "medicationCodeableConcept": coded(RXNORM, code),
        "authoredOn": days_ago(40),
        **more,
    }


def order(code: str = LENALIDOMIDE_25, id: str = "order", **more: Any) -> Json:
    return medication(code, id) | {"status": "draft", "authoredOn": days_ago(0), **more}


def daily(value: object, unit: str = "mg", **repeat: Any) -> list[Json]:
    timing = {"frequency": 1, "period": 1, "periodUnit": "d", **repeat}
    return [
        {"timing": {"repeat": timing}, "doseAndRate": [{"doseQuantity": quantity(value, unit)}]}
    ]


def dosed(code: str, value: object, unit: str = "mg", **repeat: Any) -> Json:
    return order(code, dosageInstruction=daily(value, unit, **repeat))


def condition(code: str, system: str = SNOMED, id: str = "", **more: Any) -> Json:
    return {
        "resourceType": "Condition",
        "id": id or f"c-{code.replace('.', '-')}",
        "subject": {"reference": PATIENT},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": coded(system, code),
        **more,
    }


def procedure(code: str, **more: Any) -> Json:
    return {
        "resourceType": "Procedure",
        "id": f"pr-{code}",
        "status": "completed",
        "subject": {"reference": PATIENT},
        "code": coded(SNOMED, code),
        **more,
    }


def allergy(code: str, system: str = RXNORM, **more: Any) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"a-{code}",
        "patient": {"reference": PATIENT},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": coded(system, code),
        **more,
    }


def observation(code: str, when: str, id: str = "", **more: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": id or f"o-{code}",
        "status": "final",
        "subject": {"reference": PATIENT},
        "code": coded(LOINC, code),
        "effectiveDateTime": when,
        **more,
    }


def measured(code: str, value: object, unit: str, when: str = "", **more: Any) -> Json:
    when = when or days_ago(1)
    return observation(code, when, valueQuantity=quantity(value, unit), **more)


def pregnancy_test(when: str, negative: bool = True, id: str = "", **more: Any) -> Json:
    answer = coded(SNOMED, "260385009" if negative else "10828004")
    return observation("2106-3", when, id, **{"valueCodeableConcept": answer, **more})


def supplied(**categories: Any) -> dict[str, Any]:
    """Return every category, empty where the test says nothing, with a patient."""
    empty = {name: bundle() for name in CATEGORIES} | {"patient": patient()}
    named = {
        name: bundle(*value) if isinstance(value, (list, tuple)) else value
        for name, value in categories.items()
    }
    return {**empty, **named}


def chart_of(
    orders: Iterable[Json] = (), hook: str = "order-sign", *, without: str = "", **given: Any
) -> Chart:
    """Return the chart of a request; ``without`` names a category that was not supplied."""
    data: Mapping[Any, Any] = {
        name: value for name, value in supplied(**given).items() if name != without
    }
    return read_chart(
        Request(
            hook=hook,
            patient_id="p1",
            moment=MOMENT,
            orders=bundle(*orders),
            supplied=data,
        ),
        vocabulary(),
    )


def results(chart: Chart, *jurisdictions: str) -> dict[str, CheckResult]:
    """Return how each rule ended, by its id; one order or medicine is asked about."""
    rules = rules_for(load_knowledge(), chart.hook, jurisdictions or ("US",))
    return {result.rule.id: result for result in run_checks(rules, chart, MOMENT)}


def ask(
    rule: str,
    orders: Iterable[Json] | None = None,
    hook: str = "order-sign",
    jurisdiction: str = "US",
    *,
    without: str = "",
    **given: Any,
) -> CheckResult:
    """Return how one rule ended."""
    asked = [order()] if orders is None else list(orders)
    return results(chart_of(asked, hook, without=without, **given), jurisdiction)[rule]


def found(result: CheckResult) -> list[str]:
    """Return the ids of the criteria that found something."""
    return [finding.criterion.id for finding in result.findings]
