"""Types a profile leaves to an element, and profiles that it asks of types."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

Make = Callable[..., Json]
Find = Callable[..., Any]

QUANTITY: Json = {"value": 1, "unit": "mg"}


def observation(**elements: Any) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        **elements,
    }


@pytest.mark.parametrize("path", ["Observation.value[x]", "Observation.valueQuantity"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": QUANTITY}, []),
        ({"valueQuantity": {"value": 1}}, [("profile-min", "Observation.value")]),
        ({}, [("profile-min", "Observation")]),
    ],
)
def test_a_choice_by_either_name(
    path: str, value: Json, expected: list[Any], profile: Make, faults: Find
) -> None:
    """``valueQuantity`` is short for the slice of value[x] that is a Quantity."""
    asked = profile(
        "Observation",
        {"path": path, "min": 1, "type": [{"code": "Quantity"}]},
        {"path": f"{path}.unit", "min": 1},
    )
    assert faults(observation(**value), asked) == expected


def test_a_choice_is_narrowed(profile: Make, issues_of: Callable[..., list[Issue]]) -> None:
    asked = profile(
        "Observation",
        {"id": "Observation.value[x]", "type": [{"code": "Quantity"}, {"code": "Range"}]},
    )
    (issue,) = [each for each in issues_of(observation(valueString="1"), asked) if each.is_error]
    assert issue.message_id == "type-not-in-profile"
    assert "is of type string; it may be Quantity, Range" in issue.message


def test_what_is_asked_of_one_type_is_not_asked_of_another(profile: Make, faults: Find) -> None:
    asked = profile("Observation", {"id": "Observation.value[x]:valueQuantity.unit", "min": 1})
    assert faults(observation(valueString="1"), asked) == []
    assert faults(observation(valueQuantity={"value": 1}), asked) == [
        ("profile-min", "Observation.value")
    ]


def test_a_type_can_have_a_profile(profile: Make, faults: Find) -> None:
    amount = profile("Quantity", {"id": "Quantity.code", "min": 1}, url="amount")
    asked = profile(
        "Observation",
        {
            "id": "Observation.value[x]",
            "type": [{"code": "Quantity", "profile": [amount["url"]]}, {"code": "string"}],
        },
    )
    assert faults(observation(valueQuantity=QUANTITY), asked, amount) == [
        ("profile-min", "Observation.value")
    ]
    assert faults(observation(valueString="1"), asked, amount) == []


def test_the_specification_s_own_profiles_of_types_are_known(profile: Make, faults: Find) -> None:
    simple = "http://hl7.org/fhir/StructureDefinition/SimpleQuantity"
    asked = profile(
        "Observation",
        {"id": "Observation.value[x]", "type": [{"code": "Quantity", "profile": [simple]}]},
    )
    assert faults(observation(valueQuantity=QUANTITY), asked) == []
    assert faults(observation(valueQuantity={**QUANTITY, "comparator": "<"}), asked) == [
        ("invariant", "Observation.value"),
        ("profile-prohibits", "Observation.value.comparator"),
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"city": "A"}, []),
        ({"country": "B"}, []),
        ({"text": "C"}, [("no-profile-fits", "Patient.address[0]")]),
    ],
)
def test_of_several_profiles_one_has_to_fit(
    address: Json, expected: list[Any], profile: Make, faults: Find
) -> None:
    places = [
        profile("Address", {"id": f"Address.{name}", "min": 1}, url=name)
        for name in ("city", "country")
    ]
    types = [{"code": "Address", "profile": [each["url"] for each in places]}]
    asked = profile("Patient", {"id": "Patient.address", "type": types})
    assert faults({"resourceType": "Patient", "address": [address]}, asked, *places) == expected


def test_resources_in_a_bundle_can_have_a_profile(profile: Make, faults: Find) -> None:
    """A document or a message is a profile of Bundle that says what each entry is."""
    named = profile("Patient", {"id": "Patient.name", "min": 1}, url="named")
    asked = profile(
        "Bundle",
        {
            "id": "Bundle.entry.resource",
            "min": 1,
            "type": [{"code": "Patient", "profile": [named["url"]]}],
        },
    )
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": "urn:uuid:8b0ba7a4-5c4a-4c5c-8d2f-6c0f4c1d1c11"} for _ in range(2)],
    }
    for entry, resource in zip(bundle["entry"], ({"name": [{"text": "A"}]}, {}), strict=True):
        entry["resource"] = {"resourceType": "Patient", "active": True, **resource}
    bundle["entry"][1]["fullUrl"] += "0"
    found = faults(bundle, asked, named)
    assert ("profile-min", "Bundle.entry[1].resource") in found
    assert ("profile-min", "Bundle.entry[0].resource") not in found


def test_a_profile_that_is_not_at_hand_is_said_once(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    types = [{"code": "HumanName", "profile": ["http://example.org/gone"]}]
    asked = profile("Patient", {"id": "Patient.name", "type": types})
    names = [{"text": "A"}, {"text": "B"}]
    found = issues_of({"resourceType": "Patient", "name": names}, asked)
    missing = [each for each in found if each.message_id == "profile-not-known"]
    assert [each.severity for each in missing] == ["information"]
