"""Daily doses: what is added up, what is a second way of saying the same, what is not known."""

from typing import Any

import pytest
from charts import (
    LENALIDOMIDE_10,
    LENALIDOMIDE_25,
    MDS,
    MYELOMA,
    POMALIDOMIDE_4,
    THALASSEMIA,
    THALIDOMIDE_50,
    THALIDOMIDE_100,
    ask,
    condition,
    daily,
    days_ago,
    dosed,
    found,
    order,
    quantity,
)


def rows(*amounts: tuple[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [
                {"doseQuantity": quantity(amount, "mg")}
                | ({"type": {"coding": [{"code": type}]}} if type else {})
                for amount, type in amounts
            ],
        }
    ]


def thalidomide(*dosage: dict[str, Any], code: str = THALIDOMIDE_50) -> Any:
    given = order(code, dosageInstruction=list(dosage))
    return ask("thalidomide-usual-ceiling", [given])


ONE = daily(100)[0]


@pytest.mark.parametrize(
    ("dosage", "outcome"),
    [
        pytest.param(daily(100), "nothing-found", id="100 mg"),
        pytest.param(daily(101), "found", id="101 mg"),
        pytest.param(daily("0.1", "g"), "nothing-found", id="0.1 g"),
        pytest.param(daily(100_001, "ug"), "found", id="micrograms"),
        pytest.param(daily(50, frequency=2), "nothing-found", id="50 mg twice"),
        pytest.param(daily(50, frequency=3), "found", id="50 mg three times"),
        pytest.param(daily(50, frequencyMax=3), "found", id="up to three times"),
        pytest.param(daily(50, period=8, periodUnit="h"), "found", id="every 8 hours"),
        pytest.param(daily(2, "{capsule}"), "nothing-found", id="2 capsules of 50 mg"),
        pytest.param(daily(3, "{capsule}"), "found", id="3 capsules of 50 mg"),
        pytest.param(daily(50) + daily(100), "found", id="two dosages at the same time"),
        pytest.param(
            [{**ONE, "sequence": 1}, {**ONE, "sequence": 2}],
            "nothing-found",
            id="one after another",
        ),
        pytest.param(
            [{**ONE, "sequence": 1}, {**ONE, "sequence": 1}], "found", id="of one sequence"
        ),
        pytest.param(
            daily(100, dayOfWeek=["mon"]) + daily(50, dayOfWeek=["tue"]),
            "nothing-found",
            id="on different days",
        ),
        pytest.param(
            daily(100, dayOfWeek=["mon"]) + daily(50, dayOfWeek=["mon"]), "found", id="on one day"
        ),
        pytest.param(rows((60, ""), (50, "")), "found", id="rows of one type are parts"),
        pytest.param(
            rows((60, "ordered"), (60, "calculated")), "nothing-found", id="two ways of saying it"
        ),
        pytest.param(
            rows((100, "ordered"), (150, "calculated")),
            "nothing-found",
            id="what was ordered counts",
        ),
        pytest.param(
            [{**ONE, "timing": {"code": {"coding": [{"code": "BID"}]}}}], "found", id="BID"
        ),
        pytest.param(
            [{**ONE, "timing": {"repeat": {"when": ["MORN", "EVE"]}}}], "found", id="two meals"
        ),
        pytest.param(
            [
                {
                    "timing": ONE["timing"],
                    "doseAndRate": [
                        {"doseRange": {"low": quantity(50, "mg"), "high": quantity(150, "mg")}}
                    ],
                }
            ],
            "found",
            id="the upper end of a range",
        ),
        pytest.param(
            [{"timing": ONE["timing"], "doseQuantity": quantity(150, "mg")}], "found", id="as STU3"
        ),
        pytest.param([{**ONE, "timing": {}}], "not-done", id="how often?"),
        pytest.param([{**daily(150)[0], "timing": {}}], "found", id="one dose is too much already"),
        pytest.param([{"text": "100 mg at bedtime"}], "not-done", id="words only"),
        pytest.param([], "not-done", id="no dosage"),
        pytest.param(daily(2, "drops"), "not-done", id="a unit that is not known"),
        pytest.param(daily(100) + [{"text": "and 50 mg"}], "not-done", id="one dosage in words"),
    ],
)
def test_what_a_day_adds_up_to(dosage: list[dict[str, Any]], outcome: str) -> None:
    assert thalidomide(*dosage).outcome == outcome


