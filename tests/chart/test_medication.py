"""Which medicine it is: any coding, R4 or R5, contained, referred to, or only named."""

from decimal import Decimal
from typing import Any

import pytest
from charts import (
    ATC,
    LENALIDOMIDE_25,
    RXNORM,
    SNOMED,
    bundle,
    chart_of,
    coded,
    daily,
    medication,
    order,
    quantity,
)

from fhir_kb.chart import Medication

NAMED = "medicationCodeableConcept"


def read(**named: Any) -> Medication:
    """Return the order as read; ``other`` resources come in the same Bundle."""
    others = named.pop("other", [])
    given = {**order(), NAMED: None, **named}
    [found] = chart_of([given, *others]).orders
    return found


MEDICATION = {"resourceType": "Medication", "id": "med", "code": coded(RXNORM, LENALIDOMIDE_25)}


@pytest.mark.parametrize(
    ("given", "drug", "strength", "brand", "confidence"),
    [
        pytest.param(
            {NAMED: coded(RXNORM, "342369")}, "lenalidomide", None, None, "code", id="ingredient"
        ),
        pytest.param(
            {NAMED: coded(RXNORM, "337535")}, "lenalidomide", None, "Revlimid", "code", id="brand"
        ),
        pytest.param(
            {NAMED: coded(RXNORM, LENALIDOMIDE_25)},
            "lenalidomide",
            25,
            None,
            "code",
            id="clinical drug",
        ),
        pytest.param(
            {NAMED: coded(RXNORM, "643722")},
            "lenalidomide",
            25,
            "Revlimid",
            "code",
            id="branded drug",
        ),
        pytest.param(
            {NAMED: coded(RXNORM, "1242231")},
            "lenalidomide",
            Decimal("2.5"),
            None,
            "code",
            id="2.5 mg",
        ),
        pytest.param(
            {NAMED: coded(RXNORM, "1162570")},
            "lenalidomide",
            None,
            None,
            "code",
            id="dose form group",
        ),
        pytest.param(
            {NAMED: coded("urn:oid:2.16.840.1.113883.6.88", "342369")},
            "lenalidomide",
            None,
            None,
            "code",
            id="RxNorm by its oid",
        ),
        pytest.param({NAMED: coded(ATC, "L04AX02")}, "thalidomide", None, None, "code", id="ATC"),
        pytest.param(
            {
                NAMED: {
                    "coding": [
                        {"system": "http://local", "code": "1"},
                        {"system": ATC, "code": "L04AX06"},
                    ]
                }
            },
            "pomalidomide",
            None,
            None,
            "code",
            id="the second coding",
        ),
        pytest.param(
            {NAMED: coded("http://hl7.org/fhir/sid/ndc", "1", display="Revlimid 10 mg Kapseln")},
            "lenalidomide",
            10,
            "Revlimid",
            "words",
            id="NDC, told by its words",
        ),
        pytest.param(
            {NAMED: coded(SNOMED, "1", display="Thalidomide 50 mg oral capsule")},
            "thalidomide",
            50,
            None,
            "words",
            id="SNOMED, told by its words",
        ),
        pytest.param(
            {NAMED: {"text": "Lenalidomid 25mg Hartkapseln"}},
            "lenalidomide",
            25,
            None,
            "words",
            id="text",
        ),
        pytest.param(
            {"medication": {"concept": coded(RXNORM, LENALIDOMIDE_25)}},
            "lenalidomide",
            25,
            None,
            "code",
            id="R5 concept",
        ),
        pytest.param(
            {"medication": {"reference": {"reference": "Medication/med"}}, "other": [MEDICATION]},
            "lenalidomide",
            25,
            None,
            "code",
            id="R5 reference",
        ),
        pytest.param(
            {"medicationReference": {"reference": "Medication/med"}, "other": [MEDICATION]},
            "lenalidomide",
            25,
            None,
            "code",
            id="reference",
        ),
        pytest.param(
            {
                "medicationReference": {"reference": "http://ehr/fhir/Medication/med/_history/2"},
                "other": [MEDICATION],
            },
            "lenalidomide",
            25,
            None,
            "code",
            id="absolute reference",
        ),
        pytest.param(
            {"medicationReference": {"reference": "#med"}, "contained": [MEDICATION]},
            "lenalidomide",
            25,
            None,
            "code",
            id="contained",
        ),
        pytest.param(
            {"medicationReference": {"reference": "Medication/gone", "display": "Thalomid 100 mg"}},
            "thalidomide",
            100,
            "Thalomid",
            "words",
            id="display of a reference that leads nowhere",
        ),
        pytest.param(
            {
                "medicationReference": {"reference": "#med"},
                "contained": [
                    {
                        "resourceType": "Medication",
                        "id": "med",
                        "ingredient": [
                            {
                                "itemCodeableConcept": coded(ATC, "L04AX04"),
                                "strength": {
                                    "numerator": quantity(15, "mg"),
                                    "denominator": quantity(1, "{capsule}"),
                                },
                            }
                        ],
                    }
                ],
            },
            "lenalidomide",
            15,
            None,
            "code",
            id="ingredient with its strength",
        ),
        pytest.param(
            {
                "medication": {"reference": {"reference": "#med"}},
                "contained": [
                    {
                        "resourceType": "Medication",
                        "id": "med",
                        "ingredient": [
                            {
                                "item": {"concept": coded(ATC, "L04AX04")},
                                "strengthQuantity": quantity(5, "mg"),
                            }
                        ],
                    }
                ],
            },
            "lenalidomide",
            5,
            None,
            "code",
            id="R5 ingredient with its strength",
        ),
    ],
)
def test_a_medicine_is_recognised(
    given: dict[str, Any], drug: str, strength: object, brand: str | None, confidence: str
) -> None:
    found = read(**given)
    assert found.sets[drug] == confidence
    assert found.sets["imid"] == confidence
    assert (found.strength, found.brand) == (strength, brand)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({NAMED: coded(SNOMED, "342369", display="x")}, id="RxNorm's code in SNOMED"),
        pytest.param({NAMED: coded(ATC, "342369", display="x")}, id="RxNorm's code in ATC"),
        pytest.param({NAMED: {"coding": [{"code": "342369", "display": "x"}]}}, id="no system"),
        pytest.param({NAMED: {"text": "education on thalidomide"}}, id="a denial"),
        pytest.param({NAMED: {"text": "aspirin"}}, id="another medicine"),
        pytest.param(
            {"medicationReference": {"reference": "#med", "display": "x"}, "contained": []},
            id="contained nothing",
        ),
    ],
)
def test_system_and_code_are_matched_together(given: dict[str, Any]) -> None:
    found = read(**given)
    assert not found.is_in("imid")
    assert not found.may_be_in("imid")


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("Revlimid 25 mg", 25),
        ("lenalidomide 2.5 MG Oral Capsule", Decimal("2.5")),
        ("lenalidomide 10 mg (2 x 5 mg)", None),
        ("lenalidomide 10-15 mg", None),
        ("lenalidomide 5 mg/ml", None),
        ("lenalidomide", None),
    ],
)
def test_a_strength_in_words_must_be_the_only_one(text: str, strength: object) -> None:
    assert read(**{NAMED: {"text": text}}).strength == strength


