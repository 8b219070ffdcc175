"""Feedback is read in all the forms clients send, and stripped of what could tell of a person."""

import json
from typing import Any

import pytest

from fhir_kb.cds import read_feedback
from fhir_kb.cds.identity import card_id
from fhir_kb.errors import MalformedContent, RequestError
from fhir_kb.store.feedback import Feedback

SYSTEM = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
CARD = str(card_id("call", "dose", "order-1"))
SUGGESTION = str(card_id("call", "dose", "order-1", "suggestion"))
REASONS = frozenset({(SYSTEM, "action-completed"), (SYSTEM, "cds-not-applicable")})
AT = "2026-11-20T09:30:00Z"


def read(content: Any, comments: bool = False) -> list[Feedback]:
    return read_feedback(
        json.dumps(content).encode(),
        "imid-orders",
        ("pregnancy", "dose"),
        REASONS,
        comments=comments,
        max_bytes=100_000,
    )


def overridden(**changed: Any) -> Any:
    return {"card": CARD, "outcome": "overridden", "outcomeTimestamp": AT, **changed}


def accepted(**changed: Any) -> Any:
    suggestions = {"acceptedSuggestions": [{"id": SUGGESTION}]}
    return overridden(outcome="accepted", **{**suggestions, **changed})


def test_an_accepted_card_names_its_suggestions() -> None:
    """[1g accepted]"""
    (row,) = read({"feedback": [accepted()]})
    assert (row.outcome, row.suggestions, row.theme, row.at) == ("accepted", SUGGESTION, "dose", AT)


def test_several_cards_come_in_one_body() -> None:
    """[1g several]"""
    assert len(read({"feedback": [accepted(), overridden(), overridden(card=SUGGESTION)]})) == 3


REASON = {"system": SYSTEM, "code": "action-completed", "display": "Done"}


@pytest.mark.parametrize(
    "override",
    [
        {"reason": REASON},
        REASON,
        {"reason": {"coding": [{"system": "urn:x", "code": "y"}, REASON]}},
        {"reason": REASON, "userComment": "x"},
        {"reason": REASON, "userComment": None},
    ],
)
def test_a_reason_is_found_in_each_form(override: Any) -> None:
    """[1g overrideReason] Before 2.0 it stood there flat; some send a CodeableConcept."""
    (row,) = read({"feedback": [overridden(overrideReason=override)]})
    assert row.reason == f"{SYSTEM}|action-completed"


@pytest.mark.parametrize(
    "override",
    [
        {"reason": {"system": SYSTEM, "code": "Mrs Sentinel refused"}},
        {"reason": {"system": "urn:sentinel", "code": "action-completed"}},
        {"reason": {"code": "action-completed"}},
        {"reason": {"system": ["sentinel"], "code": {}}},
        {"reason": {"coding": "sentinel"}},
        {"reason": {}, "userComment": "sentinel"},
        {},
        None,
    ],
)
def test_a_reason_that_was_not_offered_is_not_kept(override: Any) -> None:
    """A code that the client made up may be free text, and tell of a patient."""
    (row,) = read({"feedback": [overridden(overrideReason=override, sentinel="sentinel")]})
    assert row.reason == ""
    assert "entinel" not in repr(row)


def test_a_comment_is_kept_only_on_demand() -> None:
    """[1g userComment] Dropped unless an operator has switched it on."""
    content = {"feedback": [overridden(overrideReason={"userComment": "will review"})]}
    assert read(content)[0].comment == ""
    assert read(content, comments=True)[0].comment == "will review"


def test_a_card_may_be_named_as_urn() -> None:
    """[1g card] Both forms are in use, and mean the same."""
    (bare,) = read({"feedback": [overridden()]})
    (urn,) = read({"feedback": [overridden(card=f"urn:uuid:{CARD}")]})
    assert bare == urn


def test_a_card_of_nobody_is_kept_without_a_theme() -> None:
    """[1g card] It may be of an earlier release, with a theme that is gone."""
    (row,) = read({"feedback": [overridden(card="00000000-0000-4000-8000-000000000000")]})
    assert row.theme == ""


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (overridden(card=None), r"feedback\[0\].card is missing"),
        (overridden(card="card-1"), r"feedback\[0\].card is not a UUID"),
        (overridden(outcome="ignored"), r"feedback\[0\].outcome must be one of"),
        (overridden(outcomeTimestamp=None), r"feedback\[0\].outcomeTimestamp is missing"),
        (overridden(outcomeTimestamp="yesterday"), "is not a moment"),
        (overridden(outcomeTimestamp="2026-11-20"), "is not a moment"),
        (overridden(outcomeTimestamp="2026-13-40T09:30:00Z"), "is not a moment"),
        (accepted(acceptedSuggestions=None), "acceptedSuggestions is missing"),
        (accepted(acceptedSuggestions=[]), "acceptedSuggestions must not be empty"),
        (accepted(acceptedSuggestions=[{"id": "sentinel"}]), r"Suggestions\[0\].id is not a UUID"),
        (accepted(acceptedSuggestions=["sentinel"]), r"Suggestions\[0\] must be an object"),
        ("sentinel", r"feedback\[0\] must be an object"),
    ],
)
def test_an_item_that_is_not_of_its_form_refuses_the_whole(item: Any, words: str) -> None:
    """[1g 400] The place is named; what stood there is not."""
    with pytest.raises(RequestError, match=words) as refusal:
        read({"feedback": [overridden(), item][::-1]})
    assert "sentinel" not in refusal.value.message


@pytest.mark.parametrize(
    "content", [{}, {"feedback": []}, {"feedback": {}}, {"feedback": [{}] * 501}]
)
def test_a_body_without_feedback_is_refused(content: Any) -> None:
    """[1g 400]"""
    with pytest.raises(RequestError):
        read(content)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(MalformedContent):
        read_feedback(b"{", "x", (), REASONS, comments=False, max_bytes=100)
