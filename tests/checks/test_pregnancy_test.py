"""Pregnancy tests: the windows of the programmes, to the minute."""

from typing import Any

import pytest
from charts import (
    LENALIDOMIDE_10,
    SNOMED,
    THALIDOMIDE_50,
    ago,
    ask,
    condition,
    days_ago,
    found,
    medication,
    order,
    patient,
    pregnancy_test,
    procedure,
)

FIRST = "us-first-prescription"
CONTINUING = "us-continuing"


def made_at(*whens: str) -> list[dict[str, Any]]:
    return [pregnancy_test(when, id=f"t{i}") for i, when in enumerate(whens)]


@pytest.mark.parametrize(
    ("whens", "missing"),
    [
        ([ago(days=12), ago(hours=3)], None),
        ([ago(days=10), ago(hours=23)], None),
        ([ago(days=10, minutes=1), ago(hours=3)], None),
        ([ago(days=9, hours=23), ago(hours=3)], "10 to 14 days"),
        ([ago(days=14), ago(hours=3)], None),
        ([ago(days=14, minutes=1), ago(hours=3)], "10 to 14 days"),
        ([ago(days=12), ago(hours=24)], None),
        ([ago(days=12), ago(hours=24, minutes=1)], "24 hours"),
        ([ago(days=12), ago(hours=-1)], "24 hours"),
        ([ago(days=12)], "24 hours"),
        ([ago(hours=3)], "10 to 14 days"),
        ([], "10 to 14 days and 24 hours"),
        ([days_ago(12), days_ago(1)], "24 hours"),
        ([days_ago(14), ago(hours=3)], "10 to 14 days"),
        ([days_ago(13), ago(hours=3)], None),
        (["2026-11", ago(hours=3)], "10 to 14 days"),
    ],
)
def test_the_first_prescription_needs_two_windows(whens: list[str], missing: str | None) -> None:
    """A test whose time is not known closely enough does not fill a window."""
    result = ask("pregnancy-tests", pregnancyTests=made_at(*whens))
    summaries = [finding.summary for finding in result.findings]
    if missing is None:
        assert result.outcome == "nothing-found"
    else:
        assert summaries == [
            f"No negative pregnancy test on record {missing} before the first prescription of "
            "lenalidomide."
        ]


@pytest.mark.parametrize(
    ("started", "last", "irregular", "is_found"),
    [
        (20, 6, False, False),
        (20, 8, False, True),
        (28, 6, False, False),
        (29, 27, False, False),
        (60, 27, False, False),
        (60, 29, False, True),
        (60, 13, True, False),
        (60, 15, True, True),
        (60, None, False, True),
    ],
)
def test_during_treatment_tests_come_weekly_then_by_the_cycle(
    started: int, last: int | None, irregular: bool, is_found: bool
) -> None:
    result = ask(
        "pregnancy-tests",
        medications=[medication(LENALIDOMIDE_10, authoredOn=days_ago(started))],
        conditions=[condition("80182007")] if irregular else [],
        pregnancyTests=[] if last is None else made_at(ago(days=last)),
    )
    assert found(result) == ([CONTINUING] if is_found else [])


def test_an_order_of_today_on_record_does_not_make_the_therapy_old() -> None:
    """An EHR may save the order before it is signed."""
    result = ask("pregnancy-tests", medications=[medication(authoredOn=days_ago(0))])
    assert found(result) == [FIRST]


def test_an_earlier_therapy_with_another_medicine_is_another_therapy() -> None:
    result = ask("pregnancy-tests", medications=[medication(THALIDOMIDE_50)])
    assert found(result) == [FIRST]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"valueCodeableConcept": {"text": "Indeterminate"}}, id="indeterminate"),
        pytest.param({"valueString": "hemolysed"}, id="words that say neither"),
        pytest.param({"valueQuantity": {"value": 2}}, id="a figure without interpretation"),
        pytest.param({"dataAbsentReason": {"text": "error"}}, id="no result"),
        pytest.param({"valueString": "Negative; repeat: Positive"}, id="both"),
    ],
)
def test_an_unclear_result_counts_as_none(answer: dict[str, Any]) -> None:
    unclear = {"valueCodeableConcept": None, **answer}
    tests = [
        pregnancy_test(ago(days=12), id="a", **unclear),
        pregnancy_test(ago(hours=3), id="b", **unclear),
    ]
    assert found(ask("pregnancy-tests", pregnancyTests=tests)) == [FIRST]


@pytest.mark.parametrize("text", ["Negative", "NEGATIVE", "Not detected", "non-reactive"])
def test_a_negative_result_may_be_in_words(text: str) -> None:
    worded = {"valueCodeableConcept": None, "valueString": text}
    tests = [
        pregnancy_test(ago(days=12), id="a", **worded),
        pregnancy_test(ago(hours=3), id="b", **worded),
    ]
    assert ask("pregnancy-tests", pregnancyTests=tests).outcome == "nothing-found"


