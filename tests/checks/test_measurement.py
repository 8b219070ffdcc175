"""Blood counts: bounds, units, and what makes a value unusable."""

from typing import Any

import pytest
from charts import (
    ASPIRIN,
    LENALIDOMIDE_25,
    MYELOMA,
    POMALIDOMIDE_4,
    THALASSEMIA,
    THALIDOMIDE_50,
    ago,
    ask,
    condition,
    days_ago,
    found,
    measured,
    medication,
    observation,
    order,
    quantity,
)

NEUTROPHILS, SHARE, WHOLE, PLATELETS = "751-8", "770-8", "6690-2", "777-3"
GOOD = measured(PLATELETS, 200, "10*9/L")
LOW = "lenalidomide-myeloma-us-neutrophils"


def counts(
    *labs: dict[str, Any], code: str = LENALIDOMIDE_25, disease: str = MYELOMA, **more: Any
) -> Any:
    return ask("blood-counts", [order(code)], conditions=[condition(disease)], labs=labs, **more)


@pytest.mark.parametrize(
    ("value", "unit", "outcome"),
    [
        (999, "/uL", "found"),
        (1000, "/uL", "nothing-found"),
        ("0.999", "10*9/L", "found"),
        ("1.000", "10*9/L", "nothing-found"),
        ("0.9", "10*3/uL", "found"),
        (900, "/mm3", "found"),
        (900, "{cells}/uL", "found"),
        ("0.9", "10*6/mL", "found"),
        (1, "mg", "not-done"),
        (1, "widget", "not-done"),
    ],
)
def test_a_bound_holds_in_every_unit(value: object, unit: str, outcome: str) -> None:
    assert counts(measured(NEUTROPHILS, value, unit), GOOD).outcome == outcome


@pytest.mark.parametrize("unit", ["K/uL", "x10^9/L", "10^3/uL", "Thousand/uL"])
def test_a_laboratory_s_spelling_of_a_unit_is_understood(unit: str) -> None:
    value = {"value": 0.9, "unit": unit}
    lab = observation(NEUTROPHILS, days_ago(1), valueQuantity=value)
    assert found(counts(lab, GOOD)) == [LOW]


@pytest.mark.parametrize(
    ("comparator", "value", "outcome"),
    [
        ("<", 500, "found"),
        ("<", 1000, "found"),
        ("<", 1500, "not-done"),
        (">", 1000, "nothing-found"),
        (">", 500, "not-done"),
    ],
)
def test_a_value_known_on_one_side(comparator: str, value: int, outcome: str) -> None:
    lab = measured(NEUTROPHILS, value, "/uL")
    lab["valueQuantity"]["comparator"] = comparator
    assert counts(lab, GOOD).outcome == outcome


@pytest.mark.parametrize(
    ("share", "whole", "same_time", "outcome"),
    [
        (20, "4.9", True, "found"),
        (20, "5.0", True, "nothing-found"),
        (20, "4.9", False, "not-done"),
    ],
)
def test_a_share_of_the_white_cells_will_do(
    share: int, whole: str, same_time: bool, outcome: str
) -> None:
    labs = [
        measured(SHARE, share, "%", days_ago(1)),
        measured(WHOLE, whole, "10*9/L", days_ago(1 if same_time else 2)),
    ]
    assert counts(*labs, GOOD).outcome == outcome


@pytest.mark.parametrize(
    ("labs", "outcome"),
    [
        pytest.param(
            [
                measured(NEUTROPHILS, 500, "/uL", days_ago(9), id="old"),
                measured(NEUTROPHILS, 5000, "/uL", days_ago(2), id="new"),
            ],
            "nothing-found",
            id="the newest counts",
        ),
        pytest.param(
            [
                measured(NEUTROPHILS, 500, "/uL", days_ago(2), id="a"),
                measured(NEUTROPHILS, 5000, "/uL", days_ago(2), id="b"),
            ],
            "found",
            id="two that may be the newest",
        ),
        pytest.param(
            [measured(NEUTROPHILS, 5000, "/uL", ago(days=28))], "nothing-found", id="28 d"
        ),
        pytest.param([measured(NEUTROPHILS, 500, "/uL", ago(days=29))], "not-done", id="too old"),
        pytest.param(
            [measured(NEUTROPHILS, 500, "/uL", "then")], "not-done", id="a day that is not known"
        ),
        pytest.param(
            [
                measured(NEUTROPHILS, 500, "/uL", "then", id="a"),
                measured(NEUTROPHILS, 5000, "/uL", days_ago(2), id="b"),
            ],
            "not-done",
            id="one without a day may be the newest",
        ),
        pytest.param([], "not-done", id="none"),
        pytest.param(
            [measured(NEUTROPHILS, 5000, "/uL", status="entered-in-error")],
            "not-done",
            id="entered in error",
        ),
        pytest.param(
            [measured(NEUTROPHILS, 5000, "/uL", status="cancelled")], "not-done", id="cancelled"
        ),
        pytest.param(
            [measured(NEUTROPHILS, 5000, "/uL", modifierExtension=[{"url": "http://x"}])],
            "not-done",
            id="unknown modifier",
        ),
        pytest.param(
            [observation(NEUTROPHILS, days_ago(1), dataAbsentReason={"text": "clotted"})],
            "not-done",
            id="no value",
        ),
    ],
)
def test_only_a_usable_value_reassures(labs: list[dict[str, Any]], outcome: str) -> None:
    assert counts(*labs, GOOD).outcome == outcome


