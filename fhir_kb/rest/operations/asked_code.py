"""Which code a terminology operation is asked about: a code, a Coding or a CodeableConcept.

https://hl7.org/fhir/R4/terminology-service.html
"""

from collections.abc import Sequence
from typing import NamedTuple

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.rest.operations.given import Given


class AskedCode(NamedTuple):
    """A code as it was given; ``place`` is the FHIRPath of where it stands in the request."""

    code: str
    system: str | None = None
    display: str | None = None
    version: str | None = None
    place: str = "code"


class Names(NamedTuple):
    """The parameters that may hold the code; None where there is no such parameter."""

    code: str
    coding: str | None = None
    concept: str | None = None
    system: str | None = "system"
    version: str | None = "version"


def asked_codes(given: Given, names: Names) -> list[AskedCode]:
    """Return the codes given in one of the three ways; refuse none, several ways, and no code."""
    ways = [name for name in (names.code, names.coding, names.concept) if name and name in given]
    forms = [name for name in (names.code, names.coding, names.concept) if name]
    if len(ways) != 1:
        counted = "none of them" if not ways else " and ".join(ways)
        raise InvalidParameter(f"Give one of {', '.join(forms)}; here is {counted}")
    (way,) = ways
    if way == names.code:
        return [_plain(given, names)]
    value = given.one(way)
    if way == names.coding:
        return [_of_coding(value, way)]
    codings = value.get("coding", [])
    if not codings:
        raise InvalidParameter(f"{way} has no coding, only a coding can be looked at")
    return [_of_coding(each, f"{way}.coding[{index}]") for index, each in enumerate(codings)]


def one_code(given: Given, names: Names) -> AskedCode:
    """Return the one code that is given; refuse a CodeableConcept with several."""
    codes: Sequence[AskedCode] = asked_codes(given, names)
    if len(codes) > 1:
        raise InvalidParameter(f"{names.concept} has {len(codes)} codings; ask for one at a time")
    return codes[0]


def _plain(given: Given, names: Names) -> AskedCode:
    return AskedCode(
        given.needed(names.code, "it is what is asked about"),
        given.text(names.system) if names.system else None,
        given.text("display"),
        given.text(names.version) if names.version else None,
        names.code,
    )


def _of_coding(coding: Json, place: str) -> AskedCode:
    code = coding.get("code")
    if not isinstance(code, str) or not code:
        raise InvalidParameter(f"{place} has no code", expression=place)
    return AskedCode(
        code, coding.get("system"), coding.get("display"), coding.get("version"), place
    )
