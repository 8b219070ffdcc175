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
