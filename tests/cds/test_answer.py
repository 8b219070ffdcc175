"""An answer never reassures more than its data allow, and says nothing where nothing is to say."""

import time
from typing import Any

import pytest
from cds_calls import (
    EMPTY,
    body,
    bundle,
    condition,
    measured,
    order,
    patient,
    prefetch,
    without,
)  # fmt: skip

from fhir_kb.cds.answer import EXTENSION
from fhir_kb.errors import DataMissing, TooLarge

FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
OTHERS_ORDER = order(code="197605", id="digoxin", mg=1)
KEYS = ("patient", "medications", "conditions", "allergies", "procedures")
KEYS += ("pregnancyTests", "labs", "measurements")


def not_checked(answer: Any) -> set[str]:
    rows = answer.get("extension", {}).get(EXTENSION, {}).get("notChecked", [])
    return {row.get("prefetchKey") for row in rows}


def indicators(answer: Any) -> list[str]:
    return [card["indicator"] for card in answer["cards"]]


def summaries(answer: Any) -> str:
    return "\n".join(card["summary"] for card in answer["cards"])


def woman(**changed: Any) -> Any:
    return prefetch(patient=patient("female", "1990-05-06"), **changed)


def test_orders_of_other_medicines_get_no_card(ask: Any) -> None:
    """[2a 1] Quiet by default: it is called for every order, and needs no data to be quiet."""
    assert ask(body(OTHERS_ORDER, prefetch={})) == {"cards": []}


@pytest.mark.parametrize(
    "entry",
    [
        {"resourceType": "ServiceRequest", "id": "1", "status": "draft"},
        {"resourceType": "NutritionOrder", "id": "1"},
        {"resourceType": "DeviceRequest", "id": "1"},
        {},
    ],
)
def test_what_is_no_medicine_gets_no_card(entry: Any, ask: Any) -> None:
    """Draft orders hold more than medicines."""
    assert ask(body(entry, prefetch={})) == {"cards": []}


def test_a_clean_order_gets_no_card_when_it_is_selected(ask: Any) -> None:
    """Everything was there, every check was done, nothing was found."""
    answer = ask(body(hook="order-select"))
    assert answer["cards"] == []
    assert not_checked(answer) == set()


def test_signing_adds_only_advice_to_a_clean_order(ask: Any) -> None:
    """Programme and contraception are told once, at signing, and as information."""
    answer = ask(body())
    assert indicators(answer) == ["info", "info"]
    assert not_checked(answer) == set()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "state", ["absent", "null", "failed", "wrapped failure", "another patient's", "no resource"]
)
def test_data_that_cannot_be_used_are_named(key: str, state: str, ask: Any) -> None:
    """[P1] [P2] Six ways to have no data, for each of eight keys: none looks like an all-clear."""
    sent = woman()
    strange = {"resourceType": "Patient", "id": "someone-else", "gender": "male"}
    sent[key] = {
        "absent": None,
        "null": None,
        "failed": FAILED,
        "wrapped failure": {"response": {"status": "500"}, "resource": None},
        "another patient's": strange if key == "patient" else others(key),
        "no resource": "text",
    }[state]
    answer = ask(body(prefetch=without(sent, key) if state == "absent" else sent))
    assert key in not_checked(answer)
    assert "Not checked" in summaries(answer)


def others(key: str) -> Any:
    """Return a Bundle of a record that is another patient's."""
    types = {"medications": "MedicationRequest", "conditions": "Condition"}
    types |= {"allergies": "AllergyIntolerance", "procedures": "Procedure"}
    place = "patient" if key == "allergies" else "subject"
    code = {"coding": [{"system": "http://loinc.org", "code": "751-8"}]}
    record = {"resourceType": types.get(key, "Observation"), "id": "1", "code": code}
    return bundle({**record, place: {"reference": "Patient/someone-else"}})


