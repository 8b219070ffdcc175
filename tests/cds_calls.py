"""Bodies of CDS Hooks calls, small and complete, for the tests of decision support.

``body()`` is a call at order-sign for a man with myeloma of whom everything is known and normal.
"""

import json
from copy import deepcopy
from typing import Any

MOMENT = "2026-11-20T09:00:00+00:00"
PATIENT = "pat-1"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}

Json = dict[str, Any]
NAMES = {
    "109989006": "Multiple myeloma",
    "77386006": "Pregnancy",
    "1191": "aspirin",
    "3264": "dexamethasone",
    "643722": "lenalidomide 25 MG Oral Capsule [Revlimid]",
}


def concept(system: str, code: str) -> Json:
    named = {"display": NAMES[code]} if code in NAMES else {}
    return {"coding": [{"system": system, "code": code, **named}]}


def quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def subject() -> Json:
    return {"reference": f"Patient/{PATIENT}"}


def order(id: str = "order-1", code: str = "643722", mg: float = 25, **changed: Any) -> Json:
    """Return a draft of Revlimid 25 mg once a day for 21 of 28 days, without refills."""
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": concept(RXNORM, code),
        "subject": subject(),
        "authoredOn": "2026-11-20",
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": quantity(mg, "mg")}],
            }
        ],
        "dispenseRequest": {
            "numberOfRepeatsAllowed": 0,
            "quantity": {"value": 21, "unit": "capsule"},
            "expectedSupplyDuration": quantity(28, "d"),
        },
        **changed,
    }


def condition(code: str, id: str = "condition-1", system: str = SNOMED, **changed: Any) -> Json:
    status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return {
        "resourceType": "Condition",
        "id": id,
        "subject": subject(),
        "clinicalStatus": concept(status, "active"),
        "code": concept(system, code),
        **changed,
    }


def observation(code: str, id: str, date: str = "2026-11-19", **value: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": concept(LOINC, code),
        "subject": subject(),
        "effectiveDateTime": date,
        **value,
    }


def measured(code: str, id: str, value: float, unit: str, date: str = "2026-11-19") -> Json:
    return observation(code, id, date, valueQuantity=quantity(value, unit))


def bundle(*resources: Json) -> Json:
    entries = [{"resource": resource} for resource in resources]
    return {**EMPTY, "total": len(entries), **({"entry": entries} if entries else {})}


def patient(gender: str = "male", birth: str = "1960-02-03") -> Json:
    return {"resourceType": "Patient", "id": PATIENT, "gender": gender, "birthDate": birth}


def prefetch(**changed: Any) -> Json:
    """Return complete prefetch: myeloma, normal counts and kidneys, aspirin, nothing else."""
    return {
        "patient": patient(),
        "medications": bundle(aspirin()),
        "conditions": bundle(condition("109989006")),
        "allergies": EMPTY,
        "procedures": EMPTY,
        "pregnancyTests": EMPTY,
        "labs": bundle(
            measured("751-8", "neutrophils", 3.5, "10*3/uL"),
            measured("777-3", "platelets", 210, "10*3/uL"),
            measured("2160-0", "creatinine", 0.9, "mg/dL"),
        ),
        "measurements": bundle(measured("29463-7", "weight", 80, "kg")),
        **changed,
    }


def aspirin() -> Json:
    taken = order("aspirin", code="1191", mg=100, status="active", authoredOn="2026-01-05")
    return {key: value for key, value in taken.items() if key != "dispenseRequest"}


def body(
    *orders: Json,
    hook: str = "order-sign",
    instance: str = "0b2ffa5e-4f0c-4a7c-9d39-8d1c3f0ee210",
    context: Json | None = None,
    prefetch: Json | None = None,
    **members: Any,
) -> Json:
    """Return a call; ``prefetch`` is complete by default, {} sends none."""
    drafts = bundle(*(orders or (order(),)))
    fields: Json = {"userId": "Practitioner/p-1", "patientId": PATIENT}
    if hook in ("order-select", "order-sign"):
        fields["draftOrders"] = {**drafts, "type": "collection"}
    if hook == "order-select":
        fields["selections"] = [
            f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in drafts["entry"]
        ]
    known = globals()["prefetch"]() if prefetch is None else prefetch
    return {
        "hook": hook,
        "hookInstance": instance,
        "context": {**fields, **(context or {})},
        **({"prefetch": known} if known else {}),
        **members,
    }


def written(content: Json) -> bytes:
    return json.dumps(content).encode()


def without(content: Json, *path: str) -> Json:
    """Return a copy of a body without one member."""
    copy = deepcopy(content)
    place: Any = copy
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return copy
