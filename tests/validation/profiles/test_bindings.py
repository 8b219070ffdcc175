"""Bindings that a profile strengthens, against value sets that come with it."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Issue

Make = Callable[..., Json]
Find = Callable[..., Any]

SYSTEM = "http://example.org/cs"


def code_system(*codes: str, **more: Any) -> Json:
    return {
        "resourceType": "CodeSystem",
        "url": SYSTEM,
        "status": "draft",
        "content": "complete",
        "concept": [{"code": code} for code in codes],
        **more,
    }


def value_set(name: str, *codes: str, **include: Any) -> Json:
    listed = {"concept": [{"code": code} for code in codes]} if codes else {}
    included = include or {"system": SYSTEM, **listed}
    return {
        "resourceType": "ValueSet",
        "url": f"http://example.org/{name}",
        "status": "draft",
        "compose": {"include": [included]},
    }


def observation(*codes: str) -> Json:
    codings = [{"system": SYSTEM, "code": code} for code in codes]
    return {"resourceType": "Observation", "status": "final", "code": {"coding": codings}}


def bound(profile: Make, strength: str = "required", **more: Any) -> Json:
    binding = {"strength": strength, "valueSet": "http://example.org/v|1.0", **more}
    return profile("Observation", {"id": "Observation.code", "binding": binding})


@pytest.mark.parametrize(
    ("strength", "code", "severity"),
    [
        ("required", "a", None),
        ("required", "b", "error"),
        ("extensible", "b", "warning"),
        ("preferred", "b", None),
    ],
)
def test_the_strength_is_the_severity(
    strength: str,
    code: str,
    severity: str | None,
    profile: Make,
    issues_of: Callable[..., list[Issue]],
) -> None:
    found = issues_of(
        observation(code),
        bound(profile, strength),
        {**value_set("v", "a"), "version": "1.0"},
        code_system("a", "b"),
    )
    severities = [each.severity for each in found if each.message_id == "code-not-in-value-set"]
    assert severities == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("strength", "value_set_name", "times"),
    [("required", "observation-status", 1), ("required", "other", 2), ("extensible", "other", 2)],
)
def test_what_the_specification_binds_is_said_once(
    strength: str,
    value_set_name: str,
    times: int,
    profile: Make,
    issues_of: Callable[..., list[Issue]],
) -> None:
    """A snapshot repeats each binding; another one is another fault."""
    url = f"http://hl7.org/fhir/ValueSet/{value_set_name}"
    binding = {"strength": strength, "valueSet": f"{url}|4.0.1"}
    asked = profile("Observation", {"id": "Observation.status", "binding": binding})
    other = {**value_set("other", "a"), "url": "http://hl7.org/fhir/ValueSet/other"}
    resource = {**observation(), "code": {"text": "x"}, "status": "b"}
    found = issues_of(resource, asked, {**other, "version": "4.0.1"}, code_system("a", "b"))
    assert [each.message_id for each in found].count("code-not-in-value-set") == times


@pytest.mark.parametrize(("code", "is_right"), [("a", True), ("b", True), ("c", False)])
def test_a_value_set_is_made_of_others_and_of_whole_systems(
    code: str, is_right: bool, profile: Make, faults: Find
) -> None:
    asked = bound(profile)
    asked["differential"]["element"][0]["binding"]["valueSet"] = "http://example.org/v"
    outer = value_set("v", valueSet=["http://example.org/inner"])
    found = faults(observation(code), asked, outer, value_set("inner"), code_system("a", "b"))
    assert (found == []) is is_right


@pytest.mark.parametrize(
    "value_sets",
    [
        [],
        [value_set("v", valueSet=["http://example.org/gone"])],
        [value_set("v", valueSet=["http://example.org/v"])],
        [{**value_set("v"), "compose": {"include": {"system": SYSTEM}}}],
        [{**value_set("v"), "compose": {"include": [{"system": SYSTEM, "concept": [{}]}]}}],
    ],
    ids=["absent", "of an absent one", "of itself", "misshapen", "without code"],
)
def test_a_value_set_that_cannot_be_told_is_mentioned(
    value_sets: list[Json], profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """A package may hold anything: it is never a crash, and never a silent pass."""
    asked = bound(profile)
    asked["differential"]["element"][0]["binding"]["valueSet"] = "http://example.org/v"
    found = issues_of(observation("a"), asked, *value_sets)
    assert "binding-not-checked" in {each.message_id for each in found}
    assert not any(each.is_error for each in found)


@pytest.mark.parametrize(
    "maximum",
    [
        {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet",
                    "valueCanonical": "http://example.org/most",
                }
            ]
        },
        {"additional": [{"purpose": "maximum", "valueSet": "http://example.org/most"}]},
    ],
    ids=["R4", "R5"],
)
def test_a_maximum_is_required_whatever_the_strength(
    maximum: Json, profile: Make, faults: Find
) -> None:
    asked = bound(profile, "extensible", **maximum)
    held = (value_set("v", "a"), value_set("most", "a", "b"), code_system("a", "b", "c"))
    assert faults(observation("b"), asked, *held, release="R5") == []
    assert faults(observation("c"), asked, *held, release="R5") == [
        ("code-not-in-value-set", "Observation.code")
    ]


def test_an_additional_binding_holds_too_but_not_for_some_uses_only(
    profile: Make, faults: Find
) -> None:
    """Whether a resource is meant for a use is not known here."""
    row = {"purpose": "required", "valueSet": "http://example.org/v"}
    elsewhere = {"strength": "example", "valueSet": "http://example.org/w"}
    asked = bound(profile, **{**elsewhere, "additional": [row]})
    held = (value_set("v", "a"), code_system("a", "b"))
    assert faults(observation("b"), asked, *held, release="R5") == [
        ("code-not-in-value-set", "Observation.code")
    ]
    usage = [{"code": {"code": "venue"}, "valueCodeableConcept": {"text": "x"}}]
    asked = bound(profile, **{**elsewhere, "additional": [{**row, "usage": usage}]})
    assert faults(observation("b"), asked, *held, release="R5") == []


def test_a_long_chain_of_value_sets_is_not_followed_to_the_end(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """What a package says of itself must not exhaust the stack."""
    chain = [
        value_set(f"v{number}", valueSet=[f"http://example.org/v{number + 1}"])
        for number in range(500)
    ]
    asked = bound(profile)
    asked["differential"]["element"][0]["binding"]["valueSet"] = "http://example.org/v0"
    found = issues_of(observation("a"), asked, *chain, value_set("v500"), code_system("a"))
    assert "binding-not-checked" in {each.message_id for each in found}


def test_a_supplement_is_no_code_system(
    profile: Make, issues_of: Callable[..., list[Issue]]
) -> None:
    """Codes are of the system that it adds to."""
    supplement = code_system("a", content="supplement", supplements="http://example.org/whole")
    asked = profile("Observation", {"id": "Observation.code", "min": 1})
    (issue,) = [each for each in issues_of(observation("a"), asked, supplement) if each.is_error]
    assert issue.message_id == "system-is-supplement"
    assert issue.message.endswith("names that one: http://example.org/whole")


@pytest.mark.parametrize(("category", "is_held"), [("lab", True), ("other", False)])
@pytest.mark.parametrize("release", ["R4", "R5"])
def test_a_use_can_be_told_by_an_element_of_the_resource(
    category: str, is_held: bool, release: str, profile: Make, faults: Find
) -> None:
    """The profile's url as the system says that the code is a path in its resource."""
    concept = {"coding": [{"system": SYSTEM, "code": "lab"}]}
    code = {"system": "http://example.org/p", "code": "Observation.category"}
    usage = {"code": code, "valueCodeableConcept": concept}
    row = {"purpose": "required", "valueSet": "http://example.org/v"}
    parts = [
        {"url": "purpose", "valueCode": row["purpose"]},
        {"url": "valueSet", "valueCanonical": row["valueSet"]},
        {"url": "usage", "valueUsageContext": usage},
    ]
    url = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
    more = {
        "R4": {"extension": [{"url": url, "extension": parts}]},
        "R5": {"additional": [{**row, "usage": [usage]}]},
    }
    asked = bound(profile, "example", **more[release])
    found = faults(
        {**observation("b"), "category": [{"coding": [{"system": SYSTEM, "code": category}]}]},
        asked,
        value_set("v", "a"),
        code_system("a", "b", "lab", "other"),
        release=release,
    )
    assert found == ([("code-not-in-value-set", "Observation.code")] if is_held else [])


def test_a_code_system_may_have_properties_without_a_value(profile: Make, faults: Find) -> None:
    """Found in packages: a parent that is not named."""
    system = code_system("a")
    system["concept"][0]["property"] = [{"code": "parent", "valueString": "b"}]
    assert faults(observation("a"), bound(profile), value_set("v", "a"), system) == []


def test_codes_are_held_to_the_code_system_of_the_package(profile: Make, faults: Find) -> None:
    asked = profile("Observation", {"id": "Observation.code", "min": 1})
    found = faults(observation("z"), asked, code_system("a"))
    assert found == [("unknown-code", "Observation.code.coding[0].code")]
    part = code_system("a", content="fragment")
    assert faults(observation("z"), asked, part) == []
    assert faults(observation("A"), asked, code_system("a", caseSensitive=False)) == []
