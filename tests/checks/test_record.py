"""Records beside the medicine: conditions, procedures and other medicines of the session."""

from typing import Any

import pytest
from charts import (
    ASPIRIN,
    ATC,
    DEXAMETHASONE,
    ICD,
    LORAZEPAM,
    MYELOMA,
    POMALIDOMIDE_4,
    RXNORM,
    SNOMED,
    THALASSEMIA,
    THALIDOMIDE_50,
    WARFARIN,
    ask,
    coded,
    condition,
    days_ago,
    found,
    medication,
    observation,
    order,
    procedure,
)

THALIDOMIDE = [order(THALIDOMIDE_50)]


def thrombosis(*taken: Any, orders: Any = None, **given: Any) -> Any:
    return ask("thromboembolism", orders, medications=taken, **given)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([medication(DEXAMETHASONE)], ["with-dexamethasone"]),
        ([medication(DEXAMETHASONE, status="completed")], []),
        ([medication(DEXAMETHASONE, doNotPerform=True)], []),
        ([medication(DEXAMETHASONE), medication(ASPIRIN, "m2")], []),
        ([medication(DEXAMETHASONE), medication(WARFARIN, "m2")], []),
        (
            [medication(DEXAMETHASONE), medication(ASPIRIN, "m2", status="stopped")],
            ["with-dexamethasone"],
        ),
        ([medication("4083")], ["with-oestrogen"]),
        ([medication("105694")], ["with-erythropoiesis-stimulator"]),
    ],
)
def test_medicines_that_add_to_the_risk(taken: list[Any], expected: list[str]) -> None:
    assert found(thrombosis(*taken)) == expected


def test_a_medicine_of_the_same_session_counts() -> None:
    """Dexamethasone is ordered beside the IMiD, so it stands in no list of medicines yet."""
    orders = [order(), order(DEXAMETHASONE, "dex")]
    assert found(thrombosis(orders=orders)) == ["with-dexamethasone"]


@pytest.mark.parametrize(
    ("jurisdiction", "expected"), [("US", "strong-inhibitor"), ("EU", "strong-inhibitor-eu")]
)
def test_each_jurisdiction_has_its_dose_beside_an_inhibitor(
    jurisdiction: str, expected: str
) -> None:
    """The US text names 2 mg, the European one half the dose."""
    medications = [medication("42355")]
    orders = [order(POMALIDOMIDE_4)]
    result = ask("pomalidomide-cyp1a2", orders, jurisdiction=jurisdiction, medications=medications)
    assert found(result) == [expected]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (condition("128053003"), [("thrombosis-now", "critical")]),
        (condition("I26.99", ICD), [("thrombosis-now", "critical")]),
        (condition("128053003", clinicalStatus=coded("x", "resolved")), []),
        (condition("Z86.711", ICD), [("thrombosis-before", "warning")]),
        (
            condition("22298006", clinicalStatus=coded("x", "resolved")),
            [("thrombosis-before", "warning")],
        ),
    ],
)
def test_thromboses_now_and_before(record: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    result = thrombosis(conditions=[record])
    assert [(each.criterion.id, each.indicator) for each in result.findings] == expected


def test_a_family_s_thrombosis_is_not_the_patient_s() -> None:
    record = condition("1", id="family") | {
        "code": coded(
            "http://snomed.info/sct", "430801003", display="Family history of pulmonary embolism"
        )
    }
    assert thrombosis(conditions=[record]).outcome == "nothing-found"


@pytest.mark.parametrize(
    ("system", "code", "outcome"),
    [(RXNORM, LORAZEPAM, "found"), (ATC, "N05BA06", "found"), (ATC, "C07AB02", "nothing-found")],
)
def test_sedation_by_ingredient_or_class(system: str, code: str, outcome: str) -> None:
    taken = medication(medicationCodeableConcept=coded(system, code, display="x"))
    assert ask("sedation", THALIDOMIDE, medications=[taken]).outcome == outcome


def test_alcohol_is_found_among_conditions() -> None:
    assert found(ask("sedation", THALIDOMIDE, conditions=[condition("F10.20", ICD)])) == ["alcohol"]


@pytest.mark.parametrize(
    ("rule", "orders", "given", "expected"),
    [
        (
            "peripheral-neuropathy",
            THALIDOMIDE,
            {"conditions": [condition("302226006")]},
            ["neuropathy"],
        ),
        ("peripheral-neuropathy", THALIDOMIDE, {}, []),
        (
            "possible-pregnancy",
            [order()],
            {"conditions": [condition("102874004")]},
            ["possible-pregnancy"],
        ),
        (
            "second-malignancy",
            [order()],
            {"conditions": [condition(MYELOMA), condition("91861009")]},
            ["blood-cancer"],
        ),
        ("second-malignancy", [order()], {"conditions": [condition("109995007")]}, []),
        (
            "lenalidomide-leukaemia",
            [order()],
            {"conditions": [condition("C91.10", ICD)]},
            ["chronic-lymphocytic-leukaemia"],
        ),
        ("pembrolizumab", [order()], {"medications": [medication("1547545")]}, ["pembrolizumab"]),
        (
            "pomalidomide-cyp1a2",
            [order(POMALIDOMIDE_4)],
            {"medications": [medication("42355")]},
            ["strong-inhibitor"],
        ),
        ("breastfeeding", [order()], {"conditions": [condition("169741004")]}, []),
        (
            "breastfeeding",
            [order()],
            {"conditions": [condition("866041003")]},
            ["breastfeeding"],
        ),
        (
            "breastfeeding",
            [order(POMALIDOMIDE_4)],
            {"conditions": [condition("866041003")]},
            ["breastfeeding-pomalidomide"],
        ),
        (
            "severe-skin-reaction",
            [order()],
            {"conditions": [condition("L51.1", ICD, clinicalStatus=coded("x", "resolved"))]},
            ["skin-reaction"],
        ),
    ],
)
def test_each_rule_finds_its_records(
    rule: str, orders: list[Any], given: dict[str, Any], expected: list[str]
) -> None:
    assert found(ask(rule, orders, **given)) == expected


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"conditions": [condition(THALASSEMIA)], "procedures": [procedure("234319005")]}, "found"),
        ({"conditions": [condition(THALASSEMIA), condition("161626009")]}, "found"),
        (
            {
                "conditions": [condition(THALASSEMIA), condition("161626009")],
                "medications": [medication(ASPIRIN)],
            },
            "nothing-found",
        ),
        ({"conditions": [condition("161626009")]}, "nothing-found"),
        ({"conditions": [condition(THALASSEMIA)]}, "nothing-found"),
        ({"conditions": None, "procedures": [procedure("234319005")]}, "nothing-found"),
    ],
)
def test_aspirin_after_splenectomy_in_thalassemia(given: dict[str, Any], outcome: str) -> None:
    assert ask("thalassemia-aspirin-splenectomy", THALIDOMIDE, **given).outcome == outcome


