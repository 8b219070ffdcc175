"""An answer as text for a terminal: what a clinician would see, and what a machine would get.

https://cds-hooks.hl7.org/2.0/#cds-service-response
"""

import re
from collections.abc import Iterator
from textwrap import fill

from fhir_kb.formats import Json

WIDTH = 96
_MARGIN = "  "
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_NOTHING = "No cards: nothing here is about this call, or every check was done and found nothing."


def readable(answer: Json) -> str:
    """Return the cards of an answer as plain text."""
    cards = ["\n".join(_card(card)) for card in answer["cards"]]
    return "\n\n".join(cards or [_NOTHING])


def _card(card: Json) -> Iterator[str]:
    yield fill(f"{card['indicator'].upper()}: {card['summary']}", WIDTH)
    yield from _paragraphs(card.get("detail", ""))
    for suggestion in card.get("suggestions", ()):
        for action in suggestion["actions"]:
            target = action.get("resourceId") or _identity(action["resource"])
            yield _line(f"[{action['type']} {target}] {suggestion['label']}")
    reasons = [reason["display"] for reason in card.get("overrideReasons", ())]
    if reasons:
        yield _line(f"Not followed because: {' | '.join(reasons)}")
    yield _line(f"From: {card['source']['label']}")
    for link in card.get("links", ()):
        yield f"{_MARGIN}{link['label']} <{link['url']}>"


def _paragraphs(detail: str) -> Iterator[str]:
    for line in detail.replace("**", "").split("\n"):
        text = _ESCAPE.sub(r"\1", line)
        indent = re.match(r"\s*(- )?", text)
        hanging = " " * (indent.end() if indent else 0)
        yield _line(text, hanging) if text else ""


def _line(text: str, hanging: str = "") -> str:
    return fill(text, WIDTH, initial_indent=_MARGIN, subsequent_indent=_MARGIN + hanging)


def _identity(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource.get('id', '?')}"