def test_a_component_of_a_panel_is_a_value() -> None:
    panel = observation("58410-2", days_ago(1))
    panel["component"] = [
        {"code": measured(NEUTROPHILS, 1, "/uL")["code"], "valueQuantity": quantity(900, "/uL")}
    ]
    assert found(counts(panel, GOOD)) == [LOW]


@pytest.mark.parametrize(
    ("code", "disease", "neutrophils", "platelets", "expected"),
    [
        (LENALIDOMIDE_25, MYELOMA, 5000, 29999, ["lenalidomide-myeloma-us-platelets"]),
        (LENALIDOMIDE_25, MYELOMA, 5000, 30000, []),
        (POMALIDOMIDE_4, MYELOMA, 499, 200000, ["pomalidomide-myeloma-neutrophils"]),
        (POMALIDOMIDE_4, MYELOMA, 500, 50000, []),
        (
            POMALIDOMIDE_4,
            MYELOMA,
            5000,
            24999,
            [
                "pomalidomide-myeloma-platelets-interrupt",
                "pomalidomide-myeloma-platelets-new-cycle",
            ],
        ),
        (POMALIDOMIDE_4, "109385007", 999, 200000, ["pomalidomide-kaposi-neutrophils"]),
        (POMALIDOMIDE_4, "109385007", 5000, 74999, ["pomalidomide-kaposi-platelets"]),
        (POMALIDOMIDE_4, "109385007", 5000, 75000, []),
        (THALIDOMIDE_50, MYELOMA, 749, 200000, ["thalidomide-neutrophils"]),
        (THALIDOMIDE_50, MYELOMA, 750, 200000, []),
    ],
)
def test_each_label_has_its_bounds(
    code: str, disease: str, neutrophils: int, platelets: int, expected: list[str]
) -> None:
    labs = [measured(NEUTROPHILS, neutrophils, "/uL"), measured(PLATELETS, platelets, "/uL")]
    assert found(counts(*labs, code=code, disease=disease)) == expected


@pytest.mark.parametrize(
    ("platelets", "jurisdiction", "expected"),
    [
        (49, "EU", ["lenalidomide-eu-platelets"]),
        (50, "EU", []),
        (49, "US", []),
        (29, "US", ["lenalidomide-myeloma-us-platelets"]),
    ],
)
def test_jurisdictions_differ_on_platelets(
    platelets: int, jurisdiction: str, expected: list[str]
) -> None:
    labs = [measured(NEUTROPHILS, 5, "10*9/L"), measured(PLATELETS, platelets, "10*9/L")]
    assert found(counts(*labs, jurisdiction=jurisdiction)) == expected


def test_a_disease_that_is_not_recorded_is_a_gap() -> None:
    """Which bound holds depends on it; none of them may be passed over in silence."""
    labs = [measured(NEUTROPHILS, 5000, "/uL"), GOOD]
    result = ask("blood-counts", labs=labs)
    assert result.outcome == "not-done"
    assert result.gaps[-1].reason == "what the medicine is given for is not recorded"


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("2026-01-05", "the last value of neutrophils on 2026-01-05 is too old"),
        ("yesterday", "the day of the last value of neutrophils is not known"),
    ],
)
def test_a_value_that_is_not_of_now_is_a_gap_with_its_day(when: str, reason: str) -> None:
    """The reader sees at once whether to look for a newer one or to order it."""
    result = counts(measured(NEUTROPHILS, 5, "10*9/L", when), GOOD)
    assert result.outcome == "not-done"
    assert reason in {gap.reason for gap in result.gaps}


def test_the_reason_of_the_order_tells_the_disease() -> None:
    reason = [{"coding": [{"system": "http://snomed.info/sct", "code": MYELOMA}]}]
    labs = [measured(NEUTROPHILS, 500, "/uL"), GOOD]
    assert found(ask("blood-counts", [order(reasonCode=reason)], labs=labs)) == [LOW]


@pytest.mark.parametrize(
    ("platelets", "disease", "taken", "outcome"),
    [
        (501, THALASSEMIA, [], "found"),
        (500, THALASSEMIA, [], "nothing-found"),
        (501, THALASSEMIA, [medication(ASPIRIN)], "nothing-found"),
        (501, THALASSEMIA, [medication(ASPIRIN, status="stopped")], "found"),
    ],
)
def test_aspirin_with_many_platelets_in_thalassemia(
    platelets: int, disease: str, taken: list[Any], outcome: str
) -> None:
    result = ask(
        "thalassemia-aspirin-platelets",
        [order(THALIDOMIDE_50)],
        conditions=[condition(disease)],
        labs=[measured(PLATELETS, platelets, "10*9/L")],
        medications=taken,
    )
    assert result.outcome == outcome