@pytest.mark.parametrize("key", [key for key in KEYS if key != "patient"])
def test_an_empty_bundle_says_that_there_are_none(key: str, ask: Any) -> None:
    """[P2] Searched and nothing found: that is data."""
    rows = ask(body(prefetch=prefetch(**{key: EMPTY})))["extension"][EXTENSION].get(
        "notChecked", []
    )
    assert not any("supplied" in row["reason"] or "null" in row["reason"] for row in rows)


def test_a_bundle_with_further_pages_is_not_complete(ask: Any) -> None:
    """[P4] Without a way to the next page, what is on it was not checked."""
    page = {**EMPTY, "link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]}
    answer = ask(body(prefetch=prefetch(allergies=page)))
    assert "allergies" in not_checked(answer)


OLDER = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]


def test_the_newest_page_of_measurements_is_enough(ask: Any) -> None:
    """[P4] Values are asked for newest first: what is on further pages has been replaced since."""
    older = measured("777-3", "platelets-before", 20, "10*3/uL", "2026-06-01")
    sent = prefetch()
    page = {**sent["labs"], "entry": [*sent["labs"]["entry"], {"resource": older}]}
    sent["labs"] = {**page, "link": OLDER, "total": 400}
    assert ask(body(prefetch=sent)) == ask(body())


@pytest.mark.parametrize("disorder", ["oldest first", "without a date", "empty"])
def test_a_page_that_is_not_sorted_is_not_enough(disorder: str, ask: Any) -> None:
    """[P4] A server that does not sort may have sent any page."""
    sent = prefetch()
    entries = sent["labs"]["entry"]
    if disorder == "oldest first":
        older = measured("777-3", "platelets-before", 200, "10*3/uL", "2026-06-01")
        entries = [{"resource": older}, *entries]
    elif disorder == "without a date":
        del entries[0]["resource"]["effectiveDateTime"]
    else:
        entries = []
    sent["labs"] = {**sent["labs"], "entry": entries, "link": OLDER, "total": None}
    assert "labs" in not_checked(ask(body(prefetch=sent)))


def test_an_early_form_of_prefetch_is_understood(ask: Any) -> None:
    """[P3] ``{response, resource}`` is found in a fifth of the bodies in public repositories."""
    wrapped = {
        key: {"response": {"status": "200 OK"}, "resource": value}
        for key, value in prefetch().items()
    }
    assert ask(body(prefetch=wrapped)) == ask(body())


def test_a_call_without_any_data_of_the_patient_is_refused(ask: Any) -> None:
    """[P5] [1h 412] The refusal names every key that would be needed."""
    with pytest.raises(DataMissing) as refusal:
        ask(body(prefetch={}))
    assert refusal.value.status == 412
    assert set(refusal.value.keys) == set(KEYS)
    assert all(refusal.value.keys.values())


def test_opening_a_chart_without_its_medicines_is_refused(ask: Any) -> None:
    """[P5] Whether there is anything to check is told by the medicines."""
    with pytest.raises(DataMissing, match="medications"):
        ask(body(hook="patient-view", prefetch={}))


def test_opening_a_chart_without_our_medicines_gets_no_card(ask: Any) -> None:
    """Opening a chart is the most frequent call of all."""
    assert ask(body(hook="patient-view")) == {"cards": []}


@pytest.mark.parametrize("user", ["Patient/pat-1", "RelatedPerson/1", "PractitionerRole/1"])
def test_anyone_may_open_a_chart(user: str, ask: Any) -> None:
    """[1c patient-view] The user of a patient portal is a patient."""
    assert ask(body(hook="patient-view", context={"userId": user})) == {"cards": []}


def test_an_answer_takes_far_less_than_half_a_second(ask: Any) -> None:
    """[G5] An order waits for it; the benchmark measures how long exactly."""
    ask(body())
    begun = time.thread_time()
    ask(body())
    assert time.thread_time() - begun < 0.1