def test_capsules_of_an_unknown_strength_are_not_counted() -> None:
    assert thalidomide(*daily(1, "{capsule}"), code="10432").outcome == "not-done"


@pytest.mark.parametrize(
    ("code", "disease", "dose", "expected"),
    [
        (LENALIDOMIDE_25, MYELOMA, 25, []),
        (LENALIDOMIDE_25, MYELOMA, 26, ["lenalidomide-myeloma"]),
        (LENALIDOMIDE_10, MDS, 10, []),
        (LENALIDOMIDE_10, MDS, 15, ["lenalidomide-mds"]),
        (LENALIDOMIDE_25, "443487006", 30, ["lenalidomide-mantle-cell"]),
        (LENALIDOMIDE_25, "444597005", 25, ["lenalidomide-follicular"]),
        (POMALIDOMIDE_4, MYELOMA, 4, []),
        (POMALIDOMIDE_4, MYELOMA, 5, ["pomalidomide-myeloma"]),
        (POMALIDOMIDE_4, "109385007", 5, []),
        (THALIDOMIDE_100, MYELOMA, 200, []),
        (THALIDOMIDE_100, MYELOMA, 300, ["thalidomide-myeloma"]),
    ],
)
def test_each_disease_has_its_greatest_dose(
    code: str, disease: str, dose: int, expected: list[str]
) -> None:
    result = ask("dose-maxima", [dosed(code, dose)], conditions=[condition(disease)])
    assert found(result) == expected


@pytest.mark.parametrize(
    ("code", "dose", "expected"),
    [
        (LENALIDOMIDE_25, 26, "lenalidomide-myeloma-eu"),
        (POMALIDOMIDE_4, 5, "pomalidomide-myeloma-eu"),
        (THALIDOMIDE_100, 300, "thalidomide-myeloma-eu"),
    ],
)
def test_europe_has_its_own_row_in_myeloma(code: str, dose: int, expected: str) -> None:
    orders, disease = [dosed(code, dose)], [condition(MYELOMA)]
    assert found(ask("dose-maxima", orders, jurisdiction="EU", conditions=disease)) == [expected]


def test_without_a_disease_on_record_the_maximum_is_not_known() -> None:
    result = ask("dose-maxima", [dosed(LENALIDOMIDE_25, 50)])
    assert result.outcome == "not-done"


def test_thalassemia_has_a_lower_mark() -> None:
    result = ask(
        "thalidomide-usual-ceiling",
        [dosed(THALIDOMIDE_50, 75)],
        conditions=[condition(THALASSEMIA)],
    )
    assert found(result) == ["thalassemia-above-50-mg"]


@pytest.mark.parametrize(
    "dosage",
    [
        pytest.param(daily(-25), id="below zero"),
        pytest.param(daily(0), id="nothing"),
        pytest.param(rows((50, ""), (-25, "")), id="a part below zero"),
        pytest.param(daily(50) + daily(-25), id="a row below zero"),
        pytest.param(daily(25, frequency=-1), id="so many times less than never"),
        pytest.param(daily(25, period=-1), id="every day before"),
        pytest.param(daily(-1, "{capsule}"), id="capsules below zero"),
    ],
)
def test_a_dose_that_cannot_be_does_not_reassure(dosage: list[dict[str, Any]]) -> None:
    assert thalidomide(*dosage).outcome == "not-done"


def test_a_pause_beside_a_dose_is_no_error() -> None:
    dosage = daily(100, dayOfWeek=["mon"]) + daily(0, dayOfWeek=["tue"])
    assert thalidomide(*dosage).outcome == "nothing-found"


@pytest.mark.parametrize(("amount", "shown"), [("1e308", "1.0E+308"), ("1234567", "1234567")])
def test_a_dose_beyond_measure_gets_its_sentence(amount: str, shown: str) -> None:
    """The title of a rule would not tell the prescriber what is wrong."""
    [finding] = thalidomide(*daily(amount)).findings
    assert f"{shown} mg" in finding.summary


# --- orders that are taken together ---


def lenalidomide(mg: int, id: str = "second", **more: Any) -> dict[str, Any]:
    code = {10: LENALIDOMIDE_10, 25: LENALIDOMIDE_25}[mg]
    return order(code, id, **{"dosageInstruction": daily(mg), **more})


