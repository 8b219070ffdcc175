"""The form of a code can be checked without its system, so that a slip is seen offline."""

import pytest

from fhir_kb.terminology.forms import FORMS

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
LANGUAGE = "urn:ietf:bcp:47"
MEDIA = "urn:ietf:bcp:13"


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (SNOMED, "109989006"),
        (SNOMED, "999480561000087100"),
        (SNOMED, "28012007 |Closed fracture of shaft of tibia|:272741003=7771000"),
        (SNOMED, "=== 46866001 + 428881005"),
        (LOINC, "718-7"),
        (LOINC, "58413-6"),
        (LOINC, "LA6576-8"),
        (LANGUAGE, "de"),
        (LANGUAGE, "de-CH-1996"),
        (LANGUAGE, "zh-Hans-CN"),
        (LANGUAGE, "sl-rozaj-biske"),
        (LANGUAGE, "en-US-u-ca-gregory-x-own"),
        (MEDIA, "text/plain"),
        (MEDIA, "text/plain; charset=UTF-8"),
        (MEDIA, "json"),
        ("urn:iso:std:iso:4217", "CHF"),
        ("urn:iso:std:iso:3166", "756"),
        ("urn:iso:std:iso:3166:-2", "CH-ZH"),
        ("https://www.iana.org/time-zones", "America/Argentina/Tucuman"),
        ("https://www.iana.org/time-zones", "Etc/GMT+1"),
        ("http://www.whocc.no/atc", "L04AX02"),
        ("http://www.whocc.no/atc", "L04"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "C90.00"),
        ("http://hl7.org/fhir/color-rgb", "#00FF7f"),
    ],
)
def test_code_of_the_form_passes(system: str, code: str) -> None:
    assert FORMS[system].matches(code)


@pytest.mark.parametrize(
    ("system", "code"),
    [
        pytest.param(SNOMED, "109989060", id="two digits swapped"),
        pytest.param(SNOMED, "109989016", id="not a concept's partition"),
        pytest.param(SNOMED, "754786011", id="a description, not a concept"),
        pytest.param(SNOMED, "0109989006", id="leading zero"),
        pytest.param(SNOMED, "myeloma", id="a word"),
        pytest.param(SNOMED, "109989006x", id="a letter behind"),
        pytest.param(LOINC, "781-7", id="two digits swapped in LOINC"),
        pytest.param(LOINC, "7187", id="no hyphen"),
        pytest.param(LANGUAGE, "german-", id="hyphen at the end"),
        pytest.param(LANGUAGE, "de_CH", id="underscore"),
        pytest.param(LANGUAGE, "d", id="one letter"),
        pytest.param(MEDIA, "pdf", id="no slash"),
        pytest.param(MEDIA, "text/", id="no subtype"),
        pytest.param(MEDIA, "text/plain; charset", id="no value"),
        pytest.param("urn:iso:std:iso:4217", "Fr.", id="no currency code"),
        pytest.param("urn:iso:std:iso:3166", "ch", id="small letters"),
        pytest.param("http://www.whocc.no/atc", "L4AX02", id="a digit short"),
        pytest.param("http://hl7.org/fhir/color-rgb", "red", id="a word for a colour"),
    ],
)
def test_code_of_another_form_fails(system: str, code: str) -> None:
    assert not FORMS[system].matches(code)
