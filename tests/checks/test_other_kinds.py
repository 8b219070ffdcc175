"""Duplicates, allergies, advice, programmes, monitoring and rises of the dose."""

from typing import Any

import pytest
from charts import (
    ATC,
    LENALIDOMIDE_5,
    LENALIDOMIDE_10,
    LENALIDOMIDE_25,
    MDS,
    MYELOMA,
    POMALIDOMIDE_4,
    THALASSEMIA,
    THALIDOMIDE_50,
    THALIDOMIDE_100,
    allergy,
    ask,
    coded,
    condition,
    daily,
    days_ago,
    dosed,
    found,
    measured,
    medication,
    order,
    patient,
)

# --- duplicates ---


@pytest.mark.parametrize(
    ("orders", "taken", "expected"),
    [
        ([order()], [], []),
        ([order()], [medication(THALIDOMIDE_50)], ["other-medicine"]),
        ([order()], [medication(THALIDOMIDE_50, status="stopped")], []),
        ([order()], [medication(LENALIDOMIDE_25)], []),
        ([order()], [medication(LENALIDOMIDE_10)], ["same-medicine"]),
        ([order(), order(POMALIDOMIDE_4, "other")], [], ["other-medicine"]),
        ([order(), order(LENALIDOMIDE_25, "again")], [], ["same-medicine"]),
    ],
)
def test_a_second_medicine_of_the_class(
    orders: list[Any], taken: list[Any], expected: list[str]
) -> None:
    """An earlier order of the same strength is what is being renewed."""
    assert found(ask("duplicate-imid", orders[::-1], medications=taken)) == expected


# --- allergies ---


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (allergy("342369"), [("same-medicine", "critical")]),
        (allergy(LENALIDOMIDE_5), [("same-medicine", "critical")]),
        (allergy("10432"), [("other-medicine", "warning")]),
        (allergy("1191"), []),
        (allergy("342369", clinicalStatus=coded("x", "resolved")), []),
        (allergy("342369", verificationStatus=coded("x", "refuted")), []),
        (
            allergy("342369", verificationStatus=coded("x", "unconfirmed")),
            [("same-medicine", "critical")],
        ),
        (allergy("L04AX04", ATC), [("same-medicine", "critical")]),
        (
            allergy("x") | {"code": {"text": "rash to lenalidomide"}},
            [("same-medicine", "critical")],
        ),
        (allergy("x") | {"code": {"text": "Penicillin"}}, []),
        (
            allergy("x")
            | {"code": {"text": "drug"}, "reaction": [{"substance": coded(ATC, "L04AX04")}]},
            [("same-medicine", "critical")],
        ),
    ],
)
def test_an_allergy(record: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    result = ask("hypersensitivity", allergies=[record])
    assert [(each.criterion.id, each.indicator) for each in result.findings] == expected
    assert result.outcome == ("found" if expected else "nothing-found")


@pytest.mark.parametrize(
    "record",
    [
        allergy("4711", "http://local"),
        allergy("342369", verificationStatus=coded("x", "entered-in-error")),
        allergy("342369", modifierExtension=[{"url": "http://x"}]),
    ],
)
def test_an_allergy_that_cannot_be_read_does_not_reassure(record: dict[str, Any]) -> None:
    assert ask("hypersensitivity", allergies=[record]).outcome == "not-done"


def test_allergies_that_were_not_supplied_are_not_none() -> None:
    result = ask("hypersensitivity", without="allergies")
    assert [gap.reason for gap in result.gaps] == ["allergies: it was not supplied"]


# --- advice ---


@pytest.mark.parametrize(
    ("gender", "jurisdiction", "expected"),
    [
        ("female", "US", ["us-two-methods", "blood-donation"]),
        ("male", "US", ["us-condom", "blood-donation"]),
        ("unknown", "US", ["us-two-methods", "us-condom", "blood-donation"]),
        ("male", "EU", ["eu-condom", "eu-blood-donation"]),
        ("female", "EU", ["eu-effective-method", "eu-blood-donation"]),
    ],
)
def test_advice_by_population(gender: str, jurisdiction: str, expected: list[str]) -> None:
    person = patient(gender=gender)
    assert found(ask("contraception", jurisdiction=jurisdiction, patient=person)) == expected


# --- programmes ---


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("213360", ["thalomid"]),
        (THALIDOMIDE_50, ["thalomid", "thalidomide-generic"]),
        (LENALIDOMIDE_25, ["lenalidomide"]),
        ("643722", ["lenalidomide"]),
        ("1369736", ["pomalidomide"]),
        (POMALIDOMIDE_4, ["pomalidomide"]),
    ],
)
def test_the_product_decides_the_programme(code: str, expected: list[str]) -> None:
    assert found(ask("safety-programme", [order(code)])) == expected


# --- monitoring ---


@pytest.mark.parametrize(
    ("started", "last", "is_due"),
    [
        (30, 6, False),
        (30, 8, True),
        (90, 29, False),
        (90, 35, True),
        (90, None, True),
        (3, None, False),
    ],
)
def test_blood_counts_in_mds_are_due_weekly_then_monthly(
    started: int, last: int | None, is_due: bool
) -> None:
    labs = (
        []
        if last is None
        else [
            measured("751-8", 3, "10*9/L", days_ago(last)),
            measured("777-3", 200, "10*9/L", days_ago(last)),
        ]
    )
    result = ask(
        "blood-count-monitoring",
        [],
        hook="patient-view",
        medications=[medication(LENALIDOMIDE_10, authoredOn=days_ago(started))],
        conditions=[condition(MDS)],
        labs=labs,
    )
    assert found(result) == (["lenalidomide-mds"] * 2 if is_due else [])


