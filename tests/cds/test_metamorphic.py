"""What must not change a verdict does not, and what is taken away never reassures.

Each test asks twice: once as it is, once changed. Nobody needs to know the right answer.
"""

import json
import re
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from cds_calls import (
    EMPTY,
    MOMENT,
    aspirin,
    body,
    bundle,
    condition,
    measured,
    observation,
    order,
    patient,
    prefetch,
    quantity,
)  # fmt: skip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_kb.cds.answer import EXTENSION
from fhir_kb.errors import DataMissing

FIXTURE = HealthCheck.function_scoped_fixture
RANK = {"critical": 3, "warning": 2, "info": 1}
NEGATIVE = {
    "valueCodeableConcept": {
        "coding": [{"system": "http://snomed.info/sct", "code": "260385009"}], "text": "Negative"
    }
}  # fmt: skip

HEPARIN = order("heparin", code="67108", mg=40, status="active")
HEPARIN["medicationCodeableConcept"]["text"] = "enoxaparin"

ORDERS = {
    "lenalidomide": order(),
    "too much lenalidomide": order(mg=50),
    "thalidomide": order("order-1", code="200390", mg=100),
    "pomalidomide": order("order-1", code="1369734", mg=4),
    "refills": order(dispenseRequest={"numberOfRepeatsAllowed": 3}),
}
CONDITIONS = {
    "myeloma": condition("109989006", "myeloma"),
    "pregnancy": condition("77386006", "pregnancy"),
    "embolism": {**condition("59282003", "embolism"), "onsetDateTime": "2025-03-01"},
    "neuropathy": condition("302226006", "neuropathy"),
}
LABS = {
    "neutrophils": measured("751-8", "neutrophils", 2.5, "10*3/uL"),
    "few neutrophils": measured("751-8", "few-neutrophils", 0.4, "10*3/uL"),
    "platelets": measured("777-3", "platelets", 210, "10*3/uL"),
    "few platelets": measured("777-3", "few-platelets", 20, "10*3/uL"),
    "creatinine": measured("2160-0", "creatinine", 0.9, "mg/dL"),
    "high creatinine": measured("2160-0", "high-creatinine", 3.1, "mg/dL"),
}
TESTS = {
    "twelve days ago": observation("2118-8", "test-1", "2026-11-08T08:00:00Z", **NEGATIVE),
    "this morning": observation("2118-8", "test-2", "2026-11-20T07:00:00Z", **NEGATIVE),
}
UNRELATED = (
    measured("8310-5", "temperature", 37.1, "Cel"),
    {**condition("38341003", "hypertension"), "code": {"text": "High blood pressure"}},
    {"resourceType": "Encounter", "id": "e1", "subject": {"reference": "Patient/pat-1"}},
)


def chosen(table: dict[str, Any]) -> st.SearchStrategy[list[Any]]:
    return st.sets(st.sampled_from(sorted(table))).map(
        lambda names: [deepcopy(table[name]) for name in sorted(names)]
    )


CALLS = st.builds(
    lambda drug, gender, conditions, labs, tests, heparin: body(
        deepcopy(ORDERS[drug]),
        prefetch=prefetch(
            patient=patient(gender, "1978-04-05"),
            conditions=bundle(*conditions),
            labs=bundle(*labs),
            pregnancyTests=bundle(*tests),
            medications=bundle(*([deepcopy(HEPARIN)] if heparin else [aspirin()])),
        ),
    ),
    st.sampled_from(sorted(ORDERS)),
    st.sampled_from(["female", "male", "unknown"]),
    chosen(CONDITIONS),
    chosen(LABS),
    chosen(TESTS),
    st.booleans(),
)


@pytest.fixture
def verdict(ask: Any) -> Any:
    """Give a function from a call to what its answer says, without ids, figures and order."""

    def said(content: Any, moment: str = MOMENT) -> Any:
        answer = ask(content, moment=moment)
        cards = {
            (card["indicator"], card["source"]["topic"]["code"], *sorted(findings(card)))
            for card in answer["cards"]
        }
        account = answer.get("extension", {}).get(EXTENSION, {})
        gaps = {json.dumps(row, sort_keys=True) for row in account.get("notChecked", [])}
        return cards, gaps

    return said


FIGURE = re.compile(r"[\d.,:×³⁹]+|/µ?L|µmol/L|mg/d?L")


def findings(card: Any) -> list[str]:
    lines = [line for line in card["detail"].split("\n") if line.startswith("- ")]
    return [" ".join(FIGURE.sub("", line).split()) for line in lines]


def asked(calls: st.SearchStrategy[Any]) -> Any:
    """Return a decorator: a few calls of a large space, with the fixtures of the test."""

    def decorate(test: Any) -> Any:
        bounded = settings(max_examples=15, deadline=None, suppress_health_check=[FIXTURE])
        return bounded(given(content=calls, seed=st.integers(0, 99))(test))

    return decorate


@asked(CALLS)
def test_the_order_of_entries_does_not_matter(content: Any, seed: int, verdict: Any) -> None:
    changed = deepcopy(content)
    for name, value in changed["prefetch"].items():
        if name != "patient":
            entries = value.get("entry", [])[:: -1 if seed % 2 else 1]
            turn = seed % (len(entries) or 1)
            value["entry"] = [*entries[turn:], *entries[:turn]]
    assert verdict(changed) == verdict(content)