def together(*orders: dict[str, Any], **given: Any) -> Any:
    return ask("dose-maxima", list(orders), conditions=[condition(MYELOMA)], **given)


def bounded(mg: int, start: str, end: str) -> list[dict[str, Any]]:
    return daily(mg, boundsPeriod={"start": start, "end": end})


FIRST = lenalidomide(25, "first")


@pytest.mark.parametrize(
    ("orders", "outcome"),
    [
        pytest.param([FIRST], "nothing-found", id="alone"),
        pytest.param([FIRST, lenalidomide(10)], "found", id="two drafts"),
        pytest.param(
            [lenalidomide(10, "first"), lenalidomide(10)], "nothing-found", id="20 mg together"
        ),
        pytest.param([FIRST, lenalidomide(10, status="cancelled")], "nothing-found", id="stopped"),
        pytest.param(
            [FIRST, lenalidomide(10, priorPrescription={"reference": "MedicationRequest/first"})],
            "nothing-found",
            id="one replaces the other",
        ),
        pytest.param(
            [FIRST, lenalidomide(10, basedOn=[{"reference": "MedicationRequest/first"}])],
            "nothing-found",
            id="one carries out the other",
        ),
        pytest.param(
            [FIRST, lenalidomide(10, dosageInstruction=daily(10) + [{"text": "and more"}])],
            "not-done",
            id="the other dose is not known",
        ),
        pytest.param(
            [
                lenalidomide(25, "first", dosageInstruction=daily(25, dayOfWeek=["mon"])),
                lenalidomide(10, dosageInstruction=daily(10, dayOfWeek=["tue"])),
            ],
            "nothing-found",
            id="they take turns",
        ),
        pytest.param(
            [
                lenalidomide(
                    25, "first", dosageInstruction=bounded(25, "2026-11-20", "2026-12-10")
                ),
                lenalidomide(10, dosageInstruction=bounded(10, "2026-12-11", "2026-12-31")),
            ],
            "nothing-found",
            id="one after the other",
        ),
        pytest.param(
            [
                lenalidomide(
                    25, "first", dosageInstruction=bounded(25, "2026-11-20", "2026-12-10")
                ),
                lenalidomide(10, dosageInstruction=bounded(10, "2026-12-10", "2026-12-31")),
            ],
            "found",
            id="on one day together",
        ),
        pytest.param([FIRST, dosed(POMALIDOMIDE_4, 4)], "nothing-found", id="another medicine"),
    ],
)
def test_drafts_of_one_session_are_added_up(orders: list[dict[str, Any]], outcome: str) -> None:
    """Two strengths are how a dose between them is ordered, and how one is doubled by mistake."""
    for asked in (orders, orders[::-1]):
        assert together(*asked).outcome == outcome


def test_the_sum_is_told_with_the_orders_it_is_of() -> None:
    [finding] = together(FIRST, lenalidomide(10)).findings
    assert finding.summary.startswith("lenalidomide 35 mg (2 orders together) a day is more than")
    assert [seen.origin.reference for seen in finding.evidence] == ["MedicationRequest/first"]


def taken(mg: int, days: int, **more: Any) -> dict[str, Any]:
    supply = {"expectedSupplyDuration": quantity(28, "d")}
    given = {"status": "active", "authoredOn": days_ago(days), "dispenseRequest": supply, **more}
    return lenalidomide(mg, "active", **given)


@pytest.mark.parametrize(
    ("active", "outcome"),
    [
        pytest.param(taken(10, 5), "found", id="another strength, still running"),
        pytest.param(taken(10, 29), "nothing-found", id="another strength, run out"),
        pytest.param(taken(25, 26), "nothing-found", id="the same strength is renewed"),
        pytest.param(taken(10, 5, status="stopped"), "nothing-found", id="stopped"),
        pytest.param(taken(10, 5, dispenseRequest={}), "nothing-found", id="till when is unknown"),
    ],
)
def test_an_active_order_counts_while_it_lasts(active: dict[str, Any], outcome: str) -> None:
    """What is renewed, or has run out, is no dose beside the new one."""
    assert together(FIRST, medications=[active]).outcome == outcome


def test_an_active_order_that_is_replaced_is_not_added() -> None:
    new = lenalidomide(25, "new", priorPrescription={"reference": "MedicationRequest/active"})
    assert together(new, medications=[taken(10, 5)]).outcome == "nothing-found"