def test_medicines_that_may_be_more_are_named_on_opening(ask: Any) -> None:
    """[P4] On a page that was not sent there may be one of ours."""
    more = {**EMPTY, "link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]}
    answer = ask(body(hook="patient-view", prefetch=prefetch(medications=more)))
    assert indicators(answer) == ["info"]
    assert "Not checked: the medicines being taken" in summaries(answer)


def test_pregnancy_is_told_first_and_loudest(ask: Any) -> None:
    """Gravest first: what is read first must be what matters most."""
    answer = ask(body(prefetch=woman(conditions=bundle(condition("77386006")))))
    assert answer["cards"][0]["indicator"] == "critical"
    assert answer["cards"][0]["summary"].startswith("Contraindicated")
    ranks = [("critical", "warning", "info").index(name) for name in indicators(answer)]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_each_theme_is_told_once(hook: str, ask: Any) -> None:
    """No two cards about the same thing, however many rules and orders speak of it."""
    drafts = (order("a"), order("b"), order("c", code="200390", mg=50))
    answer = ask(body(*drafts, hook=hook, prefetch=woman(conditions=bundle(condition("77386006")))))
    themes = [card["source"]["topic"]["code"] for card in answer["cards"]]
    assert len(themes) == len(set(themes))
    assert 0 < len(themes) <= 5


def test_at_selection_only_what_is_selected_is_looked_at(ask: Any) -> None:
    """[1c order-select] Advice is for the selection; other drafts are what surrounds it."""
    drafts = (order("a"), OTHERS_ORDER)
    selected = {"selections": ["MedicationRequest/digoxin"]}
    pregnant = woman(conditions=bundle(condition("77386006")))
    answer = ask(body(*drafts, hook="order-select", context=selected, prefetch=pregnant))
    assert answer == {"cards": []}


def test_a_selection_that_leads_nowhere_does_not_silence(ask: Any) -> None:
    """[1c order-select] Rather too much is looked at than nothing."""
    selected = {"selections": ["MedicationRequest/elsewhere"]}
    pregnant = woman(conditions=bundle(condition("77386006")))
    answer = ask(body(hook="order-select", context=selected, prefetch=pregnant))
    assert indicators(answer)[0] == "critical"


def test_an_order_without_dose_is_no_reason_for_a_card_at_selection(ask: Any) -> None:
    """[1c order-select] Details may come later; at signing they are missed."""
    bare = without(without(order(), "dosageInstruction"), "dispenseRequest")
    assert ask(body(bare, hook="order-select"))["cards"] == []
    assert "Not checked" in summaries(ask(body(bare)))


def test_an_order_that_is_signed_again_is_looked_at(ask: Any) -> None:
    """[1c order-sign] draftOrders may hold orders that are not drafts."""
    again = order(status="active")
    pregnant = woman(conditions=bundle(condition("77386006")))
    assert indicators(ask(body(again, prefetch=pregnant)))[0] == "critical"


@pytest.mark.parametrize("user", [{}, {"userId": "Practitioner/p-1"}])
def test_a_refill_is_judged_as_an_order_that_is_signed(user: Any, ask: Any) -> None:
    """[1c medication-refill] A pharmacy may ask for it: then the context names no user."""
    pregnant = woman(conditions=bundle(condition("77386006")))
    context = {"patientId": "pat-1", "medications": bundle(order()), **user}
    call = {**body(prefetch=pregnant), "hook": "medication-refill", "context": context}
    assert ask(call)["cards"] == ask(body(prefetch=pregnant))["cards"]


def test_dispatched_orders_are_found_in_prefetch(ask: Any) -> None:
    """[1c order-dispatch] The context has references only; the orders are among the medicines."""
    context = {"dispatchedOrders": ["MedicationRequest/order-1"], "performer": "Organization/1"}
    signed = bundle(order(status="active"))
    sent = woman(medications=signed, conditions=bundle(condition("77386006")))
    answer = ask(body(hook="order-dispatch", context=context, prefetch=sent))
    assert indicators(answer)[0] == "critical"


def test_a_dispatched_order_that_cannot_be_had_is_named(ask: Any) -> None:
    """[1c order-dispatch] [P5]"""
    context = {"dispatchedOrders": ["MedicationRequest/gone"], "performer": "Organization/1"}
    answer = ask(body(hook="order-dispatch", context=context))
    assert "Not checked: MedicationRequest/gone" in summaries(answer)
    assert indicators(answer) == ["warning"]
    with pytest.raises(DataMissing):
        ask(body(hook="order-dispatch", context=context, prefetch={}))


def test_what_is_dispatched_and_no_medicine_gets_no_card(ask: Any) -> None:
    """[1c order-dispatch] The same hook is called for referrals and devices."""
    context = {"dispatchedOrders": ["ServiceRequest/1"], "performer": "Organization/1"}
    assert ask(body(hook="order-dispatch", context=context, prefetch={})) == {"cards": []}


def test_a_medicine_that_cannot_be_told_is_not_passed_over(ask: Any) -> None:
    """A product coded in a system of the house may be one of ours."""
    local = order(medicationCodeableConcept={"coding": [{"system": "urn:house", "code": "4711"}]})
    answer = ask(body(local))
    assert "could not be recognised" in summaries(answer)


@pytest.mark.parametrize("fault", ["modifier", "wrong patient"])
def test_an_order_that_must_not_be_used_is_named(fault: str, ask: Any) -> None:
    """Wrong patient, unknown modifier: not done, and said."""
    changed = {
        "modifier": {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        "wrong patient": {"subject": {"reference": "Patient/someone-else"}},
    }[fault]
    assert "Not checked" in summaries(ask(body(order(**changed))))


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize(
    "change", [{"doNotPerform": True}, {"status": "cancelled"}, {"status": "entered-in-error"}]
)
def test_an_order_to_stop_gets_no_card(hook: str, change: Any, ask: Any) -> None:
    """Programmes and contraception are not explained on the very act of stopping."""
    assert ask(body(order(**change), hook=hook)) == {"cards": []}


def test_select_and_sign_say_the_same_of_a_contraindication(ask: Any) -> None:
    """[D3] The card at signing takes the place of the one at selecting: it must not say less."""
    pregnant = woman(conditions=bundle(condition("77386006")))
    selected, signed = (
        ask(body(hook=hook, prefetch=pregnant)) for hook in ("order-select", "order-sign")
    )
    topic = [card["source"]["topic"]["code"] for card in selected["cards"]]
    assert set(topic) <= {card["source"]["topic"]["code"] for card in signed["cards"]}
    assert (
        selected["cards"][0]["summary"].split(".")[0] == signed["cards"][0]["summary"].split(".")[0]
    )


def test_r5_orders_are_understood(ask: Any) -> None:
    """R5 writes ``medication.concept``; nothing says which release a call is of."""
    r4 = order()
    r5 = {**r4, "medication": {"concept": r4["medicationCodeableConcept"]}}
    del r5["medicationCodeableConcept"]
    pregnant = woman(conditions=bundle(condition("77386006")))
    said = [
        [card["summary"] for card in ask(body(one, prefetch=pregnant))["cards"]] for one in (r4, r5)
    ]
    assert said[0] == said[1]
    assert "Contraindicated" in said[0][0]


def test_more_orders_than_can_be_checked_in_time_are_refused(ask: Any) -> None:
    """[1h 413] Each rule looks at each record for each order: the product is bounded."""
    drafts = [order(f"order-{number}") for number in range(230)]
    with pytest.raises(TooLarge, match="230 orders") as refusal:
        ask(body(*drafts))
    assert refusal.value.status == 413
    others = [order(f"order-{number}", code="197605") for number in range(230)]
    assert ask(body(*others)) == {"cards": []}
