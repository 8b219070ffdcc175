"""How names, codes and values are shown in a message: few, short, and the nearest first."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

SHOWN_MAX = 10
_VALUE_MAX = 60
_COMPARED_MAX = 500
"""More words than this are not compared: it would take longer than the rest of a validation."""


def listed(words: Sequence[str]) -> str:
    """Return up to ten words in a row, and how many more there are."""
    row = ", ".join(words[:SHOWN_MAX])
    return f"{row} and {len(words) - SHOWN_MAX} more" if len(words) > SHOWN_MAX else row


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean X?`` for the known word most like ``word``, or nothing.

    Only words with the same first letter are compared.
    """
    first = word[:1].casefold()
    words = {each.casefold(): each for each in known if each[:1].casefold() == first}
    if len(words) > _COMPARED_MAX:
        return ""
    found = get_close_matches(word[:_VALUE_MAX].casefold(), words, n=1, cutoff=0.7)
    return f"; did you mean {words[found[0]]!r}?" if found else ""


def allowed(word: str, known: Iterable[str]) -> str:
    """Return the known words if they are few, else the nearest, as the end of a message."""
    words = sorted(known)
    if len(words) <= SHOWN_MAX:
        return f"; allowed are {', '.join(words)}"
    return nearest(word, words)


def shortened(value: str) -> str:
    """Return the beginning of a value, as it stands."""
    return value if len(value) <= _VALUE_MAX else f"{value[:_VALUE_MAX]}…"