@pytest.mark.parametrize(
    ("rule", "without"),
    [
        ("thromboembolism", "medications"),
        ("thromboembolism", "conditions"),
        ("sedation", "medications"),
        ("peripheral-neuropathy", "conditions"),
        ("thalassemia-aspirin-splenectomy", "conditions"),
        ("pembrolizumab", "medications"),
    ],
)
def test_data_that_was_not_supplied_is_said(rule: str, without: str) -> None:
    result = ask(rule, THALIDOMIDE, without=without)
    assert result.outcome == "not-done"
    assert {gap.category for gap in result.gaps} == {without}


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"medicationCodeableConcept": coded("http://local", "4711")}, id="local code"),
        pytest.param({"medicationCodeableConcept": {}}, id="nothing"),
        pytest.param(
            {
                "medicationCodeableConcept": None,
                "medicationReference": {"reference": "Medication/x"},
            },
            id="a reference that leads nowhere",
        ),
        pytest.param(
            {
                "medicationCodeableConcept": coded(
                    "http://www.nlm.nih.gov/research/umls/rxnorm", "197582"
                )
            },
            id="a product we do not hold",
        ),
    ],
)
def test_a_medicine_that_cannot_be_recognised_may_be_anything(named: dict[str, Any]) -> None:
    result = thrombosis(medication(**named))
    assert result.outcome == "not-done"
    assert [gap.reason for gap in result.gaps] == [
        "an entry among the medicines could not be recognised"
    ]


def test_a_record_told_by_its_words_is_said_to_be_less_certain() -> None:
    named = {"medicationCodeableConcept": {"text": "Dexamethason 40 mg Tabletten"}}
    [finding] = thrombosis(medication(**named)).findings
    assert finding.by_words
    [coded_finding] = thrombosis(medication(DEXAMETHASONE)).findings
    assert not coded_finding.by_words


def test_pomalidomide_is_no_matter_of_a_lenalidomide_rule() -> None:
    with pytest.raises(KeyError):
        ask("lenalidomide-leukaemia", [order(POMALIDOMIDE_4)])


PROBLEM = {"text": "Problem"}


@pytest.mark.parametrize(
    "answers", [["42658009"], ["73211009", "42658009"], ["42658009", "73211009"]]
)
def test_a_condition_that_stands_as_the_answer_of_an_observation_counts(answers: list[str]) -> None:
    """Some systems write a problem as the coded value of an observation, among others alike."""
    problems = [
        {
            **observation("", days_ago(9), id=f"o-{code}"),
            "code": PROBLEM,
            "valueCodeableConcept": coded(SNOMED, code),
        }
        for code in answers
    ]
    result = ask("peripheral-neuropathy", THALIDOMIDE, labs=problems)
    (seen,) = result.findings[0].evidence
    assert (seen.origin.reference, seen.words) == (
        "Observation/o-42658009",
        "disorder of the peripheral nervous system on 2026-11-11",
    )
