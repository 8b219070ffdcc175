"""Supply and repeats: the limits of each jurisdiction, stated or following from the quantity."""

from decimal import Decimal
from typing import Any

import pytest
from charts import (
    LENALIDOMIDE_25,
    POMALIDOMIDE_4,
    THALIDOMIDE_50,
    ask,
    daily,
    found,
    order,
    patient,
    procedure,
    quantity,
)


def supplied(days: object, unit: str = "d", repeats: int | None = 0, **more: Any) -> dict[str, Any]:
    request = {"expectedSupplyDuration": quantity(days, unit), "numberOfRepeatsAllowed": repeats}
    return order(dispenseRequest=request, **more)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (supplied(28), "nothing-found"),
        (supplied(29), "found"),
        (supplied(4, "wk"), "nothing-found"),
        (supplied("4.1", "wk"), "found"),
        (supplied(1, "mo"), "found"),
        (supplied(28, repeats=1), "found"),
        (supplied(28, repeats=None), "not-done"),
        (supplied(29, repeats=None), "found"),
        (supplied(28, "fortnight"), "not-done"),
        (order(dispenseRequest={"numberOfRepeatsAllowed": 0}), "not-done"),
        (order(dispenseRequest={"numberOfRepeatsAllowed": 2}), "found"),
        (order(), "not-done"),
    ],
)
def test_the_united_states_allow_28_days_and_no_repeat(given: dict[str, Any], outcome: str) -> None:
    assert ask("supply", [given]).outcome == outcome


@pytest.mark.parametrize(
    ("capsules", "dose", "outcome"),
    [
        (28, daily(25), "nothing-found"),
        (29, daily(25), "found"),
        (28, daily(1, "{capsule}"), "nothing-found"),
        (56, daily(1, "{capsule}", frequency=2), "nothing-found"),
        (57, daily(1, "{capsule}", frequency=2), "found"),
        (21, daily(1, "{capsule}", frequency=1, period=2), "found"),
        (28, [{"text": "one a day"}], "not-done"),
    ],
)
def test_days_follow_from_quantity_and_dose(
    capsules: int, dose: list[dict[str, Any]], outcome: str
) -> None:
    request = {"quantity": quantity(capsules, "{capsule}"), "numberOfRepeatsAllowed": 0}
    given = order(dosageInstruction=dose, dispenseRequest=request)
    assert ask("supply", [given]).outcome == outcome


@pytest.mark.parametrize(
    ("person", "done", "days", "expected"),
    [
        (patient(), [], 28, []),
        (patient(), [], 29, ["de-can-become-pregnant"]),
        (patient(gender="unknown"), [], 29, ["de-can-become-pregnant"]),
        (patient(gender="male"), [], 84, []),
        (patient(gender="male"), [], 85, ["de-others"]),
        (patient(), [procedure("236886002")], 84, []),
        (patient(), [procedure("236886002")], 85, ["de-others"]),
    ],
)
def test_germany_allows_4_or_12_weeks(
    person: dict[str, Any], done: list[Any], days: int, expected: list[str]
) -> None:
    """The longer limit is for whoever is known not to become pregnant."""
    result = ask("supply", [supplied(days)], jurisdiction="DE", patient=person, procedures=done)
    assert found(result) == expected


@pytest.mark.parametrize(
    ("code", "criterion"),
    [
        (THALIDOMIDE_50, "us-thalidomide"),
        (LENALIDOMIDE_25, "us-lenalidomide"),
        (POMALIDOMIDE_4, "us-pomalidomide"),
    ],
)
def test_each_medicine_cites_its_own_programme(code: str, criterion: str) -> None:
    request = {"expectedSupplyDuration": quantity(30, "d"), "numberOfRepeatsAllowed": 0}
    assert found(ask("supply", [order(code, dispenseRequest=request)])) == [criterion]


@pytest.mark.parametrize(
    ("days", "repeats", "label"),
    [
        (30, 0, "Supply for 28 days"),
        (28, 2, "No repeats"),
        (84, 2, "Supply for 28 days, no repeats"),
    ],
)
def test_a_suggestion_says_what_it_changes(days: int, repeats: int, label: str) -> None:
    """Who clicks on it must know what becomes of the order."""
    [finding] = ask("supply", [supplied(days, repeats=repeats)]).findings
    assert [change.label for change in finding.changes] == [label]


def test_the_suggested_change_names_only_what_is_wrong() -> None:
    [finding] = ask("supply", [supplied(30)]).findings
    [change] = finding.changes
    assert (change.supply_days, change.repeats, change.stop) == (Decimal(28), None, False)
    assert finding.summary == (
        "lenalidomide: at most 28 days without refills. Ordered: 30 days, 0 repeats."
    )


def test_a_supply_beyond_measure_gets_its_sentence() -> None:
    """A figure that nobody meant is shown short: a title alone would not say what is wrong."""
    [finding] = ask("supply", [supplied("1E+100")]).findings
    assert finding.summary == (
        "lenalidomide: at most 28 days without refills. Ordered: 1.0E+100 days, 0 repeats."
    )


@pytest.mark.parametrize("days", [0, -28])
def test_a_supply_that_is_none_is_not_known(days: int) -> None:
    assert ask("supply", [supplied(days)]).outcome == "not-done"


@pytest.mark.parametrize("repeats", [-1, 2**31, Decimal("1E+40")])
def test_a_number_of_repeats_that_fhir_does_not_have_is_not_known(repeats: Any) -> None:
    assert ask("supply", [supplied(28, repeats=repeats)]).outcome == "not-done"
