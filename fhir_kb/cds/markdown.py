"""Text for cards: GitHub Flavored Markdown in which nothing that was inserted is markup.

https://cds-hooks.hl7.org/2.0/#card-attributes, https://github.github.com/gfm/

Clients show markdown next to orders: a name that is a link, or HTML, would be an attack.
"""

import re

SUMMARY_MAX = 139
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&@])")
_LINK = re.compile(r"(?i)(www|https?|ftp|mailto|xmpp)([.:])")
_LINE_START = re.compile(r"^(\d{1,9}(?=[.)](?: |$))|(?=[-+=]))(.)")
_SPACE = re.compile(r"\s+")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NEAR_A_CUT = 3


def plain(text: str) -> str:
    """Return text on one line, without characters that nobody sees or that turn its direction."""
    return _SPACE.sub(" ", _UNSEEN.sub("", text)).strip()


def escaped(text: str) -> str:
    """Return text that markdown shows as it is: no markup, no HTML, no link made of an address."""
    special = _SPECIAL.sub(r"\\\1", plain(text))
    return _LINE_START.sub(r"\1\\\2", _LINK.sub(r"\1\\\2", special))


def shortened(text: str, longest: int = SUMMARY_MAX) -> str:
    """Return text of at most ``longest`` characters, cut between words and never at a figure.

    A figure near the cut is dropped with what follows it: "10 of 100 mg" must not become "10".
    """
    flat = plain(text)
    if len(flat) <= longest:
        return flat
    words = flat[:longest].rsplit(" ", 1)[0].split(" ")
    while len(words) > 1 and not all(map(_is_word, words[-_NEAR_A_CUT:])):
        words.pop()
    return f"{' '.join(words)[: longest - 1].rstrip(' ,;:(')}…"


def _is_word(text: str) -> bool:
    return _LETTERS.fullmatch(text.strip(",;:.()")) is not None or text in ("a", "A", "–")
