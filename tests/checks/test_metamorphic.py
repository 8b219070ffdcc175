"""What must not change a verdict, and what must not make it more reassuring.

No table of cases can hold every chart: here charts are drawn at random and changed in ways whose
effect is known beforehand.
"""

import random
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from charts import (
    ASPIRIN,
    DEXAMETHASONE,
    ICD,
    LENALIDOMIDE_10,
    LENALIDOMIDE_25,
    LORAZEPAM,
    MDS,
    MOMENT,
    MYELOMA,
    POMALIDOMIDE_4,
    PREGNANT,
    THALASSEMIA,
    THALIDOMIDE_50,
    THALIDOMIDE_100,
    ago,
    allergy,
    bundle,
    coded,
    condition,
    days_ago,
    dosed,
    measured,
    medication,
    patient,
    pregnancy_test,
    procedure,
    quantity,
    supplied,
    vocabulary,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.chart import CATEGORIES, Request, read_chart
from fhir_kb.checks import rules_for, run_checks
from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json

POOL: Mapping[str, list[Json]] = {
    "conditions": [
        condition(MYELOMA),
        condition(MDS),
        condition(THALASSEMIA),
        condition(PREGNANT),
        condition("128053003"),
        condition("302226006"),
        condition("161626009"),
        condition("76498008", onsetDateTime="2020-01-01"),
        condition("Z86.711", ICD),
        condition("F10.20", ICD),
        condition("1", id="words") | {"code": {"text": "polyneuropathy"}},
        condition("4711", "http://local"),
    ],
    "medications": [
        medication(DEXAMETHASONE, "dex"),
        medication(ASPIRIN, "asa"),
        medication(LORAZEPAM, "lor"),
        medication(THALIDOMIDE_100, "thal"),
        medication(LENALIDOMIDE_10, "len", authoredOn=days_ago(20)),
        medication("x", "local", medicationCodeableConcept=coded("http://local", "1")),
    ],
    "allergies": [allergy("342369"), allergy("10432"), allergy("1", "http://local")],
    "procedures": [procedure("236886002"), procedure("234319005"), procedure("302497006")],
    "pregnancyTests": [
        pregnancy_test(ago(hours=3), id="t1"),
        pregnancy_test(ago(days=12), id="t2"),
        pregnancy_test(ago(days=2), False, id="t3"),
    ],
    "labs": [
        measured("751-8", "0.8", "10*9/L", days_ago(2), id="n1"),
        measured("751-8", "4.2", "10*9/L", days_ago(1), id="n2"),
        measured("777-3", "20", "10*9/L", id="p1"),
        measured("777-3", "600", "10*9/L", days_ago(3), id="p2"),
        measured("2160-0", "2.5", "mg/dL", id="c1"),
        measured("2160-0", "0.8", "mg/dL", days_ago(40), id="c2"),
    ],
    "measurements": [measured("29463-7", "70", "kg", days_ago(9))],
}
SIGNS = [condition(PREGNANT), pregnancy_test(ago(days=2), False, id="t3")]
ORDERS = [
    dosed(LENALIDOMIDE_25, 25),
    dosed(THALIDOMIDE_50, 150),
    dosed(POMALIDOMIDE_4, 4),
    dosed(LENALIDOMIDE_10, 1, "{capsule}")
    | {"dispenseRequest": {"quantity": quantity(30, "{capsule}"), "numberOfRepeatsAllowed": 1}},
]
HOOKS = st.sampled_from(["order-select", "order-sign", "patient-view"])
Verdict = dict[tuple[str, str], tuple[str, tuple[str, ...]]]
Story = tuple[list[Json], dict[str, Any], str]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw orders, what is supplied, and the hook."""
    data: dict[str, Any] = {
        name: draw(st.lists(st.sampled_from(records), unique_by=str, max_size=4))
        for name, records in POOL.items()
    }
    # A pregnancy on record outranks the gender male: whoever is pregnant here is not recorded so.
    is_pregnant = any(record in SIGNS for name in POOL for record in data[name])
    genders = ["female", "unknown"] if is_pregnant else ["female", "male", "unknown"]
    data["patient"] = patient(gender=draw(st.sampled_from(genders)))
    return [draw(st.sampled_from(ORDERS))], data, draw(HOOKS)


def verdict(story: Story, moment: datetime = MOMENT, without: str = "") -> Verdict:
    orders, data, hook = story
    given = {name: value for name, value in supplied(**data).items() if name != without}
    request = Request(
        hook=hook, patient_id="p1", moment=moment, orders=bundle(*orders), supplied=given
    )
    chart = read_chart(request, vocabulary())
    rules = rules_for(load_knowledge(), hook, ["US", "EU", "DE"])
    return {
        (result.rule.id, result.subject.origin.reference if result.subject else ""): (
            result.outcome,
            tuple(sorted(finding.criterion.id for finding in result.findings)),
        )
        for result in run_checks(rules, chart, moment)
    }


def changed(story: Story, change: Any) -> Story:
    orders, data, hook = deepcopy(story)
    for record in [*orders, *(each for name in POOL for each in data[name])]:
        change(record)
    return orders, data, hook


FEW = settings(max_examples=25, deadline=None)


@FEW
@given(stories(), st.integers())
def test_the_order_of_entries_means_nothing(story: Story, seed: int) -> None:
    orders, data, hook = deepcopy(story)
    for name in POOL:
        random.Random(seed).shuffle(data[name])  # noqa: S311 - shuffles a test's records
    assert verdict((orders, data, hook)) == verdict(story)


IRRELEVANT: Mapping[str, list[Json]] = {
    "conditions": [
        condition("38341003", id="bp")
        | {"code": coded("http://snomed.info/sct", "38341003", display="Hypertension")},
        {"resourceType": "Practitioner", "id": "dr"},
    ],
    "medications": [
        medication("6918", "met", medicationCodeableConcept={"text": "metoprolol 50 mg"}),
        {"resourceType": "Organization", "id": "clinic"},
    ],
    "allergies": [allergy("7980") | {"code": {"text": "penicillin"}}],
    "procedures": [procedure("80146002") | {"code": {"text": "appendectomy"}}],
    "labs": [measured("2345-7", 90, "mg/dL")],
    "pregnancyTests": [measured("2345-7", 91, "mg/dL", id="glucose")],
    "measurements": [measured("8302-2", 170, "cm")],
}


@FEW
@given(stories())
def test_what_is_irrelevant_changes_nothing(story: Story) -> None:
    orders, data, hook = deepcopy(story)
    for name, records in IRRELEVANT.items():
        data[name] = [*records, *data[name]]
    assert verdict((orders, data, hook)) == verdict(story)


UNITS = {
    "10*9/L": ("/uL", Decimal(1000)),
    "mg/dL": ("ug/mL", Decimal(10)),
    "kg": ("g", Decimal(1000)),
    "mg": ("ug", Decimal(1000)),
}


def in_other_units(record: Json) -> None:
    for row in [record.get("valueQuantity", {}), *_doses(record)]:
        if row.get("code") in UNITS:
            unit, factor = UNITS[row["code"]]
            row |= quantity(row["value"] * factor, unit)


def _doses(record: Json) -> list[Json]:
    return [
        row["doseQuantity"]
        for dosage in record.get("dosageInstruction", [])
        for row in dosage.get("doseAndRate", [])
    ]


@FEW
@given(stories())
def test_units_change_nothing(story: Story) -> None:
    assert verdict(changed(story, in_other_units)) == verdict(story)


FOUR_YEARS = timedelta(days=1461)
"""After so many days every month and every leap day lies where it did."""
DATES = ("authoredOn", "effectiveDateTime", "onsetDateTime")


@FEW
@given(stories(), st.integers(-5, 5))
def test_moving_all_dates_together_changes_nothing(story: Story, steps: int) -> None:
    def move(record: Json) -> None:
        for name in DATES:
            if name in record:
                record[name] = _moved(record[name], steps * FOUR_YEARS)

    orders, data, hook = changed(story, move)
    data["patient"]["birthDate"] = _moved(data["patient"]["birthDate"], steps * FOUR_YEARS)
    moved = verdict((orders, data, hook), MOMENT + steps * FOUR_YEARS)
    assert moved == verdict(story)


def _moved(text: str, by: timedelta) -> str:
    moved = datetime.fromisoformat(text) + by
    return moved.isoformat() if "T" in text else moved.date().isoformat()


def reassured(before: Verdict, after: Verdict) -> list[str]:
    """Return the rules that say "nothing found" now and did not before."""
    return [
        str(key)
        for key, (outcome, _) in after.items()
        if outcome == "nothing-found" and before.get(key, ("",))[0] != "nothing-found"
    ]


@pytest.mark.parametrize("category", CATEGORIES)
@settings(max_examples=12, deadline=None)
@given(story=stories())
def test_a_category_that_is_missing_reassures_nobody(category: str, story: Story) -> None:
    assert reassured(verdict(story), verdict(story, without=category)) == []


NEEDED = [
    "effectiveDateTime",
    "valueQuantity",
    "valueCodeableConcept",
    "code",
    "medicationCodeableConcept",
    "status",
    "subject",
    "clinicalStatus",
    "dosageInstruction",
    "dispenseRequest",
    "authoredOn",
    "onsetDateTime",
]


@pytest.mark.parametrize("element", NEEDED)
@settings(max_examples=12, deadline=None)
@given(story=stories())
def test_an_element_that_is_missing_reassures_nobody(element: str, story: Story) -> None:
    def take(record: Json) -> None:
        if record.get("id") != "order":
            record.pop(element, None)

    assert reassured(verdict(story), verdict(changed(story, take))) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"modifierExtension": [{"url": "http://x", "valueBoolean": True}]},
        {"implicitRules": "http://x"},
        {"subject": {"reference": "Patient/p2"}, "patient": {"reference": "Patient/p2"}},
    ],
    ids=["modifier", "implicit rules", "another patient"],
)
@settings(max_examples=12, deadline=None)
@given(story=stories())
def test_a_record_that_must_not_be_used_reassures_nobody(
    fault: dict[str, Any], story: Story
) -> None:
    assert reassured(verdict(story), verdict(changed(story, lambda each: each.update(fault)))) == []
