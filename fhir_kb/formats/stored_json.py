"""JSON texts that were accepted before they were stored: read whole, or taken apart.

https://www.rfc-editor.org/rfc/rfc8259

Nothing is checked again, so that bulk work is several times as quick. What is taken apart is not
parsed further: of an element that nobody asks for, only its end is looked for.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import MsgspecError, Raw, ValidationError
from msgspec.json import Decoder

from fhir_kb.errors import MalformedContent

StoredText = Raw
"""The text of a value inside another text; ``bytes`` of it is a copy."""

T = TypeVar("T")

_VALUE: Decoder[Any] = Decoder(float_hook=Decimal)
_MEMBERS = Decoder(dict[str, Raw])
_ITEMS = Decoder(list[Raw])
_OBJECTS = Decoder(list[dict[str, Raw]])


def read_stored_json(data: bytes) -> Any:
    """Return the value of a text that ``read_json`` accepted; decimals are ``Decimal``.

    Refuses (MalformedContent) a text that is no JSON.
    """
    return _decoded(_VALUE.decode, data)


def stored_members(data: bytes) -> dict[str, StoredText]:
    """Return the texts of an object's members; refuse (MalformedContent) what is no object."""
    return _decoded(_MEMBERS.decode, data)


def stored_items(data: bytes) -> list[StoredText]:
    """Return the texts of a list's items; refuse (MalformedContent) what is no list."""
    return _decoded(_ITEMS.decode, data)


def stored_objects(data: bytes) -> list[dict[str, StoredText]] | None:
    """Return the members of each object in a list; None when it holds anything else."""
    try:
        return _OBJECTS.decode(data)
    except ValidationError:
        return None


def _decoded(decode: Callable[[bytes], T], data: bytes) -> T:
    try:
        return decode(data)
    except (MsgspecError, UnicodeDecodeError) as error:
        raise MalformedContent(f"A stored text is not the JSON that it was: {error}") from None
