"""The form of codes whose systems no list here can hold: units, languages, SNOMED CT, LOINC.

https://hl7.org/fhir/R4/terminologies-systems.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fhir_kb import units


@dataclass(frozen=True, slots=True)
class Form:
    """What a code of a system looks like, in words and as a test.

    Where the form ``decides``, every code of that form is a code of the system.
    """

    wanted: str
    matches: Callable[[str], bool]
    decides: bool = False


def _pattern(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda code: compiled.fullmatch(code) is not None


_PERMUTED = "1576283094"
"""Verhoeff's permutation of the digits, which is applied once more at each place."""


def _after(left: int, right: int) -> int:
    """Return the product of two elements of the dihedral group of order 10."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
    return 5 + (left - right) % 5 if right < 5 else (left - right) % 5


def _is_verhoeff(number: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(number)):
        for _ in range(place % 8):
            digit = _PERMUTED[int(digit)]
        check = _after(check, int(digit))
    return check == 0


def _is_snomed(code: str) -> bool:
    """A concept id (partition 00 or 10), or an expression, of which only the first id is read."""
    match = re.match(
        r"(?:(?:===|<<<)\s*)?([1-9]\d{5,17})(?!\d)(?:\s*[|:+,{=\s].*)?\Z", code, re.S | re.ASCII
    )
    return match is not None and match[1][-3:-1] in ("00", "10") and _is_verhoeff(match[1])


def _is_loinc(code: str) -> bool:
    """A LOINC number, whose last digit is the modulus 10 check digit, a part or an answer."""
    match = re.fullmatch(r"(L[AGP])?(\d{1,8})-(\d)", code, re.ASCII)
    if match is None or match[1]:
        return match is not None
    reversed_number = match[2][::-1]
    doubled = str(int(reversed_number[::2]) * 2)
    total = sum(int(digit) for digit in doubled + reversed_number[1::2])
    return -total % 10 == int(match[3])


_LANGUAGE = (
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?"
    r"(?:-(?:[A-Za-z]{2}|\d{3}))?(?:-(?:[A-Za-z\d]{5,8}|\d[A-Za-z\d]{3}))*"
    r"(?:-[A-WYZa-wyz\d](?:-[A-Za-z\d]{2,8})+)*(?:-x(?:-[A-Za-z\d]{1,8})+)?"
    r"|x(?:-[A-Za-z\d]{1,8})+|i-[A-Za-z]+"
)
_TOKEN = r"[A-Za-z\d!#$&^_.+-]+"  # noqa: S105  the token of a media type, not of a session

FORMS: Mapping[str, Form] = {
    "http://unitsofmeasure.org": Form(
        "UCUM code", lambda code: units.parse(code) is not None, decides=True
    ),
    "urn:ietf:bcp:13": Form(
        "media type, such as application/fhir+json, or json, xml, ttl",
        _pattern(rf"json|xml|ttl|{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|\"[^\"]*\"))*"),
        decides=True,
    ),
    "urn:ietf:bcp:47": Form("language tag, such as de-CH", _pattern(_LANGUAGE), decides=True),
    "http://hl7.org/fhir/color-rgb": Form(
        "colour, such as #00ff00", _pattern(r"#[\da-fA-F]{6}"), decides=True
    ),
    "urn:iso:std:iso:4217": Form("currency code of three capitals", _pattern(r"[A-Z]{3}")),
    "urn:iso:std:iso:3166": Form(
        "country code of two or three capitals or three digits", _pattern(r"[A-Z]{2,3}|\d{3}")
    ),
    "urn:iso:std:iso:3166:-2": Form(
        "code of a part of a country, such as CH-ZH", _pattern(r"[A-Z]{2}-[A-Z\d]{1,3}")
    ),
    "https://www.iana.org/time-zones": Form(
        "time zone, such as Europe/Zurich", _pattern(r"[A-Za-z][\w+-]*(?:/[\w+-]+){0,2}")
    ),
    "http://snomed.info/sct": Form("SNOMED CT concept id with its check digit", _is_snomed),
    "http://loinc.org": Form("LOINC number with its check digit", _is_loinc),
    "http://www.nlm.nih.gov/research/umls/rxnorm": Form(
        "RxNorm concept number", _pattern(r"[1-9]\d{0,7}")
    ),
    "http://fdasis.nlm.nih.gov": Form("UNII of ten capitals and digits", _pattern(r"[A-Z\d]{10}")),
    "http://www.whocc.no/atc": Form(
        "ATC code, such as L04AX02", _pattern(r"[A-Z](?:\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)?")
    ),
    "http://hl7.org/fhir/sid/icd-10-cm": Form(
        "ICD-10-CM code, such as C90.0", _pattern(r"[A-Z]\d[A-Z\d](?:\.[A-Z\d]{1,4})?")
    ),
    "http://hl7.org/fhir/sid/icd-10": Form(
        "ICD-10 code, such as C90.0", _pattern(r"[A-Z]\d\d(?:\.\d{1,2})?[†*+!]?")
    ),
    "http://hl7.org/fhir/sid/cvx": Form("CVX number", _pattern(r"\d{1,3}")),
}
"""By the system's url."""
