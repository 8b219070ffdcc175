"""Slices: told apart by each kind of discriminator, counted, ordered, and held to their own."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

Make = Callable[..., Json]
Find = Callable[..., Any]

BASE = "http://hl7.org/fhir/StructureDefinition/"
PHONE: Json = {"system": "phone", "value": "1", "use": "home"}
MAIL: Json = {"system": "email", "value": "a@b.c"}


def slicing(type: str, path: str, **more: Any) -> Json:
    return {"slicing": {"discriminator": [{"type": type, "path": path}], "rules": "open", **more}}


def patient(*telecom: Json) -> Json:
    return {"resourceType": "Patient", "telecom": list(telecom)}


def phones(profile: Make, *elements: Json, **rules: Any) -> Json:
    """Telecoms by system: a slice of phones, and what else is asked."""
    return profile(
        "Patient",
        {"id": "Patient.telecom", **slicing("value", "system", **rules)},
        {"id": "Patient.telecom:phone", "min": 1, "max": "1"},
        {"id": "Patient.telecom:phone.system", "min": 1, "fixedCode": "phone"},
        *elements,
    )


@pytest.mark.parametrize(
    ("telecom", "expected"),
    [
        ([PHONE], []),
        ([MAIL, PHONE], []),
        ([MAIL], [("profile-min", "Patient")]),
        ([PHONE, PHONE], [("profile-max", "Patient.telecom")]),
    ],
)
def test_a_slice_is_counted(
    telecom: list[Json], expected: list[Any], profile: Make, faults: Find
) -> None:
    assert faults(patient(*telecom), phones(profile)) == expected


def test_a_message_names_the_slice(profile: Make, issues_of: Callable[..., list[Issue]]) -> None:
    (issue,) = [each for each in issues_of(patient(MAIL), phones(profile)) if each.is_error]
    assert issue.message == (
        "Patient.telecom:phone needs at least 1; found 0 (profile http://example.org/p)"
    )


def test_only_its_own_nodes_are_held_to_a_slice(profile: Make, faults: Find) -> None:
    asked = phones(profile, {"id": "Patient.telecom:phone.use", "min": 1})
    assert faults(patient(MAIL, PHONE), asked) == []
    without = {key: value for key, value in PHONE.items() if key != "use"}
    assert faults(patient(MAIL, without), asked) == [("profile-min", "Patient.telecom[1]")]


@pytest.mark.parametrize(
    ("rules", "telecom", "expected"),
    [
        ({"rules": "closed"}, [PHONE], []),
        ({"rules": "closed"}, [PHONE, MAIL], [("no-slice", "Patient.telecom[1]")]),
        ({"rules": "openAtEnd"}, [PHONE, MAIL], []),
        ({"rules": "openAtEnd"}, [MAIL, PHONE], [("slice-after-others", "Patient.telecom[1]")]),
    ],
)
def test_what_stands_in_no_slice(
    rules: Json, telecom: list[Json], expected: list[Any], profile: Make, faults: Find
) -> None:
    assert faults(patient(*telecom), phones(profile, **rules)) == expected


@pytest.mark.parametrize(
    ("ordered", "telecom", "expected"),
    [
        (True, [PHONE, MAIL], []),
        (True, [MAIL, PHONE], [("slice-order", "Patient.telecom[1]")]),
        (False, [MAIL, PHONE], []),
    ],
)
def test_slices_may_have_an_order(
    ordered: bool, telecom: list[Json], expected: list[Any], profile: Make, faults: Find
) -> None:
    mail = {"id": "Patient.telecom:mail.system", "patternCode": "email"}
    asked = phones(profile, {"id": "Patient.telecom:mail"}, mail, ordered=ordered)
    assert faults(patient(*telecom), asked) == expected


def test_the_default_slice_holds_what_is_in_no_other(profile: Make, faults: Find) -> None:
    asked = phones(profile, {"id": "Patient.telecom:@default.use", "min": 1}, rules="closed")
    assert faults(patient(PHONE, MAIL), asked) == [("profile-min", "Patient.telecom[1]")]


OBSERVATION: Json = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
    "contained": [{"resourceType": "Patient", "id": "a", "active": True}],
    "subject": {"reference": "#a"},
    "category": [{"coding": [{"system": "http://s.org", "code": "a"}]}, {"text": "b"}],
    "performer": [{"reference": "Practitioner/1"}, {"reference": "Organization/1"}],
    "component": [
        {"code": {"text": "x"}, "valueString": "1"},
        {
            "code": {"text": "y"},
            "valueQuantity": {"value": 1},
            "extension": [{"url": "http://example.org/e", "valueString": "z"}],
        },
    ],
}
CODING: Json = {"coding": [{"code": "a"}]}


@pytest.mark.parametrize(
    ("sliced", "type", "path", "mark", "index"),
    [
        ("category", "value", "coding.code", ("coding.code", {"fixedCode": "a"}), 0),
        ("category", "pattern", "$this", ("", {"patternCodeableConcept": CODING}), 0),
        ("category", "value", "coding.code", ("", {"patternCodeableConcept": CODING}), 0),
        ("category", "value", "coding", ("coding", {"patternCoding": {"code": "a"}}), 0),
        ("category", "exists", "text", ("text", {"min": 1}), 1),
        ("category", "exists", "text", ("text", {"max": "0"}), 0),
        ("category", "value", "text", ("text", {"min": 1}), 1),
        ("component", "type", "value", ("value[x]", {"type": [{"code": "Quantity"}]}), 1),
        ("component", "exists", "value.ofType(string)", ("value[x]:valueString", {"min": 1}), 0),
        ("component", "value", "value.ofType(string)", ("valueString", {"fixedString": "1"}), 0),
        (
            "component",
            "value",
            "extension('http://example.org/e').value",
            ("extension:e.value[x]", {"fixedString": "z"}),
            1,
        ),
        (
            "performer",
            "type",
            "resolve()",
            ("", {"type": [{"code": "Reference", "targetProfile": [BASE + "Organization"]}]}),
            1,
        ),
        ("category", "position", "$this", ("", {}), 0),
    ],
)
def test_each_discriminator_finds_its_node(
    sliced: str,
    type: str,
    path: str,
    mark: tuple[str, Json],
    index: int,
    profile: Make,
    faults: Find,
) -> None:
    """The slice may not be there at all: the message says which node was taken for it."""
    inside, statement = mark
    slice = f"Observation.{sliced}:s"
    elements = [
        {"id": f"Observation.{sliced}", **slicing(type, path)},
        {"id": slice, **({} if inside else statement)},
        {"id": f"{slice}.id", "min": 1},
    ]
    if inside.startswith("extension:"):
        elements.append({"id": f"{slice}.extension:e.url", "fixedUri": "http://example.org/e"})
    if inside:
        elements.append({"id": f"{slice}.{inside}", **statement})
    found = faults(OBSERVATION, profile("Observation", *elements))
    assert found == [("profile-min", f"Observation.{sliced}[{index}]")]


def test_a_value_set_can_tell_a_slice(profile: Make, faults: Find) -> None:
    """A required binding at the path says as much as a list of patterns."""
    value_set = {
        "resourceType": "ValueSet",
        "url": "http://example.org/v",
        "status": "draft",
        "compose": {"include": [{"system": "http://s.org", "concept": [{"code": "a"}]}]},
    }
    asked = profile(
        "Observation",
        {"id": "Observation.category", **slicing("value", "$this")},
        {
            "id": "Observation.category:s",
            "binding": {"strength": "required", "valueSet": value_set["url"]},
        },
        {"id": "Observation.category:s.id", "min": 1},
    )
    assert faults(OBSERVATION, asked, value_set) == [("profile-min", "Observation.category[0]")]


def test_a_profile_can_tell_a_slice(profile: Make, faults: Find) -> None:
    coded = profile("CodeableConcept", {"id": "CodeableConcept.coding", "min": 1}, url="coded")
    asked = profile(
        "Observation",
        {"id": "Observation.category", **slicing("profile", "$this")},
        {
            "id": "Observation.category:s",
            "max": "0",
            "type": [{"code": "CodeableConcept", "profile": [coded["url"]]}],
        },
    )
    assert faults(OBSERVATION, asked, coded) == [("profile-prohibits", "Observation.category")]


def test_the_profile_of_a_target_can_tell_a_slice(profile: Make, faults: Find) -> None:
    """Entries of a document's sections are told apart by what they lead to."""
    active = profile("Patient", {"id": "Patient.active", "min": 1}, url="active")
    row = {"code": "Reference", "targetProfile": [active["url"]]}
    asked = profile(
        "Observation",
        {"id": "Observation.focus", **slicing("profile", "resolve()", rules="closed")},
        {"id": "Observation.focus:s", "max": "1", "type": [row]},
    )
    focused = {**OBSERVATION, "focus": [{"reference": "#a"}]}
    assert faults(focused, asked, active) == []
    focused["contained"] = [{"resourceType": "Patient", "id": "a", "gender": "male"}]
    assert faults(focused, asked, active) == [("no-slice", "Observation.focus[0]")]


