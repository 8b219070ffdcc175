"""A client can look up what the topic of a card means."""

from fhir_kb.facts import load_knowledge
from fhir_kb.resources.card_theme import CARD_THEMES, build, theme_coding
from fhir_kb.resources.context import Context


def test_every_topic_of_a_card_is_in_the_code_system() -> None:
    """Themes come from the rules: a new one is published without Python."""
    knowledge = load_knowledge()
    (system,) = build(Context(knowledge, "r4"))
    told = {row["code"]: row for row in system["concept"]}
    assert system["url"] == CARD_THEMES
    for rule in knowledge.rules.values():
        topic = theme_coding(rule.header.theme)
        assert topic["display"] == told[topic["code"]]["display"]
        assert rule.header.title in told[topic["code"]]["definition"]
    assert {"not-checked", "further"} <= told.keys()
