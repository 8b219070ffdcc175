"""Cards say what was found, for which order, by which rule and source, and what was not checked."""

from dataclasses import replace
from typing import Any

import pytest
from cds_calls import (
    EMPTY,
    RXNORM,
    body,
    bundle,
    concept,
    condition,
    measured,
    order,
    patient,
    prefetch,
)  # fmt: skip

from fhir_kb.cds import DecisionSupport
from fhir_kb.cds.response_schema import response_faults

PREGNANT = bundle(condition("77386006"), condition("109989006", "condition-2"))


def woman(**changed: Any) -> Any:
    return prefetch(patient=patient("female", "1990-05-06"), **changed)


def troubled(**changed: Any) -> Any:
    """Return a call in which much is found: pregnancy, supply, dose, duplicate, counts."""
    refills = {"numberOfRepeatsAllowed": 3, "expectedSupplyDuration": {"value": 84, "unit": "d"}}
    drafts = (
        order("a", mg=50, dispenseRequest=refills),
        order("b", code="200390", mg=400, dispenseRequest=refills),
    )
    low = bundle(measured("751-8", "neutrophils", 0.4, "10*3/uL"))
    return body(*drafts, prefetch=woman(conditions=PREGNANT, labs=low), **changed)


def of_theme(answer: Any, theme: str) -> Any:
    return next(card for card in answer["cards"] if card["source"]["topic"]["code"] == theme)


