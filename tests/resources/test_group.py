"""Groups hold what is true of every member; what is only counted in them is elsewhere."""

from decimal import Decimal

import pytest

from fhir_kb.formats import Json
from fhir_kb.resources import group
from fhir_kb.resources.context import Context


def by_id(resources: list[Json], id: str) -> Json:
    return next(resource for resource in resources if resource["id"] == id)


def characteristic(resource: Json, code: str) -> Json:
    return next(
        item for item in resource["characteristic"] if item["code"]["coding"][-1]["code"] == code
    )


def test_the_versions_tell_people_from_criteria_each_in_its_own_element(
    r4: Context, r5: Context
) -> None:
    """R4 has ``actual``, R5 ``membership``: the same two kinds of group."""
    older, newer = list(group.build_r4(r4)), list(group.build_r5(r5))
    for id, actual, membership in (
        ("yang2020-analysed", True, "enumerated"),
        ("yang2020-eligibility", False, "definitional"),
        ("thalidomide-exposed", False, "definitional"),
    ):
        assert by_id(older, id)["actual"] is actual
        assert by_id(newer, id)["membership"] == membership


@pytest.mark.parametrize(
    ("id", "n"),
    [
        ("yang2020-analysed", 62),  # Results, lines 203-204
        ("yang2020-ntdt", 39),  # Results, line 204
        ("yang2020-tdt", 23),
        ("tosi2000-enrolled", 27),  # Abstract, line 8
        ("wang2016-pooled", 7730),  # Methods, line 5
    ],
)
def test_a_group_has_the_number_of_patients_that_is_printed(id: str, n: int, r5: Context) -> None:
    assert by_id(list(group.build_r5(r5)), id)["quantity"] == n


def test_a_group_whose_size_is_not_stated_has_none(r5: Context) -> None:
    """The news item does not say how many of the 7,730 were given maintenance."""
    assert "quantity" not in by_id(list(group.build_r5(r5)), "wang2016-imid-maintenance")


def test_a_part_points_at_the_group_it_is_part_of(r4: Context) -> None:
    part = characteristic(by_id(list(group.build_r4(r4)), "yang2020-ntdt"), "part-of")
    assert part["valueReference"]["reference"] == "Group/yang2020-analysed"


def test_a_mean_is_no_characteristic_but_an_observed_range_is_one(r4: Context) -> None:
    """Age 27.2 ± 7.9 (15-45) years, line 207: every patient was 15 to 45, none was 27.2."""
    age = characteristic(by_id(list(group.build_r4(r4)), "yang2020-analysed"), "age")
    assert age["valueRange"]["low"]["value"] == Decimal("15")
    assert age["valueRange"]["high"]["value"] == Decimal("45")
    assert "valueQuantity" not in age


def test_a_trait_found_in_some_members_is_no_characteristic(r4: Context) -> None:
    """A group whose characteristics are male and female would be empty by FHIR's definition."""
    enrolled = by_id(list(group.build_r4(r4)), "tosi2000-enrolled")
    codes = {item["code"]["coding"][-1]["code"] for item in enrolled["characteristic"]}
    assert "sex" not in codes
    assert characteristic(enrolled, "disease-stage")["valueCodeableConcept"]["text"] == "stage III"


def test_a_starting_dose_is_shared_by_the_whole_group(r4: Context) -> None:
    """58 patients started on 50 mg (Results, line 208)."""
    groups = list(group.build_r4(r4))
    started = next(item for item in groups if item.get("quantity") == 58 and "50" in item["name"])
    assert characteristic(started, "starting-dose")["valueQuantity"]["value"] == Decimal("50")


def test_criteria_include_and_exclude_with_their_limits(r4: Context) -> None:
    """Inclusion: 14 to 65 years, ECOG 0 to 2; exclusion: thrombosis, pregnancy (lines 113-119)."""
    criteria = by_id(list(group.build_r4(r4)), "yang2020-eligibility")
    age = characteristic(criteria, "age")
    assert (age["valueRange"]["low"]["value"], age["valueRange"]["high"]["value"]) == (14, 65)
    assert age["exclude"] is False
    excluded = {
        item["valueCodeableConcept"]["coding"][-1]["code"]
        for item in criteria["characteristic"]
        if item["exclude"]
    }
    assert {"history-of-thrombosis", "pregnancy"} <= excluded
    assert "member" not in criteria


def test_an_exposed_group_counts_nobody_and_is_tagged_as_drug_knowledge(context: Context) -> None:
    """It is the subject of potential adverse events; no client may read people into it."""
    build = group.build_r5 if context.edition == "r5" else group.build_r4
    exposed = by_id(list(build(context)), "lenalidomide-exposed")
    assert "quantity" not in exposed
    assert exposed["meta"]["tag"][0]["code"] == "drug-knowledge"