def test_what_cannot_be_told_is_no_fault(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """The target is elsewhere: nobody can say that the slice is missing, nor that it is there."""
    active = profile("Patient", {"id": "Patient.active", "min": 1}, url="active")
    row = {"code": "Reference", "targetProfile": [active["url"]]}
    asked = profile(
        "Observation",
        {"id": "Observation.focus", **slicing("profile", "resolve()", rules="closed")},
        {"id": "Observation.focus:s", "min": 1, "type": [row]},
    )
    found = issues_of({**OBSERVATION, "focus": [{"reference": "Patient/9"}]}, asked, active)
    assert [each for each in found if each.is_error] == []
    assert "slice-not-told" in {each.message_id for each in found}


def test_a_slice_without_discriminator_is_told_by_all_it_asks(profile: Make, faults: Find) -> None:
    asked = profile(
        "Observation",
        {"id": "Observation.category", "slicing": {"rules": "open"}},
        {"id": "Observation.category:s", "max": "0"},
        {"id": "Observation.category:s.text", "patternString": "b", "min": 1},
    )
    assert faults(OBSERVATION, asked) == [("profile-prohibits", "Observation.category")]


def test_a_slice_can_be_sliced(profile: Make, faults: Find) -> None:
    """Phones first, then the mobile among them, which is what must be there."""
    asked = phones(
        profile,
        {"id": "Patient.telecom:phone", "max": "*", **slicing("value", "use")},
        {"id": "Patient.telecom:phone/mobile", "min": 1},
        {"id": "Patient.telecom:phone/mobile.use", "fixedCode": "mobile"},
    )
    mobile = {**PHONE, "use": "mobile"}
    asked["differential"]["element"][1].pop("max")
    assert faults(patient(PHONE, mobile), asked) == []
    assert faults(patient(PHONE, {**MAIL, "use": "mobile"}), asked) == [("profile-min", "Patient")]


def test_a_derived_profile_goes_on_with_the_slices_of_its_base(profile: Make, faults: Find) -> None:
    """It need not say again what they are told apart by."""
    outer = {**phones(profile), "url": "http://example.org/outer"}
    inner = profile("Patient", {"id": "Patient.telecom:phone.use", "min": 1}, base="outer")
    assert faults(patient({**MAIL}, {"system": "phone", "value": "1"}), inner, outer) == [
        ("profile-min", "Patient.telecom[1]")
    ]


def test_without_ids_the_order_tells_what_is_in_a_slice(profile: Make, faults: Find) -> None:
    """Many published differentials have paths only."""
    asked = profile(
        "Patient",
        {"path": "Patient.telecom", **slicing("value", "system")},
        {"path": "Patient.telecom", "sliceName": "phone"},
        {"path": "Patient.telecom.system", "fixedCode": "phone"},
        {"path": "Patient.telecom.use", "min": 1},
        {"path": "Patient.telecom", "sliceName": "mail", "max": "0"},
        {"path": "Patient.telecom.system", "fixedCode": "email"},
    )
    assert faults(patient({"system": "phone", "value": "1"}, MAIL), asked) == [
        ("profile-min", "Patient.telecom[0]"),
        ("profile-prohibits", "Patient.telecom"),
    ]
