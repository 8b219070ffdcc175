"""Nothing in a request makes the reading fail, and nothing of its free text comes out of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from charts import (
    DEXAMETHASONE,
    MOMENT,
    PREGNANT,
    allergy,
    chart_of,
    condition,
    measured,
    medication,
    order,
    patient,
    results,
    vocabulary,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.chart import CATEGORIES, Request, read_chart
from fhir_kb.checks import rules_for, run_checks
from fhir_kb.facts import load_knowledge
from fhir_kb.formats.json import read_json

BODIES = Path(__file__).resolve().parents[2] / "../shared/oracle/cds-requests"
KEYS = st.sampled_from(
    [
        "resourceType",
        "id",
        "status",
        "code",
        "coding",
        "system",
        "value",
        "unit",
        "subject",
        "reference",
        "entry",
        "resource",
        "contained",
        "medicationCodeableConcept",
        "medication",
        "dosageInstruction",
        "doseAndRate",
        "doseQuantity",
        "timing",
        "repeat",
        "frequency",
        "effectiveDateTime",
        "valueQuantity",
        "extension",
        "url",
        "text",
        "display",
    ]
)
WORDS = st.sampled_from(
    [
        "Bundle",
        "MedicationRequest",
        "Observation",
        "Condition",
        "Patient",
        "p1",
        "Patient/p1",
        "#",
        "active",
        "final",
        "http://loinc.org",
        "751-8",
        "mg",
        "2026-11-20",
        "lenalidomide",
        "",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES, st.sampled_from(["order-sign", "patient-view"]))
def test_whatever_comes_is_read_and_judged(orders: Any, data: Any, hook: str) -> None:
    request = Request(
        hook=hook,
        patient_id="p1",
        moment=MOMENT,
        orders=orders,
        supplied=dict.fromkeys(CATEGORIES, data),
    )
    chart = read_chart(request, vocabulary())
    failed = [
        result.rule.id
        for result in run_checks(rules_for(load_knowledge(), hook, ["US"]), chart, MOMENT)
        if any(gap.reason == "the check itself failed" for gap in result.gaps)
    ]
    assert failed == []


@pytest.mark.parametrize("strange", [True, 7, "x", [], {}, [None], {"coding": "x"}, [["y"]]])
@pytest.mark.parametrize(
    "name",
    [
        "medicationCodeableConcept",
        "dosageInstruction",
        "dispenseRequest",
        "authoredOn",
        "status",
        "contained",
        "reasonCode",
        "subject",
        "id",
        "extension",
    ],
)
def test_an_element_of_the_wrong_form_stops_no_check(name: str, strange: Any) -> None:
    reasons = {
        gap.reason
        for result in results(chart_of([order(**{name: strange})])).values()
        for gap in result.gaps
    }
    assert "the check itself failed" not in reasons


SECRET = "Zebrafink"  # noqa: S105 - a word that stands nowhere else


def test_nothing_that_a_record_says_in_words_is_repeated() -> None:
    """Cards show our words and figures: a name or an injected link has no way into them."""
    note = {"text": f"{SECRET} [click](http://evil)", "note": [{"text": SECRET}]}
    named = {"coding": [{"system": "http://x", "code": SECRET, "display": f"{SECRET} pregnant"}]}
    chart = chart_of(
        [order(**note, dosageInstruction=[{"text": SECRET}])],
        patient=patient(name=[{"family": SECRET}], identifier=[{"value": SECRET}]),
        conditions=[
            condition(PREGNANT, note=note["note"]),
            condition("1", id="a") | {"code": named},
            condition("2", id=f"<{SECRET}>") | {"code": {"text": f"pregnancy of {SECRET}"}},
        ],
        medications=[medication(DEXAMETHASONE, **note)],
        allergies=[allergy("342369", note=note["note"], criticality=SECRET)],
        labs=[measured("751-8", 1, "{" + SECRET + "}/uL", status=SECRET)],
        measurements=[measured("29463-7", 70, SECRET)],
        pregnancyTests=[measured("2106-3", 70, "1", valueString=SECRET, method=SECRET)],
    )
    assert SECRET not in str(list(results(chart).values()))


def test_sex_is_taken_from_what_is_recorded_for_it() -> None:
    us_core = "http://hl7.org/fhir/us/core/StructureDefinition"
    clinical = "http://hl7.org/fhir/StructureDefinition/patient-sexParameterForClinicalUse"
    cases = [
        ({}, ("female", "gender")),
        ({"gender": "other"}, ("unknown", "nothing")),
        (
            {"extension": [{"url": f"{us_core}/us-core-birthsex", "valueCode": "M"}]},
            ("male", "sex"),
        ),
        (
            {"extension": [{"url": f"{us_core}/us-core-birthsex", "valueCode": "UNK"}]},
            ("female", "gender"),
        ),
        (
            {"extension": [{"url": f"{us_core}/us-core-sex", "valueCode": "248153007"}]},
            ("male", "sex"),
        ),
        (
            {
                "extension": [
                    {
                        "url": clinical,
                        "extension": [
                            {
                                "url": "value",
                                "valueCodeableConcept": {"coding": [{"code": "male-typical"}]},
                            }
                        ],
                    }
                ]
            },
            ("male", "sex"),
        ),
        (
            {
                "extension": [
                    {"url": f"{us_core}/us-core-birthsex", "valueCode": "M"},
                    {"url": f"{us_core}/us-core-sex", "valueCode": "248152002"},
                ]
            },
            ("unknown", "sex"),
        ),
    ]
    read = [chart_of(patient=patient(**given)).patient for given, _ in cases]
    assert [(each.sex, each.sex_from) for each in read] == [expected for _, expected in cases]


@pytest.mark.skipif(not BODIES.exists(), reason="the collected request bodies are not here")
@pytest.mark.parametrize(
    "file", sorted(BODIES.glob("*.json")) if BODIES.exists() else [], ids=lambda file: file.stem
)
def test_bodies_from_the_wild_are_read(file: Path) -> None:
    """Real shapes with their quirks: null prefetch, wrapped Bundles, R5, STU3."""
    body = read_json(file.read_bytes())
    context = body.get("context", {})
    prefetch = body.get("prefetch") or {}
    chart = read_chart(
        Request(
            hook="order-sign",
            patient_id=str(context.get("patientId", "")),
            moment=datetime(2026, 11, 20, tzinfo=UTC),
            orders=context.get("draftOrders") or context.get("medications"),
            supplied=dict(zip(CATEGORIES, prefetch.values(), strict=False)),
        ),
        vocabulary(),
    )
    assert chart.patient_id == str(context.get("patientId", "")).removeprefix("Patient/")
    assert run_checks(rules_for(load_knowledge(), "order-sign", ["US"]), chart, MOMENT) == []
