"""Inputs that break readers: each with what must be said of it, and how quickly.

``CASES`` holds name -> (content, words of the first error). All are given to the command and to
``$validate``; nothing may hang, crash, or fill the memory.
"""

import json

SECONDS = 2.0
"""More than any of them needs, far less than a reader that is caught by one."""

_DEEP = 100_000
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
_XHTML = "http://www.w3.org/1999/xhtml"


def _patient(content: str) -> bytes:
    return f'{{"resourceType":"Patient",{content}}}'.encode()


def _narrative(div: str) -> bytes:
    return _patient(f'"text":{{"status":"generated","div":{json.dumps(div)}}}')


CASES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blank space": (b" \r\n\t ", "empty"),
    "an array": (b'[{"resourceType":"Patient"}]', "an array; a FHIR resource is an object"),
    "a string": (b'"Patient"', "a string; a FHIR resource is an object"),
    "a number": (b"1", "a number; a FHIR resource is an object"),
    "null": (b"null", "null; a FHIR resource is an object"),
    "no JSON": (b"resourceType: Patient", "not JSON"),
    "an end too early": (b'{"resourceType":"Patient"', "not JSON"),
    "more behind the end": (b'{"resourceType":"Patient"} x', "not JSON"),
    "a comma too many": (b'{"resourceType":"Patient",}', "not JSON"),
    "a comment": (b'{"resourceType":"Patient" /* x */}', "not JSON"),
    "single quotes": (b"{'resourceType':'Patient'}", "not JSON"),
    "no resource type": (b'{"id":"x"}', "no resourceType"),
    "a resource type that is a number": (b'{"resourceType":1}', "no resourceType"),
    "an unknown resource type": (b'{"resourceType":"Patinet"}', "did you mean 'Patient'?"),
    "a key that stands twice": (_patient('"active":true,"active":false'), "twice"),
    "NaN": (b'{"resourceType":"Observation","valueQuantity":{"value":NaN}}', "NaN"),
    "Infinity": (b'{"resourceType":"Observation","valueQuantity":{"value":-Infinity}}', "Infinity"),
    "a number beyond all bounds": (
        b'{"resourceType":"Observation","valueQuantity":{"value":1e999999999}}',
        "1e999999999",
    ),
    "a number of a million digits": (
        b'{"resourceType":"Observation","valueInteger":' + b"9" * 1_000_000 + b"}",
        "no number that can be read",
    ),
    "bytes that are no UTF-8": (b'{"resourceType":"Patient","id":"\xff"}', "not UTF-8: byte 0xff"),
    "UTF-16": ('{"resourceType":"Patient"}'.encode("utf-16"), "UTF-16"),
    "half a surrogate pair": (_patient('"id":"\\ud800"'), "surrogate"),
    "a NUL": (_patient('"id":"\\u0000"'), "NUL"),
    "null for a value": (_patient('"active":null'), "is null"),
    "an empty array": (_patient('"name":[]'), "empty"),
    "an empty object": (_patient('"name":[{}]'), "empty"),
    "an empty string": (_patient('"birthDate":""'), "empty"),
    "arrays 100,000 levels deep": (
        _patient('"name":' + "[" * _DEEP + "]" * _DEEP),
        "deeper than 100 levels",
    ),
    "objects 100,000 levels deep": (
        _patient('"extension":' + '[{"extension":' * _DEEP + "[]" + "}]" * _DEEP),
        "deeper than 100 levels",
    ),
    "arrays that never end": (b"[" * _DEEP, "deeper than 100 levels"),
    "100,000 unknown elements": (
        _patient(",".join(f'"x{n}":1' for n in range(100_000))),
        "is not an element of Patient",
    ),
    "a narrative that is a bomb": (
        _narrative(f"<!DOCTYPE div [{_ENTITIES}]><div xmlns='{_XHTML}'>&e11;</div>"),
        "DOCTYPE",
    ),
    "a narrative 100,000 levels deep": (
        _narrative(f"<div xmlns='{_XHTML}'>" + "<b>" * _DEEP + "</b>" * _DEEP + "</div>"),
        "txt-2",
    ),
    "a narrative with a script": (
        _narrative(f"<div xmlns='{_XHTML}'><script>alert(1)</script></div>"),
        "<script>",
    ),
    "XML that is none": (
        b'<Patient xmlns="http://hl7.org/fhir"><id></Patient>',
        "mismatched tag",
    ),
    "XML of another namespace": (b"<Patient/>", "namespace"),
    "XML of no resource": (b'<html xmlns="http://hl7.org/fhir"/>', "html"),
    "an entity bomb": (
        f"<!DOCTYPE Patient [<!ENTITY e0 'x'>{_ENTITIES}]>"
        '<Patient xmlns="http://hl7.org/fhir"><id value="&e11;"/></Patient>'.encode(),
        "DOCTYPE",
    ),
    "an external entity": (
        b"<!DOCTYPE Patient [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
        b'<Patient xmlns="http://hl7.org/fhir"><id value="&e;"/></Patient>',
        "DOCTYPE",
    ),
    "XML 100,000 levels deep": (
        b'<Patient xmlns="http://hl7.org/fhir">' + b"<extension>" * _DEEP,
        "deeper than 100 levels",
    ),
    "XML in another encoding": (
        b'<?xml version="1.0" encoding="UTF-16"?><Patient xmlns="http://hl7.org/fhir"/>',
        "UTF-16",
    ),
}
