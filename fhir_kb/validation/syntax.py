"""Codes that no list holds, by their grammar: units, languages, media types, currencies, regions.

https://www.rfc-editor.org/info/bcp47, https://www.rfc-editor.org/rfc/rfc6838 and
https://ucum.org/ucum
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fhir_kb.units import parse

# The codes of ISO 4217 in use, and those withdrawn since 1999 that older records carry.
_CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BEF BGN BHD BIF BMD BND BOB BOV BRL
    BSD BTN BWP BYN BYR BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CYP CZK DEM
    DJF DKK DOP DZD EEK EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEL GHS GIP GMD GNF GRD GTQ GYD
    HKD HNL HRK HTG HUF IDR IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
    KYD KZT LAK LBP LKR LRD LSL LTL LUF LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR
    MWK MXN MXV MYR MZN NAD NGN NIO NLG NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PTE PYG QAR RON
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN USS UYI UYU UYW UZS VED VEF VES VND VUV WST
    XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMK ZMW ZWL
    """.split()
)

_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language and its extensions
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # for private use
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z]+",
    re.IGNORECASE,
)
_TOKEN = r"[A-Za-z0-9!#$&^_.+\-]+"  # noqa: S105  a token of RFC 6838
_MEDIA_TYPE = re.compile(
    rf"{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:[^\s;\"]+|\"[^\"]*\"))*\s*;?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Syntax:
    """A grammar for codes: a word for messages, the test, and an example that passes it."""

    word: str
    accepts: Callable[[str], object]
    example: str


SYNTAXES: Mapping[str, Syntax] = {
    "color": Syntax("colour", re.compile(r"#[0-9A-Fa-f]{6}").fullmatch, "#FF8000"),
    "country": Syntax(
        "country code", re.compile(r"[A-Z]{2,3}|[0-9]{3}", re.IGNORECASE).fullmatch, "DE"
    ),
    "country-subdivision": Syntax(
        "country subdivision", re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}").fullmatch, "US-CA"
    ),
    "currency": Syntax("currency of ISO 4217", _CURRENCIES.__contains__, "EUR"),
    "language": Syntax("language of BCP 47", _LANGUAGE.fullmatch, "en-US"),
    "mime-type": Syntax("media type", _MEDIA_TYPE.fullmatch, "application/pdf"),
    "time-zone": Syntax(
        "time zone",
        re.compile(r"[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*").fullmatch,
        "Europe/Zurich",
    ),
    "ucum": Syntax("UCUM unit", parse, "mg/dL"),
}
"""By the name that ``ValueSetCodes.rule`` gives them."""

SYSTEMS: Mapping[str, str] = {
    "http://unitsofmeasure.org": "ucum",
    "urn:ietf:bcp:13": "mime-type",
    "urn:ietf:bcp:47": "language",
    "urn:iso:std:iso:4217": "currency",
}
"""Code systems that are checked by grammar wherever they are used."""