CALLS = {
    "clean": body(),
    "troubled": troubled(),
    "pregnant": body(prefetch=woman(conditions=PREGNANT)),
    "no prefetch but the patient": body(prefetch={"patient": patient()}),
    "null": body(prefetch=dict.fromkeys(prefetch()) | {"patient": patient()}),
    "select": body(hook="order-select", prefetch=woman(conditions=PREGNANT)),
    "view": body(hook="patient-view", prefetch=woman(medications=bundle(order(status="active")))),
    "other medicine": body(order(code="197605")),
    "draft with gaps": body(order(note=[], text={}, identifier=None, extension=[{}])),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_answer_is_of_its_schema(name: str, ask: Any) -> None:
    """[1f] [G2] Summary, indicator, source, behaviour; nothing null or empty."""
    assert response_faults(ask(CALLS[name])) == []


@pytest.mark.parametrize("name", CALLS)
def test_every_card_names_rule_source_and_release(name: str, ask: Any) -> None:
    """[1f detail] [1f links] Nobody has to believe a card that does not say where it is from."""
    for card in ask(CALLS[name])["cards"]:
        assert "Knowledge release " in card["detail"]
        assert "does not replace clinical judgement" in card["detail"]
        assert card["source"]["label"]
        assert card["source"]["icon"] == "https://kb.example.org/cds-services-icon.png"
        if card["source"]["topic"]["code"] != "not-checked":
            assert "Rule: " in card["detail"]
            assert "Source: " in card["detail"]
            rules = [link["url"] for link in card["links"] if link["label"].startswith("Rule")]
            assert rules[0].startswith("https://kb.example.org/fhir/r4/PlanDefinition/")


def test_a_card_says_for_which_order_and_on_what_it_rests(ask: Any) -> None:
    """[1f detail] The records are named, so that a wrong one can be put right."""
    card = of_theme(ask(CALLS["pregnant"]), "pregnancy")
    assert "(MedicationRequest/order-1)" in card["detail"]
    assert "(Condition/condition-1)" in card["detail"]


def test_a_card_says_what_its_own_rules_could_not_check(ask: Any) -> None:
    """What is missing stands where it matters, not only on a card of its own."""
    sent = woman(conditions=PREGNANT)
    del sent["pregnancyTests"]
    card = of_theme(ask(body(prefetch=sent)), "pregnancy")
    assert "Not checked here: pregnancy tests: it was not supplied" in card["detail"]


def test_what_only_words_tell_is_said_to_be_less_certain(ask: Any) -> None:
    """Recognised by text, with lower confidence said on the card."""
    named = order(medicationCodeableConcept={"text": "Revlimid 25 mg capsules"})
    card = of_theme(ask(body(named, prefetch=woman(conditions=PREGNANT))), "pregnancy")
    assert "Recognised by words only" in card["detail"]
    coded = of_theme(ask(CALLS["pregnant"]), "pregnancy")
    assert "Recognised by words only" not in coded["detail"]


def test_override_reasons_are_few_and_coded(ask: Any) -> None:
    """[1f overrideReasons] At most six, each with code, system and display."""
    for card in ask(CALLS["troubled"])["cards"]:
        reasons = card.get("overrideReasons", [])
        assert len(reasons) <= 6
        assert len({reason["code"] for reason in reasons}) == len(reasons)


@pytest.mark.parametrize("most", [2, 3, 4, 5, 9])
def test_a_handful_of_cards_tells_everything(most: int, support: DecisionSupport, ask: Any) -> None:
    """[1f] What would be too many cards shares the last one: nothing found is left unsaid."""
    few = ask(troubled(), by=replace(support, cards_max=most))
    all = ask(troubled(), by=replace(support, cards_max=100))
    assert len(few["cards"]) <= most < len(all["cards"]) or most == 9
    told = "\n".join(card["detail"] for card in few["cards"])
    for card in all["cards"]:
        found = [line for line in card["detail"].split("\n") if line.startswith("- ")]
        assert all_lines_in(found, told)


def all_lines_in(lines: list[str], text: str) -> bool:
    return all(line in text for line in lines)


def test_the_gravest_cards_are_never_merged_away(support: DecisionSupport, ask: Any) -> None:
    """The first card is the gravest, however few there may be."""
    for most in (2, 3, 5):
        assert ask(troubled(), by=replace(support, cards_max=most))["cards"][0]["indicator"] == (
            "critical"
        )


def test_card_ids_differ_and_stay(ask: Any) -> None:
    """[1f card uuid] Each card has its own id, the same when the call is made again."""
    ids = [card["uuid"] for card in ask(troubled())["cards"]]
    assert len(set(ids)) == len(ids)
    assert ids == [card["uuid"] for card in ask(troubled())["cards"]]
    others = {card["uuid"] for card in ask(troubled(instance="another"))["cards"]}
    assert others.isdisjoint(ids)


@pytest.mark.parametrize(
    "inserted",
    ["<script>alert(1)</script>", "[click](https://evil.example)", "](javascript:x)", "**x**"],
)
def test_nothing_of_a_record_becomes_markup(inserted: str, ask: Any) -> None:
    """[1f detail] A name in a record is not repeated, so that it cannot be an attack."""
    hostile = order(medicationCodeableConcept={**concept(RXNORM, "643722"), "text": inserted})
    sent = woman(conditions=bundle({**condition("77386006"), "note": [{"text": inserted}]}))
    answer = ask(body({**hostile, "id": "a"}, prefetch=sent))
    for card in answer["cards"]:
        assert inserted not in card["summary"] + card["detail"]


@pytest.mark.parametrize("gender", ["female", "male"])
@pytest.mark.parametrize("key", ["labs", "conditions"])
def test_the_card_on_missing_data_is_a_warning_where_a_rule_would_warn(
    gender: str, key: str, ask: Any
) -> None:
    """An information could be overlooked where the rule itself would have been loud."""
    sent = prefetch(patient=patient(gender), **{key: None})
    card = of_theme(ask(body(prefetch=sent)), "not-checked")
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Not checked: ")
    assert "These checks were not done" in card["detail"]


def test_no_card_calls_anything_safe(ask: Any) -> None:
    """Wording: nothing found is not safety."""
    for call in CALLS.values():
        for card in ask(call)["cards"]:
            words = f"{card['summary']} {card['detail']}".lower()
            assert not any(word in words for word in (" is safe", "no interactions", "all clear"))


def test_an_order_that_is_clean_says_nothing_of_its_data(
    ask: Any, support: DecisionSupport
) -> None:
    """[G2] Without gaps there is no list of gaps."""
    answer = ask(body(hook="order-select", prefetch=prefetch(allergies=EMPTY)))
    release = support.knowledge.release
    assert list(answer["extension"].values()) == [
        {"knowledgeRelease": release.version, "knowledgeReleased": release.date}
    ]


def test_among_several_suggestions_the_gravest_are_recommended(ask: Any) -> None:
    """[1f isRecommended] Withdrawing what is contraindicated, of two orders in one session."""
    orders = (order(), order("order-2", code="1369734", mg=4))
    pregnant = prefetch(
        patient=patient("female", "1990-05-06"), conditions=bundle(condition("77386006"))
    )
    card = ask(body(*orders, prefetch=pregnant))["cards"][0]
    assert [entry["isRecommended"] for entry in card["suggestions"]] == [True, True]
    assert card["selectionBehavior"] == "any"


def test_a_suggestion_that_stands_alone_is_not_marked(ask: Any) -> None:
    """[1f isRecommended] The mark chooses among several; clients may select what bears it."""
    pregnant = prefetch(
        patient=patient("female", "1990-05-06"), conditions=bundle(condition("77386006"))
    )
    (suggestion,) = ask(body(prefetch=pregnant))["cards"][0]["suggestions"]
    assert "isRecommended" not in suggestion


def test_what_is_no_contraindication_is_not_recommended(ask: Any) -> None:
    """[1f isRecommended] How long a supply lasts stays the prescriber's decision."""
    refills = {"dispenseRequest": {"numberOfRepeatsAllowed": 3}}
    orders = (order(**refills), order("order-2", code="1369734", mg=4, **refills))
    suggestions = [
        entry
        for card in ask(body(*orders))["cards"]
        for entry in card.get("suggestions", ())
        if entry["actions"][0]["type"] == "update"
    ]
    assert len(suggestions) == 2
    assert not any("isRecommended" in entry for entry in suggestions)


def detail_lines(answer: Any) -> list[str]:
    """Return what was found, one line for each finding."""
    details = (card.get("detail", "") for card in answer["cards"])
    return [line for text in details for line in text.split("\n") if line.startswith("- ")]


def test_where_jurisdictions_differ_each_line_says_whose_it_is(
    ask: Any, support: DecisionSupport
) -> None:
    """Four weeks in the US and one in the EU: without names the card contradicts itself."""
    both = replace(support, jurisdictions=frozenset({"US", "EU"}))
    told = detail_lines(ask(body(), by=both))
    (american,) = (line for line in told if "synthetic condom" in line)
    (european,) = (line for line in told if "condoms until 1 week" in line)
    assert (american.endswith("(US)"), european.endswith("(EU)")) == (True, True)


def test_what_jurisdictions_say_alike_is_said_once(ask: Any, support: DecisionSupport) -> None:
    """Two rows with one wording are two sources of one warning."""
    weak = prefetch(
        patient=patient("male", "1948-03-12"),
        labs=bundle(measured("2160-0", "creatinine", 3.0, "mg/dL")),
    )
    both = replace(support, jurisdictions=frozenset({"US", "EU"}))
    told = detail_lines(ask(body(prefetch=weak), by=both))
    (line,) = (line for line in told if "Cockcroft" in line)
    assert not line.endswith(")")


def test_where_one_jurisdiction_speaks_it_is_not_named(ask: Any) -> None:
    assert not any(line.endswith("(US)") for line in detail_lines(ask(body())))
