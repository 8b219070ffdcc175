"""CodeSystem ``card-theme``: what a card of decision support can be about.

https://cds-hooks.hl7.org/2.0/#source: the topic of a card's source.
"""

from collections.abc import Iterator, Mapping

from fhir_kb.facts.knowledge import Knowledge
from fhir_kb.formats import Json
from fhir_kb.resources.canonical import machine_name
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coding
from fhir_kb.resources.narrative import narrative
from fhir_kb.settings import CANONICAL

CARD_THEMES = f"{CANONICAL}/CodeSystem/card-theme"
NOT_CHECKED, FURTHER = "not-checked", "further"
_ADDED: Mapping[str, str] = {
    NOT_CHECKED: "What was not checked, and why",
    FURTHER: "What would have been too many cards of their own",
}


def theme_coding(theme: str) -> Json:
    """Return the topic of a card about this theme."""
    return coding(CARD_THEMES, theme, _text(theme))


def themes(knowledge: Knowledge) -> dict[str, str]:
    """Return everything that a card can be about, with what that means."""
    titles: dict[str, list[str]] = {}
    for rule in knowledge.rules.values():
        titles.setdefault(rule.header.theme, []).append(rule.header.title)
    return {**{theme: "; ".join(rules) for theme, rules in titles.items()}, **_ADDED}


def build(context: Context) -> Iterator[Json]:
    """Yield the CodeSystem: the themes of the rules, and two that the service adds."""
    meanings = themes(context.knowledge)
    release = context.knowledge.release
    title = "What a card is about"
    description = "Themes of cards; rules of one theme are told on one card."
    yield {
        "resourceType": "CodeSystem",
        "id": "card-theme",
        "text": narrative(title, list(meanings.items()), [description]),
        "url": CARD_THEMES,
        "version": release.version,
        "name": machine_name("card-theme"),
        "title": title,
        "status": "active",
        "experimental": False,
        "date": release.date,
        "publisher": "fhir_kb",
        "description": description,
        "caseSensitive": True,
        "content": "complete",
        "count": len(meanings),
        "concept": [
            {"code": theme, "display": _text(theme), "definition": meaning}
            for theme, meaning in meanings.items()
        ],
    }


def _text(theme: str) -> str:
    return theme.replace("-", " ").capitalize()
