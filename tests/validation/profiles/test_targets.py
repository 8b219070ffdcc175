"""What a reference may lead to: types, profiles, and where the resource stands."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

Make = Callable[..., Json]
Find = Callable[..., Any]

BASE = "http://hl7.org/fhir/StructureDefinition/"


@pytest.fixture
def named(profile: Make) -> Json:
    return profile("Patient", {"id": "Patient.name", "min": 1}, url="named")


def asking(profile: Make, *targets: str, **more: Any) -> Json:
    """A profile that narrows what an Observation is of."""
    row = {"code": "Reference", "targetProfile": list(targets), **more}
    return profile("Observation", {"id": "Observation.subject", "type": [row]})


def observation(reference: str, *contained: Json) -> Json:
    found = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": reference},
    }
    return {**found, "contained": list(contained)} if contained else found


def bundle(*resources: Json) -> Json:
    entries = [
        {"fullUrl": f"http://e.org/{each['resourceType']}/{each['id']}", "resource": each}
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_the_type_of_a_target_is_narrowed(profile: Make, faults: Find) -> None:
    asked = asking(profile, BASE + "Patient")
    assert faults(observation("Patient/1"), asked) == []
    assert faults(observation("Device/1"), asked) == [("wrong-target", "Observation.subject")]


def test_what_the_specification_lets_a_reference_lead_to_is_said_once(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """A snapshot repeats the targets, in whatever order."""
    types = ("Location", "Device", "Group", "Patient")
    asked = asking(profile, *(BASE + type for type in types))
    found = [each for each in issues_of(observation("Basic/1"), asked) if each.is_error]
    assert [each.message_id for each in found] == ["wrong-target"]


def test_a_profile_of_a_type_narrows_to_the_type(profile: Make, faults: Find, named: Json) -> None:
    """The target need not be at hand to see that it is of another type."""
    asked = asking(profile, named["url"])
    assert faults(observation("Device/1"), asked, named) == [
        ("wrong-target", "Observation.subject")
    ]


def test_a_contained_target_is_held_to_the_profile(
    profile: Make, issues_of: Callable[..., list[Issue]], named: Json
) -> None:
    asked = asking(profile, named["url"])
    patient = {"resourceType": "Patient", "id": "a", "gender": "male"}
    (issue,) = [
        each for each in issues_of(observation("#a", patient), asked, named) if each.is_error
    ]
    assert (issue.message_id, issue.expression) == ("target-profile", "Observation.subject")
    assert "Patient.name needs at least 1" in issue.message
    better = observation("#a", {**patient, "name": [{"text": "A"}]})
    assert not [each for each in issues_of(better, asked, named) if each.is_error]


def test_a_target_in_the_bundle_is_held_to_the_profile(
    profile: Make, faults: Find, named: Json
) -> None:
    asked = asking(profile, named["url"])
    resource = {**observation("Patient/1"), "id": "o", "meta": {"profile": [asked["url"]]}}
    patient = {"resourceType": "Patient", "id": "1", "gender": "male"}
    found = faults(bundle(resource, patient), named, asked, ask=BASE + "Bundle")
    assert found == [("target-profile", "Bundle.entry[0].resource.subject")]


def test_a_target_that_is_not_at_hand_is_mentioned(
    profile: Make, issues_of: Callable[..., list[Issue]], named: Json
) -> None:
    """Nothing is fetched; the reader must know that the verdict does not cover it."""
    found = issues_of(observation("Patient/1"), asking(profile, named["url"]), named)
    (issue,) = [each for each in found if each.message_id == "target-not-checked"]
    assert issue.severity == "information"


def test_one_of_several_targets_is_enough(profile: Make, faults: Find, named: Json) -> None:
    asked = asking(profile, named["url"], BASE + "Device")
    device = {"resourceType": "Device", "id": "a", "status": "active"}
    assert faults(observation("#a", device), asked, named) == []


def test_references_in_a_circle_come_to_an_end(profile: Make, faults: Find) -> None:
    """Two patients that name each other are held to a profile that asks it of its own links."""
    row = {"code": "Reference", "targetProfile": ["http://example.org/linked"]}
    linked = profile(
        "Patient",
        {"id": "Patient.link.other", "type": [row]},
        {"id": "Patient.gender", "min": 1},
        url="linked",
    )
    patients = [
        {
            "resourceType": "Patient",
            "id": id,
            "meta": {"profile": [linked["url"]]},
            "gender": "male",
            "link": [{"other": {"reference": f"Patient/{other}"}, "type": "seealso"}],
        }
        for id, other in (("a", "b"), ("b", "a"))
    ]
    assert faults(bundle(*patients), linked, ask=BASE + "Bundle") == []
    del patients[1]["gender"]
    found = faults(bundle(*patients), linked, ask=BASE + "Bundle")
    assert ("target-profile", "Bundle.entry[0].resource.link[0].other") in found
    assert ("profile-min", "Bundle.entry[1].resource") in found


def test_a_chain_of_references_may_be_as_long_as_a_bundle(profile: Make, faults: Find) -> None:
    """Each link is checked for the one before it: a thousand must not exhaust the stack."""
    row = {"code": "Reference", "targetProfile": ["http://example.org/linked"]}
    linked = profile(
        "Organization",
        {"id": "Organization.partOf", "type": [row]},
        {"id": "Organization.name", "min": 1},
        url="linked",
    )
    chain = [
        {
            "resourceType": "Organization",
            "id": f"o{number}",
            "meta": {"profile": [linked["url"]]},
            "name": "x",
            "partOf": {"reference": f"Organization/o{number + 1}"},
        }
        for number in range(1000)
    ]
    del chain[-1]["partOf"]
    assert faults(bundle(*chain), linked, ask=BASE + "Bundle") == []


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        (["contained"], []),
        (["contained", "bundled"], []),
        (["bundled"], [("wrong-aggregation", "Observation.subject")]),
    ],
)
def test_where_a_target_may_stand(
    aggregation: list[str], expected: list[Any], profile: Make, faults: Find
) -> None:
    asked = asking(profile, BASE + "Patient", aggregation=aggregation)
    patient = {"resourceType": "Patient", "id": "a", "gender": "male"}
    assert faults(observation("#a", patient), asked) == expected


def test_a_resource_alone_does_not_tell_its_bundle(profile: Make, faults: Find) -> None:
    """Sent in a Bundle, the reference may well lead to another entry."""
    asked = asking(profile, BASE + "Patient", aggregation=["bundled"])
    assert faults(observation("Patient/1"), asked) == []
    asked = asking(profile, BASE + "Patient", aggregation=["contained"])
    assert faults(observation("Patient/1"), asked) == [("wrong-aggregation", "Observation.subject")]


def test_a_codeable_reference_is_narrowed_too(profile: Make, faults: Find) -> None:
    row = {"code": "CodeableReference", "targetProfile": [BASE + "Substance"]}
    asked = profile("Medication", {"id": "Medication.ingredient.item", "type": [row]})
    medication = {
        "resourceType": "Medication",
        "ingredient": [{"item": {"reference": {"reference": "Medication/1"}}}],
    }
    assert faults(medication, asked, release="R5") == [
        ("wrong-target", "Medication.ingredient[0].item.reference")
    ]