@pytest.mark.parametrize(
    ("disease", "outcome"), [(MYELOMA, "nothing-found"), ("22298006", "not-done")]
)
def test_a_rule_about_other_patients_is_silent_where_the_indication_is_known(
    disease: str, outcome: str
) -> None:
    """A rule about thalassemia has no gap in myeloma; what is given for nothing known has one."""
    result = ask(
        "thalassemia-aspirin-platelets",
        [order(THALIDOMIDE_50)],
        conditions=[condition(disease)],
        labs=[measured(PLATELETS, 600, "10*9/L")],
    )
    assert result.outcome == outcome


def test_the_value_is_shown_and_nothing_that_a_laboratory_wrote_in_words() -> None:
    """A unit may hold anything between braces: it must not reach a card."""
    unit = "/uL{<b>loud}"
    [finding] = counts(measured(NEUTROPHILS, 900, unit), GOOD).findings
    assert finding.summary == (
        "Neutrophils 900 /µL: the lenalidomide label asks to interrupt below 1000/µL."
    )
    assert "loud" not in str(finding.evidence)


@pytest.mark.parametrize(
    ("value", "when", "outcome"),
    [
        pytest.param(3500, 364, "not-done", id="normal, in a year"),
        pytest.param(500, 364, "found", id="low, in a year"),
        pytest.param(3500, 2, "not-done", id="the day after tomorrow"),
        pytest.param(3500, 1, "nothing-found", id="tomorrow has begun elsewhere"),
    ],
)
def test_a_value_of_the_future_warns_but_does_not_reassure(
    value: int, when: int, outcome: str
) -> None:
    """A date that cannot be true makes no value a current one."""
    result = counts(GOOD, measured(NEUTROPHILS, value, "/uL", days_ago(-when)))
    assert result.outcome == outcome
    assert any("dated in the future" in gap.reason for gap in result.gaps) == (when > 1)


def test_a_value_of_the_future_hides_none_of_today() -> None:
    low, high = (
        measured(NEUTROPHILS, 500, "/uL", days_ago(2), id="low"),
        measured(NEUTROPHILS, 5000, "/uL", days_ago(-300), id="high"),
    )
    assert found(counts(GOOD, low, high)) == [LOW]


def test_a_share_of_the_future_is_no_more_to_be_relied_on() -> None:
    share = measured(SHARE, 50, "%", days_ago(-300), id="share")
    whole = measured(WHOLE, 6, "10*9/L", days_ago(-300), id="whole")
    assert counts(GOOD, share, whole).outcome == "not-done"


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    [
        pytest.param(900, "10*3/uL", "(900 × 10³/µL) is above 50 10*3/uL", id="another unit"),
        pytest.param(900, "10*9/L", "the unit may be wrong", id="another unit, by the litre"),
        pytest.param(-900, "/uL", "below zero, which cannot be", id="below zero"),
        pytest.param("1e300", "/uL", "the unit may be wrong", id="without measure"),
    ],
)
def test_a_value_that_cannot_be_does_not_reassure(value: object, unit: str, reason: str) -> None:
    """900 is a count of neutrophils per microlitre; in thousands it hides that they are few."""
    result = counts(GOOD, measured(NEUTROPHILS, value, unit))
    assert result.outcome == "not-done"
    assert any(reason in gap.reason for gap in result.gaps)
    assert all(len(gap.reason) < 200 for gap in result.gaps)


def test_many_platelets_warn_where_many_are_asked_about() -> None:
    """More than is plausible is still more than the bound."""
    result = ask(
        "thalassemia-aspirin-platelets",
        [order(THALIDOMIDE_50)],
        conditions=[condition(THALASSEMIA)],
        labs=[measured(PLATELETS, 1200, "10*9/L")],
    )
    assert result.outcome == "found"
    assert "is above 1000 10*3/uL" in str(result.gaps)


@pytest.mark.parametrize(
    ("value", "when", "outcome"),
    [
        pytest.param(9, 1, "not-done", id="more than all white cells"),
        pytest.param(5, 1, "nothing-found", id="less"),
        pytest.param(6, 1, "nothing-found", id="all of them"),
        pytest.param(9, 2, "nothing-found", id="of another day"),
    ],
)
def test_a_part_that_is_more_than_the_whole_does_not_reassure(
    value: int, when: int, outcome: str
) -> None:
    """The same laboratory's other value shows that a unit is wrong."""
    part = measured(NEUTROPHILS, value, "10*3/uL", days_ago(1), id="part")
    whole = measured(WHOLE, 6, "10*9/L", days_ago(when), id="whole")
    assert counts(GOOD, part, whole).outcome == outcome
