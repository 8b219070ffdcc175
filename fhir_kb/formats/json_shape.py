"""How an element of XML stands in JSON: typed by its definition, extensions beside the value.

https://hl7.org/fhir/R4/json.html#primitive
"""

from decimal import Decimal

from fhir_kb.formats import Json
from fhir_kb.formats.layout import Form, Member
from fhir_kb.formats.location import Path
from fhir_kb.formats.number import is_number, read_number

Scalar = bool | int | Decimal | str
"""The value of a primitive."""

_BOOLEANS = {"true": True, "false": False}


def scalar_of(form: Form, text: str) -> Scalar:
    """Return ``text`` as its type; what is not of the type stays text, for validation to judge."""
    if form == "boolean":
        return _BOOLEANS.get(text, text)
    if form == "number" and is_number(text):
        return read_number(text)
    return text


def steps_to(value: Json, member: Member) -> Path:
    """Return the steps to the next ``member`` of ``value``."""
    if member.is_list:
        return (member.name, _count(value, member))
    return (member.name,)


def add_primitive(value: Json, member: Member, scalar: Scalar | None, extra: Json) -> None:
    """Put a primitive into ``value``, and its id and extensions beside it.

    In lists, null stands for whichever an item has not; a list of nothing but null is left out.
    """
    beside = extra if extra or scalar is None else None
    if not member.is_list:
        if scalar is not None:
            value[member.name] = scalar
        if beside is not None:
            value[member.sibling] = beside
        return
    count = _count(value, member)
    for key, item in ((member.name, scalar), (member.sibling, beside)):
        if item is not None or key in value:
            items = value.setdefault(key, [])
            items.extend([None] * (count - len(items)))
            items.append(item)


def _count(value: Json, member: Member) -> int:
    return max(len(value.get(member.name, ())), len(value.get(member.sibling, ())))
