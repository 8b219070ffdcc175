"""Mistakes that were read in the source of other services, and are not made here."""

from typing import Any

import pytest
from cds_calls import RXNORM, body, bundle, concept, condition, order, patient, prefetch

PREGNANT = prefetch(
    patient=patient("female", "1990-05-06"), conditions=bundle(condition("77386006"))
)
OTHER = order("other", code="1191", mg=100)
CODE = {"system": RXNORM, "code": "643722"}


def gravest(answer: Any) -> str:
    return str(answer["cards"][0]["indicator"])


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_an_order_that_stands_second_is_looked_at(hook: str, ask: Any) -> None:
    """[2a 2] Entry and selection number one may be of another medicine."""
    chosen = ["MedicationRequest/other", "MedicationRequest/order-1"]
    context = {"selections": chosen} if hook == "order-select" else {}
    call = body(OTHER, order(), hook=hook, context=context, prefetch=PREGNANT)
    assert gravest(ask(call)) == "critical"


def test_a_selection_that_is_nowhere_breaks_nothing(ask: Any) -> None:
    """[2a 2] A reference without its order."""
    context = {"selections": ["MedicationRequest/gone", "MedicationRequest/order-1"]}
    answer = ask(body(order(), hook="order-select", context=context, prefetch=PREGNANT))
    assert gravest(answer) == "critical"


@pytest.mark.parametrize(
    "named",
    [
        {"medicationCodeableConcept": {"coding": [{"system": "urn:oid:1.2.3", "code": "9"}, CODE]}},
        {
            "medicationReference": {"reference": "#product"},
            "contained": [
                {"resourceType": "Medication", "id": "product", "code": concept(RXNORM, "643722")}
            ],
        },
    ],
)
def test_a_medicine_is_found_wherever_it_is_coded(named: Any, ask: Any) -> None:
    """[2a 3] In a second coding, or in a contained Medication by ``#id``."""
    plain = {key: value for key, value in order().items() if key != "medicationCodeableConcept"}
    assert gravest(ask(body({**plain, **named}, prefetch=PREGNANT))) == "critical"


def test_a_patient_is_known_by_id_and_not_by_name(ask: Any) -> None:
    """[2a 6] Namesakes of one birthday exist: his record must not speak for her."""
    name = {"name": [{"family": "Miller", "given": ["Kim"]}]}
    namesake = {**patient("male", "1990-05-06"), **name, "id": "another"}
    answer = ask(body(prefetch=prefetch(patient=namesake)))
    assert any("another patient's" in card["detail"] for card in answer["cards"])


def test_nothing_is_sent_for_an_app_or_done_without_asking(ask: Any) -> None:
    """[2a 7] [1f systemActions] No appContext to fill in wrongly, no action without a person."""
    answer = ask(body(prefetch=PREGNANT))
    assert "systemActions" not in answer
    links = [link for card in answer["cards"] for link in card["links"]]
    assert {link["type"] for link in links} == {"absolute"}
    assert not any("appContext" in link or "autolaunchable" in link for link in links)
