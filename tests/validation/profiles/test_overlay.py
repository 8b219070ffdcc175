"""Chains of profiles: differentials laid over each other, and snapshots where one is missing."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

Make = Callable[..., Json]
Find = Callable[..., Any]
Issues = Callable[..., list[Issue]]

PATIENT: Json = {"resourceType": "Patient", "active": True}


def with_snapshot(structure: Json, *elements: Json) -> Json:
    return {**structure, "snapshot": {"element": list(elements)}}


def test_a_missing_base_is_mentioned_and_the_rest_is_checked(
    profile: Make, issues_of: Issues
) -> None:
    asked = profile("Patient", {"id": "Patient.name", "min": 1}, base="gone")
    found = issues_of(PATIENT, asked)
    assert {each.message_id for each in found} == {"profile-min", "profile-not-whole"}
    assert "http://example.org/gone" in next(
        each.message for each in found if each.message_id == "profile-not-whole"
    )


def test_a_snapshot_stands_in_for_a_missing_base(profile: Make, issues_of: Issues) -> None:
    """It says what the missing profile would."""
    asked = with_snapshot(
        profile("Patient", {"id": "Patient.name", "min": 1}, base="gone"),
        {"id": "Patient.name", "path": "Patient.name", "min": 1},
        {"id": "Patient.gender", "path": "Patient.gender", "min": 1},
    )
    found = issues_of(PATIENT, asked)
    assert [each.message_id for each in found] == ["profile-min", "profile-min"]


def test_a_snapshot_serves_where_there_is_no_differential(profile: Make, faults: Find) -> None:
    asked = with_snapshot(
        profile("Patient"), {"id": "Patient.name", "path": "Patient.name", "min": 1}
    )
    del asked["differential"]
    assert faults(PATIENT, asked) == [("profile-min", "Patient")]


def test_a_profile_that_only_gives_a_name_hands_on_its_base(profile: Make, faults: Find) -> None:
    outer = profile("Patient", {"id": "Patient.name", "min": 1}, url="outer")
    assert faults(PATIENT, profile("Patient", base="outer"), outer) == [("profile-min", "Patient")]


@pytest.mark.parametrize("base", ["p", "other"])
def test_a_profile_based_on_itself_comes_to_an_end(
    base: str, profile: Make, issues_of: Issues
) -> None:
    asked = profile("Patient", {"id": "Patient.name", "min": 1}, base=base)
    other = profile("Patient", url="other", base="p")
    assert "profile-not-whole" in {each.message_id for each in issues_of(PATIENT, asked, other)}


def test_a_profile_of_a_type_that_is_none_is_not_usable(profile: Make, issues_of: Issues) -> None:
    asked = profile("CareTeamMember", {"id": "CareTeamMember.name", "min": 1})
    (issue,) = issues_of(PATIENT, asked)
    assert (issue.message_id, issue.severity) == ("profile-not-usable", "warning")
    assert "CareTeamMember" in issue.message


@pytest.mark.parametrize(
    "element",
    [
        {"path": ["Patient"]},
        {"path": "Patient.name", "min": "1"},
        {"path": "Patient.name", "type": {"code": "HumanName"}},
        {"path": "Patient.name", "binding": "x"},
        {"path": "Patient.name", "constraint": [{"key": 1}]},
        {"path": "Patient.name", "slicing": {"discriminator": "value"}},
        "Patient.name",
        None,
    ],
)
def test_a_misshapen_profile_is_not_usable(element: Any, profile: Make, issues_of: Issues) -> None:
    """What a package holds is not to be trusted: it must not bring the validator down."""
    asked = profile("Patient")
    asked["differential"]["element"] = [element]
    assert [each.message_id for each in issues_of(PATIENT, asked)] == ["profile-not-usable"]


def test_a_fault_where_nobody_reads_does_no_harm(profile: Make, faults: Find) -> None:
    """Published profiles are often not quite in order themselves."""
    asked = profile("Patient", {"id": "Patient.name", "min": 1}, abstract="no", nonsense=[None])
    assert faults(PATIENT, asked) == [("profile-min", "Patient")]


@pytest.mark.parametrize(
    "element",
    [
        {"path": "Patient.name", "max": "many"},
        {"path": "Patient.name", "type": [{}]},
        {"path": "Patient.name", "type": [], "constraint": []},
        {"path": "Patient.name", "binding": {}},
        {"path": "Patient.name", "constraint": [{"human": "x"}]},
        {"path": "Patient.name", "slicing": {"discriminator": [{}]}},
        {"path": "Patient.name", "sliceName": "a/" * 99},
        {"id": "Patient.name:a:b.c", "path": "Patient.name"},
        {"id": "Patient.name"},
        {"path": "Patient.name", "contentReference": "#Patient.gone"},
        {"path": "Patient.name", "contentReference": "#Patient.name"},
    ],
)
def test_an_element_that_says_nothing_asks_for_nothing(
    element: Json, profile: Make, faults: Find
) -> None:
    asked = profile("Patient")
    asked["differential"]["element"] = [element, {"path": "Patient.gender", "min": 1}]
    named = {**PATIENT, "name": [{"text": "A"}]}
    assert faults(named, asked) == [("profile-min", "Patient")]


def test_a_profile_can_be_contained_in_the_one_that_names_it(profile: Make, faults: Find) -> None:
    inner = {**profile("HumanName", {"id": "HumanName.family", "min": 1}), "id": "inner"}
    types = [{"code": "HumanName", "profile": ["#inner"]}]
    asked = profile("Patient", {"id": "Patient.name", "type": types}, contained=[inner])
    assert faults({**PATIENT, "name": [{"text": "A"}]}, asked) == [
        ("profile-min", "Patient.name[0]")
    ]


def test_one_element_of_a_profile_can_be_asked_for(profile: Make, faults: Find) -> None:
    """A library of sections is a profile whose slices others name."""
    library = profile(
        "Composition",
        {"id": "Composition.section:a"},
        {"id": "Composition.section:a.title", "min": 1},
        url="library",
    )
    name = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element"
    part = {"extension": [{"url": name, "valueString": "Composition.section:a"}]}
    row = {"code": "BackboneElement", "profile": [library["url"]], "_profile": [part]}
    asked = profile("Composition", {"id": "Composition.section", "type": [row]})
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "x"},
        "date": "2026",
        "author": [{"display": "x"}],
        "title": "x",
        "section": [{"text": {"status": "empty", "div": _DIV}}],
    }
    assert faults(composition, asked, library) == [("profile-min", "Composition.section[0]")]


_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'


def test_a_profile_can_impose_another(profile: Make, faults: Find) -> None:
    """Two that impose each other come to an end."""
    imposing = "http://hl7.org/fhir/StructureDefinition/structuredefinition-imposeProfile"
    first, second = (
        profile(
            "Patient",
            {"id": f"Patient.{element}", "min": 1},
            url=url,
            extension=[{"url": imposing, "valueCanonical": f"http://example.org/{other}"}],
        )
        for url, other, element in (("a", "b", "name"), ("b", "a", "gender"))
    )
    assert faults(PATIENT, first, second) == [("profile-min", "Patient")] * 2


def test_a_content_reference_takes_what_is_asked_of_its_element(
    profile: Make, faults: Find
) -> None:
    """Items inside items: to any depth, where the profile says so."""
    asked = profile(
        "Questionnaire",
        {"id": "Questionnaire.item.text", "min": 1},
        {"id": "Questionnaire.item.item", "contentReference": "#Questionnaire.item"},
    )
    item: Json = {"linkId": "1", "type": "group", "text": "x"}
    inner = {"linkId": "3", "type": "display"}
    item["item"] = [{"linkId": "2", "type": "group", "text": "y", "item": [inner]}]
    questionnaire = {"resourceType": "Questionnaire", "status": "draft", "item": [item]}
    found = [each for each in faults(questionnaire, asked) if each[0] == "profile-min"]
    assert found == [("profile-min", "Questionnaire.item[0].item[0].item[0]")]


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("http://example.org/p", "profile-max"),
        ("http://example.org/p|2.0.0", "profile-max"),
        ("http://example.org/p|1.10.0", "profile-min"),
        ("http://example.org/p|1", "profile-min"),
        ("http://example.org/p|3", "asked-profile-not-known"),
    ],
)
def test_a_version_names_one_of_several(
    canonical: str, expected: str, profile: Make, faults: Find
) -> None:
    """Without a version the latest is meant; a version that is not at hand is not replaced."""
    rows = [
        ("1.9.0", {"max": "9"}),
        ("1.10.0", {"min": 1}),
        ("2.0.0", {"max": "0"}),
        ("2.0.0-ballot", {"max": "8"}),
    ]
    versions = [
        profile("Patient", {"id": "Patient.active", **bound}, version=version)
        for version, bound in rows
    ]
    versions[1]["differential"]["element"][0]["path"] = "Patient.gender"
    del versions[1]["differential"]["element"][0]["id"]
    found = faults(PATIENT, *versions, ask=canonical)
    assert [each[0] for each in found] == [expected.replace("profile-max", "profile-prohibits")]