@pytest.mark.parametrize(
    ("code", "counts"),
    [("2118-8", True), ("80384-1", True), ("55870-0", False), ("56497-1", False)],
)
def test_cord_blood_and_24_hour_urine_do_not_count(code: str, counts: bool) -> None:
    tests = made_at(ago(days=12), ago(hours=3))
    for test in tests:
        test["code"]["coding"][0]["code"] = code
    outcome = ask("pregnancy-tests", pregnancyTests=tests).outcome
    assert outcome == ("nothing-found" if counts else "found")


@pytest.mark.parametrize(
    ("jurisdiction", "given", "outcome"),
    [
        pytest.param("US", {"procedures": [procedure("236886002")]}, "nothing-found", id="uterus"),
        pytest.param("US", {"conditions": [condition("161800001")]}, "nothing-found", id="history"),
        pytest.param(
            "US",
            {"procedures": [procedure("236886002", status="not-done")]},
            "found",
            id="not done",
        ),
        pytest.param(
            "US", {"procedures": [procedure("83152002")]}, "found", id="one ovary at least is left"
        ),
        pytest.param(
            "US",
            {"conditions": [condition("76498008", onsetDateTime="2024-11-19")]},
            "nothing-found",
            id="menopause for 24 months",
        ),
        pytest.param(
            "US",
            {"conditions": [condition("76498008", onsetDateTime="2024-11-20")]},
            "found",
            id="menopause for a day less",
        ),
        pytest.param(
            "US", {"conditions": [condition("76498008")]}, "found", id="menopause since when?"
        ),
        pytest.param(
            "US", {"patient": patient(birthDate="1940-01-01")}, "found", id="age alone, US"
        ),
        pytest.param("US", {"patient": patient(birthDate="2016-01-01")}, "found", id="child, US"),
        pytest.param(
            "EU", {"patient": patient(birthDate="1940-01-01")}, "found", id="age alone, EU"
        ),
        pytest.param(
            "EU",
            {
                "patient": patient(birthDate="1976-11-19"),
                "conditions": [condition("76498008", onsetDateTime="2025-11-19")],
            },
            "nothing-found",
            id="50 and a year, EU",
        ),
        pytest.param(
            "EU",
            {
                "patient": patient(birthDate="1976-11-21"),
                "conditions": [condition("76498008", onsetDateTime="2020-01-01")],
            },
            "found",
            id="a day short of 50, EU",
        ),
        pytest.param(
            "EU", {"conditions": [condition("38804009")]}, "nothing-found", id="Turner, EU"
        ),
        pytest.param("US", {"conditions": [condition("38804009")]}, "found", id="Turner, US"),
    ],
)
def test_only_what_the_jurisdiction_names_rules_out_pregnancy(
    jurisdiction: str, given: dict[str, Any], outcome: str
) -> None:
    """The United States and the European Union differ; whatever is not known rules nothing out."""
    assert ask("pregnancy-tests", jurisdiction=jurisdiction, **given).outcome == outcome


@pytest.mark.parametrize(
    ("last", "outcome"), [(ago(days=3), "nothing-found"), (ago(days=3, minutes=1), "found")]
)
def test_the_european_programme_wants_a_test_in_three_days(last: str, outcome: str) -> None:
    result = ask("pregnancy-tests", jurisdiction="EU", pregnancyTests=made_at(last))
    assert result.outcome == outcome


def test_both_jurisdictions_may_hold_at_once_and_are_told_apart() -> None:
    """A conflict is two rows, never a compromise."""
    one = ask("pregnancy-tests", pregnancyTests=made_at(ago(days=12), ago(hours=3)))
    assert one.outcome == "nothing-found"
    [finding] = ask("pregnancy-tests", jurisdiction="DE").findings
    assert finding.criterion.jurisdiction == ("EU", "DE")


@pytest.mark.parametrize(
    ("without", "category"), [("pregnancyTests", "pregnancyTests"), ("medications", "medications")]
)
def test_missing_data_is_said(without: str, category: str) -> None:
    tests = made_at(ago(days=12), ago(hours=3))
    result = ask("pregnancy-tests", without=without, pregnancyTests=tests)
    assert result.outcome == "not-done"
    assert category in {gap.category for gap in result.gaps}


def test_a_male_patient_needs_no_test() -> None:
    result = ask("pregnancy-tests", patient=patient(gender="male"))
    assert result.outcome == "nothing-found"


def test_an_unknown_sex_needs_the_tests_and_says_so() -> None:
    result = ask("pregnancy-tests", patient=patient(gender="unknown"))
    assert found(result) == [FIRST]
    assert [gap.reason for gap in result.gaps] == ["the patient's sex is not known"]


def test_a_test_of_another_system_with_the_same_code_is_none() -> None:
    tests = made_at(ago(days=12), ago(hours=3))
    for test in tests:
        test["code"]["coding"][0]["system"] = SNOMED
    assert found(ask("pregnancy-tests", [order()], pregnancyTests=tests)) == [FIRST]