@pytest.mark.parametrize(
    ("code", "disease", "jurisdiction", "started", "last", "expected"),
    [
        (LENALIDOMIDE_25, "443487006", "US", 20, 8, "lenalidomide-mantle-cell"),
        (LENALIDOMIDE_25, "443487006", "US", 40, 8, None),
        (LENALIDOMIDE_25, "443487006", "EU", 40, 8, "lenalidomide-mantle-cell-eu"),
        (LENALIDOMIDE_25, "443487006", "EU", 70, 8, None),
        (LENALIDOMIDE_25, MYELOMA, "EU", 40, 8, "lenalidomide-eu"),
        (LENALIDOMIDE_25, MYELOMA, "US", 40, 8, None),
        (LENALIDOMIDE_25, "444597005", "EU", 15, 8, "lenalidomide-follicular-eu"),
        (LENALIDOMIDE_25, "444597005", "EU", 40, 8, None),
        (POMALIDOMIDE_4, MYELOMA, "EU", 40, 8, "pomalidomide-eu"),
        (POMALIDOMIDE_4, MYELOMA, "EU", 90, 8, None),
    ],
)
def test_each_disease_has_its_cadence_of_blood_counts(
    code: str, disease: str, jurisdiction: str, started: int, last: int, expected: str | None
) -> None:
    """Where no text of the jurisdiction was read, nothing is due."""
    counts = [("751-8", 3), ("777-3", 200)]
    result = ask(
        "blood-count-monitoring",
        [],
        hook="patient-view",
        jurisdiction=jurisdiction,
        medications=[medication(code, authoredOn=days_ago(started))],
        conditions=[condition(disease)],
        labs=[measured(code, value, "10*9/L", days_ago(last)) for code, value in counts],
    )
    assert found(result) == ([expected] * 2 if expected else [])


@pytest.mark.parametrize(("last", "outcome"), [(-300, "not-done"), (3, "nothing-found")])
def test_counts_of_the_future_were_not_made(last: int, outcome: str) -> None:
    """They may be of last week, under a wrong date: neither overdue nor made can be said."""
    counts = [("751-8", 3), ("777-3", 200)]
    result = ask(
        "blood-count-monitoring",
        [],
        hook="patient-view",
        medications=[medication(LENALIDOMIDE_10, authoredOn=days_ago(90))],
        conditions=[condition(MDS)],
        labs=[measured(code, value, "10*9/L", days_ago(last)) for code, value in counts],
    )
    assert result.outcome == outcome


# --- rises of the dose ---


def rise(disease: str, before: int, since: int, now: int, **more: Any) -> Any:
    taken = medication(
        THALIDOMIDE_100, dosageInstruction=daily(before), authoredOn=days_ago(since), **more
    )
    return ask(
        "dose-escalation",
        [dosed(THALIDOMIDE_100, now)],
        medications=[taken],
        conditions=[condition(disease)],
    )


@pytest.mark.parametrize(
    ("disease", "before", "since", "now", "is_found"),
    [
        (MYELOMA, 100, 15, 300, False),
        (MYELOMA, 100, 13, 300, True),
        (MYELOMA, 100, 15, 400, True),
        (MYELOMA, 300, 1, 100, False),
        (MYELOMA, 100, 1, 100, False),
        (THALASSEMIA, 50, 40, 75, False),
        (THALASSEMIA, 50, 40, 100, True),
        (THALASSEMIA, 50, 20, 75, True),
    ],
)
def test_a_rise_faster_than_in_the_studies(
    disease: str, before: int, since: int, now: int, is_found: bool
) -> None:
    assert bool(rise(disease, before, since, now).findings) == is_found


def test_renewals_of_a_dose_count_from_the_first() -> None:
    """A dose that has been taken for months was not begun with its last renewal."""
    taken = [
        medication(
            THALIDOMIDE_100, f"m{i}", dosageInstruction=daily(100), authoredOn=days_ago(days)
        )
        for i, days in enumerate((5, 33, 61))
    ]
    result = ask(
        "dose-escalation",
        [dosed(THALIDOMIDE_100, 200)],
        medications=taken,
        conditions=[condition(MYELOMA)],
    )
    assert result.outcome == "nothing-found"


def test_a_dose_before_that_is_not_structured_is_a_gap() -> None:
    result = ask(
        "dose-escalation",
        [dosed(THALIDOMIDE_100, 200)],
        medications=[medication(THALIDOMIDE_100)],
        conditions=[condition(MYELOMA)],
    )
    assert result.outcome == "not-done"


@pytest.mark.parametrize(
    "earlier",
    [
        medication(medicationCodeableConcept=coded("http://local", "1")),
        medication(THALIDOMIDE_100, status="entered-in-error"),
    ],
    ids=["a medicine nobody can read", "entered in error"],
)
def test_an_earlier_dose_that_may_have_been_missed_is_a_gap(earlier: Any) -> None:
    """Without it the therapy would seem to be new, and nothing new rises."""
    result = ask(
        "dose-escalation",
        [dosed(THALIDOMIDE_100, 200)],
        medications=[earlier],
        conditions=[condition(MYELOMA)],
    )
    assert result.outcome == "not-done"
