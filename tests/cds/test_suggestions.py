"""A suggestion is carried out by a machine: the whole order, with nothing but the change."""

from typing import Any

import pytest
from cds_calls import body, bundle, condition, order, patient, prefetch, quantity, without

PREGNANT = prefetch(
    patient=patient("female", "1990-05-06"), conditions=bundle(condition("77386006"))
)


def longer(**changed: Any) -> Any:
    """Return an order for 84 days with two refills."""
    request = {
        "numberOfRepeatsAllowed": 2,
        "quantity": {"value": 63, "unit": "capsule"},
        "expectedSupplyDuration": quantity(84, "d"),
    }
    return order(dispenseRequest=request | changed)


def suggestions(answer: Any, theme: str) -> list[Any]:
    for card in answer["cards"]:
        if card["source"]["topic"]["code"] == theme:
            found: list[Any] = card.get("suggestions", [])
            return found
    return []


def test_a_shorter_supply_is_the_same_order_otherwise(ask: Any) -> None:
    """[1f action] Full resource, same id: the client replaces what it has by what it gets."""
    (suggestion,) = suggestions(ask(body(longer())), "programme")
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    changed = dict(action["resource"])
    request = changed.pop("dispenseRequest")
    assert changed == without(longer(), "dispenseRequest")
    assert request["numberOfRepeatsAllowed"] == 0
    assert request["expectedSupplyDuration"]["value"] == 28
    assert request["quantity"] == {"value": 21, "unit": "capsule"}


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": {"value": 64, "unit": "capsule"}},
        {"expectedSupplyDuration": quantity(12, "wk")},
    ],
)
def test_a_quantity_that_does_not_follow_is_left_to_the_prescriber(changed: Any, ask: Any) -> None:
    """64 capsules for 84 days are not a whole number for 28: it is not guessed."""
    (suggestion,) = suggestions(ask(body(longer(**changed))), "programme")
    (action,) = suggestion["actions"]
    assert "quantity" not in action["resource"]["dispenseRequest"]
    assert "Enter the quantity to dispense" in action["description"]


def test_a_draft_is_withdrawn_by_deleting_it(ask: Any) -> None:
    """[1f action] delete names the order by resourceId and carries no resource."""
    (suggestion,) = suggestions(ask(body(prefetch=PREGNANT)), "pregnancy")
    (action,) = suggestion["actions"]
    assert (action["type"], action["resourceId"]) == ("delete", "MedicationRequest/order-1")
    assert "resource" not in action


def test_a_signed_order_is_stopped_and_not_deleted(ask: Any) -> None:
    """What was signed stays on record."""
    (suggestion,) = suggestions(ask(body(order(status="active"), prefetch=PREGNANT)), "pregnancy")
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    assert action["resource"] == order(status="stopped")


def test_the_order_that_came_is_not_touched(ask: Any) -> None:
    """A change is made on a copy: the checks of the same call still see the order as it came."""
    content = body(longer())
    ask(content)
    assert content == body(longer())


def test_an_order_without_an_id_gets_no_suggestion(ask: Any) -> None:
    """A client could not tell which order to change."""
    nameless = without(longer(), "id")
    card = ask(body(nameless))["cards"]
    assert not any("suggestions" in entry for entry in card)
    assert any("28 days" in entry["summary"] for entry in card)


@pytest.mark.parametrize(
    ("drafts", "behavior"),
    [((longer(),), "at-most-one"), ((longer(), {**longer(), "id": "order-2"}), "any")],
)
def test_behavior_says_how_many_may_be_chosen(drafts: Any, behavior: str, ask: Any) -> None:
    """[1f selectionBehavior] [2a 5] One per order: two for one order would undo each other."""
    answer = ask(body(*drafts))
    card = next(c for c in answer["cards"] if c["source"]["topic"]["code"] == "programme")
    assert card["selectionBehavior"] == behavior
    targets = [s["actions"][0]["resource"]["id"] for s in card["suggestions"]]
    assert len(targets) == len(set(targets)) == len(drafts)
    assert len({s["uuid"] for s in card["suggestions"]} | {card["uuid"]}) == len(drafts) + 1


def test_what_a_client_left_empty_is_not_sent_back(ask: Any) -> None:
    """[G2] Nothing null or empty, except a null that keeps a place in an array of primitives."""
    untidy = {**longer(), "note": [], "text": {}, "_x": None, "instantiatesUri": ["a", None]}
    (suggestion,) = suggestions(ask(body(untidy)), "programme")
    resource = suggestion["actions"][0]["resource"]
    assert resource.keys() == longer().keys() | {"instantiatesUri"}
    assert resource["instantiatesUri"] == ["a", None]


def test_a_dose_is_never_rewritten(ask: Any) -> None:
    """How a dose is to be reached (capsules, days) is the prescriber's to decide."""
    answer = ask(body(order(mg=50)))
    for card in answer["cards"]:
        for suggestion in card.get("suggestions", []):
            for action in suggestion["actions"]:
                given = action.get("resource", order(mg=50))["dosageInstruction"]
                assert given == order(mg=50)["dosageInstruction"]
    assert any("50 mg" in card["summary"] for card in answer["cards"])
