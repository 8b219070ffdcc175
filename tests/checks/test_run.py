"""Running every rule: whom they are about, what one fault may do to the others."""

from dataclasses import replace
from typing import Any

import pytest
from charts import (
    LENALIDOMIDE_10,
    LENALIDOMIDE_25,
    MOMENT,
    PREGNANT,
    RXNORM,
    THALIDOMIDE_50,
    THALIDOMIDE_100,
    bundle,
    chart_of,
    coded,
    condition,
    dosed,
    medication,
    order,
    patient,
    results,
    supplied,
    vocabulary,
)

from fhir_kb.chart import Request, read_chart
from fhir_kb.checks import rules_for, run_checks
from fhir_kb.checks.run import CHECKS
from fhir_kb.facts import load_knowledge
from fhir_kb.facts.criteria import RULE_KINDS, DailyDoseCriterion
from fhir_kb.facts.knowledge import Rule
from fhir_kb.facts.values import Amount

HOOKS = ("order-select", "order-sign", "order-dispatch", "patient-view")


def test_every_kind_of_rule_is_carried_out() -> None:
    assert set(CHECKS) == set(RULE_KINDS)


@pytest.mark.parametrize("hook", HOOKS)
def test_orders_of_other_medicines_are_nobody_s_business(hook: str) -> None:
    """Quiet by default: an alert on aspirin would teach users to click alerts away."""
    others = [order("1191"), order("197582", "b", medicationCodeableConcept=coded(RXNORM, "1"))]
    assert results(chart_of(others, hook, medications=[medication("1191")])) == {}


@pytest.mark.parametrize("hook", HOOKS)
def test_an_empty_session_has_no_result(hook: str) -> None:
    assert results(chart_of([], hook)) == {}


def test_a_rule_that_fails_stops_only_itself() -> None:
    """Only that it failed is said: a message of the fault could hold what a record says."""
    chart = chart_of([dosed(THALIDOMIDE_50, 50)])
    rules = rules_for(load_knowledge(), "order-sign", ["US"])
    broken = tuple(
        _spoilt(rule) if rule.id == "thalidomide-usual-ceiling" else rule for rule in rules
    )
    before = {result.rule.id: result for result in run_checks(rules, chart, MOMENT)}
    after = {result.rule.id: result for result in run_checks(broken, chart, MOMENT)}
    failed = after.pop("thalidomide-usual-ceiling")
    assert before.pop("thalidomide-usual-ceiling").outcome == "nothing-found"
    assert [gap.reason for gap in failed.gaps] == ["the check itself failed"]
    assert after == before


def _spoilt(rule: Rule) -> Rule:
    """Return a rule whose limit is no dose, which the check refuses."""
    [first, *others] = rule.of(DailyDoseCriterion)
    wrong = replace(first, limit=Amount.parse("5 kg"))
    return replace(rule, sections={"criteria": (wrong, *others)})


def test_a_rule_speaks_only_at_its_hooks() -> None:
    assert {hook: sorted(results(chart_of([order()], hook))) for hook in ("order-select",)} == {
        "order-select": [
            "duplicate-imid",
            "hypersensitivity",
            "pembrolizumab",
            "pregnancy",
            "pregnancy-tests",
            "thromboembolism",
        ]
    }


def test_each_order_in_focus_is_asked_about() -> None:
    chart = chart_of([order(), order(THALIDOMIDE_50, "other")])
    rules = rules_for(load_knowledge(), "order-sign", ["US"])
    asked = {
        (result.rule.id, result.subject.origin.reference)
        for result in run_checks(rules, chart, MOMENT)
        if result.subject and result.rule.id == "pregnancy"
    }
    assert asked == {
        ("pregnancy", "MedicationRequest/order"),
        ("pregnancy", "MedicationRequest/other"),
    }


def selected(*selections: str) -> set[str]:
    orders = [order(), order(THALIDOMIDE_50, "other"), {"resourceType": "Task", "id": "t"}]
    chart = read_chart(
        Request(
            hook="order-select",
            patient_id="p1",
            moment=MOMENT,
            orders=bundle(*orders),
            selections=selections,
            supplied=supplied(),
        ),
        vocabulary(),
    )
    return {origin.reference for origin in chart.focus}


@pytest.mark.parametrize(
    ("selections", "focus"),
    [
        ((), {"MedicationRequest/order", "MedicationRequest/other"}),
        (("MedicationRequest/other",), {"MedicationRequest/other"}),
        (("http://ehr/fhir/MedicationRequest/other",), {"MedicationRequest/other"}),
        (("Task/t",), set()),
        (("MedicationRequest/nowhere",), {"MedicationRequest/order", "MedicationRequest/other"}),
    ],
)
def test_advice_is_on_what_was_selected(selections: tuple[str, ...], focus: set[str]) -> None:
    """A selection that leads nowhere must not silence the checks."""
    assert selected(*selections) == focus


