"""Extensions by their profiles: in slices, with a value, with parts inside parts."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json

Make = Callable[..., Json]
Find = Callable[..., Any]

URL = "http://example.org/ext"


def patient(*extensions: Json) -> Json:
    return {"resourceType": "Patient", "active": True, "extension": list(extensions)}


@pytest.fixture
def simple(profile: Make) -> Json:
    """An extension with a short text."""
    return profile(
        "Extension",
        {"id": "Extension.extension", "max": "0"},
        {"id": "Extension.url", "fixedUri": URL},
        {"id": "Extension.value[x]", "min": 1, "maxLength": 3, "type": [{"code": "string"}]},
        url="ext",
        context=[{"type": "element", "expression": "Patient"}],
    )


@pytest.fixture
def parts(profile: Make) -> Json:
    """An extension with a part that is needed, and one that has a part itself."""
    return profile(
        "Extension",
        {"id": "Extension.extension:code", "min": 1, "max": "1"},
        {"id": "Extension.extension:code.url", "fixedUri": "code"},
        {
            "id": "Extension.extension:code.value[x]",
            "min": 1,
            "type": [{"code": "code"}],
            "patternCode": "a",
        },
        {"id": "Extension.extension:more", "max": "1"},
        {"id": "Extension.extension:more.url", "fixedUri": "more"},
        {"id": "Extension.extension:more.extension:deep", "min": 1},
        {"id": "Extension.extension:more.extension:deep.url", "fixedUri": "deep"},
        {"id": "Extension.extension:more.extension:deep.value[x]", "min": 1},
        {"id": "Extension.value[x]", "max": "0"},
        url="ext",
        context=[{"type": "element", "expression": "Element"}],
    )


def extension(*inner: Json) -> Json:
    return {"url": URL, "extension": list(inner)}


CODE: Json = {"url": "code", "valueCode": "a"}
DEEP: Json = {"url": "deep", "valueCode": "a"}
AT = "Patient.extension[0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueString": "abc"}, []),
        ({"valueString": "abcd"}, [("profile-text-too-long", f"{AT}.value")]),
        ({"valueInteger": 1}, [("type-not-in-profile", f"{AT}.value")]),
        ({"id": "x"}, [("profile-min", AT)]),
    ],
)
def test_the_value_of_an_extension(
    value: Json, expected: list[Any], simple: Json, faults: Find, profile: Make
) -> None:
    """No profile names it: an extension is held to its definition wherever it stands."""
    asked = profile("Patient", {"id": "Patient.active", "min": 1})
    found = [
        each
        for each in faults(patient({"url": URL, **value}), asked, simple)
        if each[0] != "invariant"
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ([CODE], []),
        ([{"url": "more", "extension": [DEEP]}], [("profile-min", AT)]),
        ([CODE, CODE], [("profile-max", f"{AT}.extension")]),
        ([{"url": "code", "valueCode": "b"}], [("other-value", f"{AT}.extension[0].value")]),
        (
            [{"url": "code", "valueString": "a"}],
            [("type-not-in-profile", f"{AT}.extension[0].value")],
        ),
        (
            [CODE, {"url": "other", "valueCode": "a"}],
            [("unknown-extension-part", f"{AT}.extension[1]")],
        ),
        ([CODE, {"url": "more", "extension": [DEEP]}], []),
        (
            [CODE, {"url": "more", "extension": [{"url": "deeper", "valueCode": "a"}]}],
            [
                ("unknown-extension-part", f"{AT}.extension[1].extension[0]"),
                ("profile-min", f"{AT}.extension[1]"),
            ],
        ),
    ],
)
def test_the_parts_of_an_extension(
    inner: list[Json], expected: list[Any], parts: Json, faults: Find, profile: Make
) -> None:
    """Each fault once, though the extension, its parts and the resource's profile meet there."""
    asked = profile("Patient", {"id": "Patient.active", "min": 1})
    found = faults(patient(extension(*inner)), asked, parts)
    assert sorted(each for each in found if each[0] != "invariant") == sorted(expected)


def test_a_profile_counts_its_extensions_by_url(profile: Make, faults: Find, simple: Json) -> None:
    """Nobody has to say that extensions are told apart by their url."""
    asked = profile(
        "Patient",
        {
            "id": "Patient.extension:note",
            "min": 1,
            "max": "1",
            "type": [{"code": "Extension", "profile": [URL]}],
        },
    )
    one = {"url": URL, "valueString": "a"}
    assert faults(patient(one), asked, simple) == []
    other = {"url": "http://example.org/other", "valueString": "a"}
    assert faults(patient(other), asked, simple) == [("profile-min", "Patient")]
    assert faults(patient(one, one), asked, simple) == [("profile-max", "Patient.extension")]


def test_an_extension_is_known_by_its_url_though_its_definition_is_not(
    profile: Make, faults: Find
) -> None:
    asked = profile(
        "Patient",
        {
            "id": "Patient.extension:note",
            "min": 1,
            "type": [{"code": "Extension", "profile": ["http://example.org/gone|1.0"]}],
        },
    )
    gone = {"url": "http://example.org/gone", "valueString": "a"}
    assert faults(patient(gone), asked) == []


def test_an_extension_stands_where_its_context_lets_it(
    profile: Make, faults: Find, simple: Json
) -> None:
    asked = profile("Patient", {"id": "Patient.active", "min": 1})
    named = {**patient(), "name": [{"extension": [{"url": URL, "valueString": "a"}]}]}
    del named["extension"]
    assert faults(named, asked, simple) == [
        ("extension-out-of-context", "Patient.name[0].extension[0]")
    ]


def test_an_extension_of_a_primitive(profile: Make, faults: Find, simple: Json) -> None:
    """A profile reaches the extensions that JSON keeps beside a value."""
    asked = profile(
        "Patient",
        {
            "id": "Patient.birthDate.extension:note",
            "min": 1,
            "type": [{"code": "Extension", "profile": [URL]}],
        },
    )
    born = {"resourceType": "Patient", "birthDate": "1990"}
    assert faults(born, asked, simple) == [("profile-min", "Patient.birthDate")]
    free = {**simple, "context": [{"type": "element", "expression": "date"}]}
    noted = {**born, "_birthDate": {"extension": [{"url": URL, "valueString": "a"}]}}
    assert faults(noted, asked, free) == []


def test_a_slice_may_ask_for_a_narrower_profile_of_an_extension(
    profile: Make, faults: Find, simple: Json
) -> None:
    """Its url stays that of the extension; the narrower profile holds in this slice only."""
    narrow = profile(
        "Extension", {"id": "Extension.value[x]", "patternString": "abc"}, url="narrow", base="ext"
    )
    asked = profile(
        "Patient",
        {
            "id": "Patient.extension:note",
            "type": [{"code": "Extension", "profile": [narrow["url"]]}],
        },
    )
    assert faults(patient({"url": URL, "valueString": "abc"}), asked, simple, narrow) == []
    assert faults(patient({"url": URL, "valueString": "a"}), asked, simple, narrow) == [
        ("other-value", f"{AT}.value")
    ]