@asked(CALLS)
def test_records_that_do_not_matter_do_not_matter(content: Any, seed: int, verdict: Any) -> None:
    changed = deepcopy(content)
    for name, value in changed["prefetch"].items():
        if name in ("conditions", "labs", "measurements"):
            entries = [{"resource": deepcopy(resource)} for resource in UNRELATED]
            value["entry"] = [*entries[: seed % 3 + 1], *value.get("entry", [])]
            value.pop("total", None)
    assert verdict(changed) == verdict(content)


@asked(CALLS)
def test_another_patients_orders_do_not_matter_elsewhere(
    content: Any, seed: int, verdict: Any
) -> None:
    """Another draft that is not ours adds and removes nothing."""
    changed = deepcopy(content)
    entries = changed["context"]["draftOrders"]["entry"]
    other = order("other", code="197605", mg=1)
    other["medicationCodeableConcept"]["coding"][0]["display"] = "digoxin 0.25 MG Oral Tablet"
    entries.insert(seed % 2, {"resource": other})
    assert verdict(changed) == verdict(content)


CONVERSIONS = {
    ("10*3/uL", 1): ("10*9/L", 1),
    ("10*3/uL", 2): ("/uL", 1000),
    ("mg/dL", 1): ("umol/L", 88.42),
    ("mg/dL", 2): ("mg/L", 10),
    ("kg", 1): ("g", 1000),
}


@asked(CALLS)
def test_the_unit_of_a_value_does_not_matter(content: Any, seed: int, verdict: Any) -> None:
    """0.4 × 10³/µL is 400/µL; 0.9 mg/dL of creatinine is 79.6 µmol/L."""
    changed = deepcopy(content)
    for name in ("labs", "measurements"):
        for entry in changed["prefetch"][name].get("entry", []):
            value = entry["resource"]["valueQuantity"]
            unit, factor = CONVERSIONS.get((value["unit"], seed % 2 + 1), (value["unit"], 1))
            entry["resource"]["valueQuantity"] = quantity(round(value["value"] * factor, 4), unit)
    assert verdict(changed) == verdict(content)


DATE = re.compile(r"\d{4}-\d\d-\d\d(T[\d:]+(Z|[+-]\d\d:\d\d))?")


def moved(content: Any, days: int) -> Any:
    """Return a body with all its dates moved by whole days, but the birth date by whole years."""

    def move(match: re.Match[str]) -> str:
        text = match.group()
        if "T" in text:
            return (datetime.fromisoformat(text) + timedelta(days=days)).isoformat()
        return (datetime.fromisoformat(text) + timedelta(days=days)).date().isoformat()

    birth = content["prefetch"]["patient"]["birthDate"]
    changed = json.loads(DATE.sub(move, json.dumps(content)))
    changed["prefetch"]["patient"]["birthDate"] = birth
    return changed


@asked(CALLS)
def test_moving_all_dates_together_does_not_matter(content: Any, seed: int, verdict: Any) -> None:
    """Nothing depends on today but the distance to it."""
    days = seed - 50
    moment = (datetime.fromisoformat(MOMENT) + timedelta(days=days)).isoformat()
    assert verdict(moved(content, days), moment) == verdict(content)


@asked(CALLS)
def test_r5_and_r4_say_the_same(content: Any, seed: int, verdict: Any) -> None:
    changed = deepcopy(content)
    for entry in changed["context"]["draftOrders"]["entry"]:
        resource = entry["resource"]
        resource["medication"] = {"concept": resource.pop("medicationCodeableConcept")}
    assert verdict(changed) == verdict(content)


def loudness(ask: Any, content: Any) -> tuple[int, bool]:
    """Return the gravest indicator, and whether the answer admits that it is not complete."""
    try:
        answer = ask(content)
    except DataMissing:
        return 4, True
    gaps = answer.get("extension", {}).get(EXTENSION, {}).get("notChecked", [])
    return max((RANK[card["indicator"]] for card in answer["cards"]), default=0), bool(gaps)


REMOVALS = ("absent", "null", "failed", "pages")


@settings(max_examples=40, deadline=None, suppress_health_check=[FIXTURE])
@given(
    content=CALLS,
    removed=st.sets(st.sampled_from(sorted(prefetch())), min_size=1),
    how=st.sampled_from(REMOVALS),
)
def test_what_is_taken_away_never_reassures(
    content: Any, removed: set[str], how: str, ask: Any
) -> None:
    """With less data the answer is at least as loud, or says that something was not checked."""
    changed = deepcopy(content)
    for name in removed:
        changed["prefetch"][name] = {
            "absent": None,
            "null": None,
            "failed": {"resourceType": "OperationOutcome", "issue": []},
            "pages": {**EMPTY, "link": [{"relation": "next", "url": "https://x.example/2"}]},
        }[how]
        if how == "absent":
            del changed["prefetch"][name]
    before, _ = loudness(ask, content)
    after, admits = loudness(ask, changed)
    assert after >= before or (admits and after >= RANK["warning"])


@settings(max_examples=30, deadline=None, suppress_health_check=[FIXTURE])
@given(content=CALLS, path=st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_a_call_with_a_hole_is_answered_or_refused(content: Any, path: list[int], ask: Any) -> None:
    """Any member may be missing anywhere: never a fault of ours."""
    changed = deepcopy(content)
    place: Any = changed["prefetch"]
    for step in path:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = keys[step % len(keys)]
        if not isinstance(place[key], (dict, list)) or step % 3 == 0:
            del place[key]
            break
        place = place[key]
    try:
        ask(changed)
    except DataMissing as refusal:
        assert refusal.keys