@pytest.mark.parametrize(
    ("resource", "current"),
    [
        (medication(status="active"), "yes"),
        (medication(status="on-hold"), "yes"),
        (medication(status="completed"), "no"),
        (medication(status="stopped"), "no"),
        (medication(status="ended"), "no"),
        (medication(status=None), "unknown"),
        (medication(doNotPerform=True), "no"),
        (medication() | {"resourceType": "MedicationStatement", "status": "intended"}, "yes"),
        (medication() | {"resourceType": "MedicationStatement", "status": "not-taken"}, "no"),
        (medication() | {"resourceType": "MedicationStatement", "status": "recorded"}, "yes"),
        (
            medication()
            | {
                "resourceType": "MedicationStatement",
                "status": "recorded",
                "adherence": {"code": coded("x", "not-taking-as-directed")},
            },
            "no",
        ),
        (medication() | {"resourceType": "MedicationDispense", "status": "completed"}, "unknown"),
        (
            medication() | {"resourceType": "MedicationAdministration", "status": "in-progress"},
            "yes",
        ),
    ],
)
def test_whether_it_is_being_taken(resource: dict[str, Any], current: str) -> None:
    [found] = chart_of(medications=bundle(resource)).medications
    assert found.current == current


def test_r4_and_r5_of_one_order_read_alike() -> None:
    dosage = {
        "dosageInstruction": daily(1, "{capsule}"),
        "dispenseRequest": {"quantity": quantity(28, "{capsule}"), "numberOfRepeatsAllowed": 0},
    }
    reason = coded(SNOMED, "109989006")
    r4 = read(**{NAMED: coded(RXNORM, LENALIDOMIDE_25)}, reasonCode=[reason], **dosage)
    r5 = read(
        medication={"concept": coded(RXNORM, LENALIDOMIDE_25)},
        reason=[{"concept": reason}],
        **dosage,
    )
    assert r4 == r5
    assert (r4.dose.per_day, r4.supply.days) == (25, 28)
    assert "multiple-myeloma" in r4.reasons


def test_a_fault_of_the_medication_is_one_of_the_order() -> None:
    faulty = {**MEDICATION, "modifierExtension": [{"url": "http://x", "valueBoolean": True}]}
    found = read(medicationReference={"reference": "Medication/med"}, other=[faulty])
    assert found.fault == "it has a modifier extension that is not known here"
