"""The schema of answers refuses what clients stumble over."""

from copy import deepcopy
from typing import Any

import pytest

from fhir_kb.cds.response_schema import response_faults

CARD: dict[str, Any] = {
    "uuid": "62b66a56-6132-8e0b-8f1e-479299f56e60",
    "summary": "Something is to be said",
    "indicator": "info",
    "source": {"label": "A source", "url": "https://example.org"},
    "suggestions": [
        {
            "label": "Do it",
            "actions": [{"type": "delete", "description": "Stop", "resourceId": "Task/1"}],
        }
    ],
    "selectionBehavior": "any",
    "links": [{"label": "More", "url": "https://example.org", "type": "absolute"}],
    "overrideReasons": [{"system": "urn:x", "code": "y", "display": "Why"}],
}


def test_a_whole_card_has_no_fault() -> None:
    assert response_faults({"cards": [CARD]}) == []
    assert response_faults({"cards": []}) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("summary",), "x" * 140),
        (("summary",), ""),
        (("indicator",), "hard-stop"),
        (("indicator",), "Info"),
        (("source",), {}),
        (("source", "url"), "example.org"),
        (("uuid",), "card-1"),
        (("selectionBehavior",), "all"),
        (("detail",), None),
        (("links", 0, "type"), "Absolute"),
        (("overrideReasons", 0, "display"), ""),
        (("suggestions", 0, "actions", 0, "type"), "update"),
        (("suggestions", 0, "actions", 0, "resourceId"), "1"),
        (("suggestions", 0, "actions"), []),
        (("suggestions", 0, "actions", 0, "resource"), {"resourceType": "Task"}),
        (("suggestions", 0, "actions", 0, "description"), ""),
        (("suggestions",), []),
        (("links", 0, "appContext"), "only of SMART apps"),
        (("colour",), "red"),
    ],
)
def test_a_fault_is_found(path: tuple[Any, ...], value: Any) -> None:
    """[1f] [1f invariants] [G2] Each row is a defect seen in some service."""
    card = deepcopy(CARD)
    place: Any = card
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert response_faults({"cards": [card]})


@pytest.mark.parametrize("missing", ["summary", "indicator", "source", "selectionBehavior"])
def test_a_missing_field_is_found(missing: str) -> None:
    """[1f] selectionBehavior is required with suggestions: REMS prototypes leave it out."""
    card = {name: value for name, value in CARD.items() if name != missing}
    assert response_faults({"cards": [card]})


@pytest.mark.parametrize(("behavior", "faults"), [("any", 0), ("at-most-one", 1)])
def test_where_one_is_chosen_one_is_recommended_at_most(behavior: str, faults: int) -> None:
    """[1f invariants] [1f isRecommended] Two of them would leave the user where she was."""
    suggested = [{**CARD["suggestions"][0], "isRecommended": True}] * 2
    card = {**CARD, "selectionBehavior": behavior, "suggestions": suggested}
    assert len(response_faults({"cards": [card]})) == faults
    card["suggestions"] = [*suggested[:1], {**suggested[0], "isRecommended": False}]
    assert response_faults({"cards": [card]}) == []


@pytest.mark.parametrize("answer", [{}, {"cards": None}, [], {"cards": [], "systemActions": []}])
def test_an_answer_without_cards_is_found(answer: Any) -> None:
    """[1f] ``cards`` is always there."""
    assert response_faults(answer)


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_nothing_is_empty_however_deep(empty: Any) -> None:
    """[G2] Inside of resources too, which no schema of cards describes."""
    resource = {"resourceType": "Task", "id": "1", "note": [{"text": empty}]}
    action = {"type": "update", "description": "Change", "resource": resource}
    suggestion = {"label": "Do it", "actions": [action]}
    (fault,) = response_faults({"cards": [{**CARD, "suggestions": [suggestion]}]})
    assert fault.startswith("$.cards[0].suggestions[0].actions[0].resource.note[0].text")
