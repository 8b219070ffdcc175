"""The ids of cards and suggestions: made from the call, so that nothing needs to be kept.

https://www.rfc-editor.org/rfc/rfc9562#section-5.8

An id is a UUID of version 8. Its first 32 bits name what the card is about, so that feedback
tells which theme was accepted or overridden; the rest is a digest of the call's ``hookInstance``,
the theme and the orders. Asking again with the same call gives the same ids, which makes feedback
idempotent. ``hookInstance`` is new for every call of a hook, so no two calls share an id, and
nothing that was digested can be read out of it.
"""

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID


def card_id(hook_instance: str, theme: str, *parts: str) -> UUID:
    """Return the id of a card (or, with further parts, of a suggestion on it)."""
    digest = sha256("\x1f".join((hook_instance, theme, *parts)).encode()).digest()
    value = int.from_bytes(_tag(theme) + digest[:12], "big")
    version = value & ~(0xF << 76) | (8 << 76)
    return UUID(int=version & ~(0x3 << 62) | (0x2 << 62))


def theme_of(id: UUID, themes: Iterable[str]) -> str | None:
    """Return the theme that a card's id names, or None if it names none of these."""
    tag = id.bytes[:4]
    return next((theme for theme in themes if _tag(theme) == tag), None)


def _tag(theme: str) -> bytes:
    return sha256(b"theme\x1f" + theme.encode()).digest()[:4]