def test_opening_a_chart_asks_once_per_medicine_about_the_newest_order() -> None:
    taken = [
        medication(LENALIDOMIDE_10, "old", authoredOn="2026-09-01"),
        medication(LENALIDOMIDE_25, "new", authoredOn="2026-10-01"),
        medication(THALIDOMIDE_50, "ended", status="completed"),
    ]
    result = results(chart_of([], "patient-view", medications=taken))["pregnancy"]
    assert result.subject is not None
    assert result.subject.origin.reference == "MedicationRequest/new"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(
            {"medicationCodeableConcept": coded("http://local", "4711")},
            "a medicine could not be recognised; it may be one of those this rule is about",
            id="a local code without words",
        ),
        pytest.param(
            {"subject": {"reference": "Patient/p2"}},
            "the record of lenalidomide was not used: it is another patient's",
            id="another patient's order",
        ),
        pytest.param(
            {"modifierExtension": [{"url": "http://x", "valueBoolean": True}]},
            "the record of lenalidomide was not used: "
            "it has a modifier extension that is not known here",
            id="unknown modifier",
        ),
        pytest.param(
            {"dosageInstruction": [{"modifierExtension": [{"url": "http://x"}]}]},
            "the record of lenalidomide was not used: "
            "it has a modifier extension that is not known here",
            id="unknown modifier deep inside",
        ),
        pytest.param(
            {"implicitRules": "http://x"},
            "the record of lenalidomide was not used: "
            "it follows implicit rules that are not known here",
            id="implicit rules",
        ),
    ],
)
def test_an_order_that_cannot_be_judged_is_said_so_by_every_rule(
    given: dict[str, Any], reason: str
) -> None:
    ended = results(chart_of([order(**given)]))
    assert ended
    assert {result.outcome for result in ended.values()} == {"not-done"}
    assert {gap.reason for result in ended.values() for gap in result.gaps} == {reason}


WITHDRAWN = [
    {"doNotPerform": True},
    {"status": "cancelled"},
    {"status": "stopped"},
    {"status": "ended"},
    {"status": "completed"},
    {"status": "entered-in-error"},
]


@pytest.mark.parametrize("change", WITHDRAWN, ids=str)
def test_nothing_is_said_of_an_order_that_stops_a_medicine(change: dict[str, Any]) -> None:
    """Signing a stop is what a card would have asked for; a note of its own would only be noise."""
    chart = chart_of([order(**change)], conditions=[condition(PREGNANT)])
    assert results(chart) == {}


@pytest.mark.parametrize("change", WITHDRAWN, ids=str)
def test_a_medicine_that_is_being_stopped_is_no_second_one(change: dict[str, Any]) -> None:
    """The chart still has it as active: what is signed now is newer."""
    stopped = order(THALIDOMIDE_100, id="before", **change)
    active = medication(THALIDOMIDE_100, id="before")
    chart = chart_of([order(), stopped], medications=[active])
    assert results(chart)["duplicate-imid"].outcome == "nothing-found"


@pytest.mark.parametrize("change", [{}, {"status": "active"}, {"status": "on-hold"}], ids=str)
def test_an_order_that_goes_on_is_checked(change: dict[str, Any]) -> None:
    """An order that was signed before is signed again, or held for a while."""
    chart = chart_of([order(**change)], conditions=[condition(PREGNANT)])
    assert results(chart)["pregnancy"].outcome == "found"


def test_another_patient_s_record_puts_every_check_in_doubt() -> None:
    """What came with it may be another patient's too."""
    ended = results(chart_of([order()], patient=patient(id="p2")))
    assert "nothing-found" not in {result.outcome for result in ended.values()}
    assert all("it is another patient's" in str(result.gaps) for result in ended.values())


def test_a_rule_that_is_switched_off_is_silent() -> None:
    knowledge = load_knowledge()
    supply = knowledge.rules["supply"]
    off = replace(supply, header=replace(supply.header, enabled="no", reason="a trial"))
    without = replace(knowledge, rules={**knowledge.rules, "supply": off})
    ids = {rule.id for rule in rules_for(without, "order-sign", ["US"])}
    assert "supply" not in ids
    assert "supply" in {rule.id for rule in rules_for(knowledge, "order-sign", ["US"])}


def test_a_criterion_that_is_switched_off_is_not_looked_at() -> None:
    rules = rules_for(load_knowledge(), "order-sign", ["US"])
    counts = next(rule for rule in rules if rule.id == "blood-counts")
    assert {fact.id for fact in counts} & {
        "lenalidomide-mds-us-neutrophils",
        "thalidomide-neutrophils-start",
        "lenalidomide-eu-platelets",
    } == set()


@pytest.mark.parametrize("jurisdictions", [[], ["US"], ["EU"], ["DE"], ["US", "EU", "DE"]])
def test_summaries_fit_a_card(jurisdictions: list[str]) -> None:
    """CDS Hooks allows fewer than 140 characters, and a cut figure would be a wrong one."""
    chart = chart_of(
        [order(dispenseRequest={"numberOfRepeatsAllowed": 11})],
        medications=[medication(code, f"m{i}") for i, code in enumerate(("3264", "4083", "10432"))],
    )
    rules = rules_for(load_knowledge(), "order-sign", jurisdictions)
    for result in run_checks(rules, chart, MOMENT):
        for finding in result.findings:
            assert len(finding.summary) <= 139
            assert "{" not in finding.summary + finding.detail
