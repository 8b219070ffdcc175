"""The states data can come in: absent, nothing, some, failed, incomplete."""

from typing import Any

import pytest
from charts import MOMENT, bundle, chart_of, condition, measured, supplied, vocabulary

from fhir_kb.chart import Failed, Request, read_chart

OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception"}],
}
WARNING = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "x"}]}
FULL = bundle(condition("109989006"))


@pytest.mark.parametrize(
    ("value", "state", "reason", "incomplete", "count"),
    [
        pytest.param(FULL, "supplied", "", (), 1, id="records"),
        pytest.param(bundle(), "supplied", "", (), 0, id="searched, none"),
        pytest.param({"resourceType": "Bundle"}, "supplied", "", (), 0, id="no entry at all"),
        pytest.param(None, "supplied", "", (), 0, id="null: the client has none"),
        pytest.param(condition("109989006"), "supplied", "", (), 1, id="one resource"),
        pytest.param(OUTCOME, "unusable", "the search for it failed", (), 0, id="outcome"),
        pytest.param(
            Failed("the EHR did not answer"),
            "unusable",
            "the EHR did not answer",
            (),
            0,
            id="failed",
        ),
        pytest.param("text", "unusable", "it is not a resource", (), 0, id="text"),
        pytest.param({}, "unusable", "it is not a resource", (), 0, id="nothing inside"),
        pytest.param(
            {"response": {"status": "200 OK"}, "resource": FULL},
            "supplied",
            "",
            (),
            1,
            id="wrapped",
        ),
        pytest.param(
            {"response": {"status": "404"}, "resource": None},
            "unusable",
            "the search for it failed",
            (),
            0,
            id="wrapped failure",
        ),
        pytest.param({**FULL, "total": 1}, "supplied", "", (), 1, id="total agrees"),
        pytest.param(
            {**FULL, "total": 2},
            "supplied",
            "",
            ("fewer records came than were found",),
            1,
            id="total says more",
        ),
        pytest.param(
            {**FULL, "link": [{"relation": "next", "url": "http://x"}]},
            "supplied",
            "",
            ("there are more pages of it",),
            1,
            id="more pages",
        ),
        pytest.param(
            {**FULL, "link": [{"relation": "self", "url": "http://x"}]},
            "supplied",
            "",
            (),
            1,
            id="no more pages",
        ),
        pytest.param(
            {**FULL, "entry": [*FULL["entry"], {"fullUrl": "http://x"}]},
            "supplied",
            "",
            ("an entry holds no resource",),
            1,
            id="an empty entry",
        ),
        pytest.param(
            bundle(condition("109989006"), OUTCOME),
            "supplied",
            "",
            ("a part of the search failed",),
            1,
            id="an error among the records",
        ),
        pytest.param(
            bundle(condition("109989006"), WARNING),
            "supplied",
            "",
            (),
            1,
            id="a warning among the records",
        ),
        pytest.param(
            bundle(condition("109989006", subject={"reference": "Patient/p2"})),
            "supplied",
            "",
            ("it holds records not known to be this patient's",),
            0,
            id="another patient's",
        ),
        pytest.param(
            bundle(condition("109989006", subject=None)),
            "supplied",
            "",
            ("it holds records not known to be this patient's",),
            0,
            id="nobody's",
        ),
        pytest.param(
            bundle({"resourceType": "Practitioner", "id": "x"}),
            "supplied",
            "",
            (),
            0,
            id="a resource nobody asked for",
        ),
    ],
)
def test_a_category(
    value: Any, state: str, reason: str, incomplete: tuple[str, ...], count: int
) -> None:
    chart = chart_of(conditions=value)
    category = chart.categories["conditions"]
    assert (category.state, category.reason, category.incomplete) == (state, reason, incomplete)
    assert len(chart.conditions) == count


def test_a_category_without_a_key_was_not_supplied() -> None:
    assert chart_of(without="labs").categories["labs"].state == "not-supplied"


def test_a_record_that_came_twice_is_one() -> None:
    lab = measured("751-8", 1, "10*9/L")
    assert len(chart_of(labs=[lab], pregnancyTests=[lab]).observations) == 1


def test_two_states_of_one_record_are_both_kept() -> None:
    """Which of them is true is not for a reader to say."""
    lab = measured("751-8", 1, "10*9/L")
    other = measured("751-8", 2, "10*9/L")
    assert len(chart_of(labs=[lab], pregnancyTests=[other]).observations) == 2


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "http://ehr.example/fhir/Patient/p1",
        "Patient/p1/_history/3",
        "urn:uuid:0b6bb2c1-0000-4000-8000-000000000001",
    ],
)
def test_the_patient_may_be_named_in_many_ways(reference: str) -> None:
    person = supplied()["patient"]
    held = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:0b6bb2c1-0000-4000-8000-000000000001", "resource": person}],
    }
    chart = chart_of(patient=held, conditions=[condition("1", subject={"reference": reference})])
    assert len(chart.conditions) == 1


@pytest.mark.parametrize("patient_id", ["p1", "Patient/p1"])
def test_the_patient_of_the_call_may_carry_its_type(patient_id: str) -> None:
    request = Request(hook="order-sign", patient_id=patient_id, moment=MOMENT, supplied=supplied())
    assert read_chart(request, vocabulary()).patient.fault == ""


@pytest.mark.parametrize(
    "orders",
    [
        None,
        [],
        {},
        "x",
        7,
        {"resourceType": "Bundle", "entry": "x"},
        {"entry": [None, 1, {"resource": 5}]},
    ],
)
def test_orders_of_any_form_are_read(orders: Any) -> None:
    request = Request(hook="order-sign", patient_id="p1", moment=MOMENT, orders=orders)
    assert read_chart(request, vocabulary()).orders == ()
