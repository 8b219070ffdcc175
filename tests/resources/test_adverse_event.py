"""Counted events keep their counts as printed; stated ones are never mistaken for reports."""

from decimal import Decimal
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.resources import adverse_event
from fhir_kb.resources.context import Context
from fhir_kb.settings import CANONICAL

BUILDERS = pytest.mark.parametrize("build", [adverse_event.build_r4, adverse_event.build_r5])


def by_event(resources: list[Json], study: str, event: str) -> Json:
    return next(
        resource
        for resource in resources
        if resource.get("study", [{}])[0].get("reference") == f"ResearchStudy/{study}"
        and (resource.get("event") or resource.get("code"))["coding"][-1]["code"] == event
    )


def extension(element: Json, name: str) -> dict[str, Any]:
    """Return the named parts of an extension of ours, each with its value."""
    found = next(
        item for item in element["extension"] if item["url"].endswith(f"StructureDefinition/{name}")
    )
    return {
        part["url"]: next(value for key, value in part.items() if key != "url")
        for part in found["extension"]
    }


@BUILDERS
def test_an_event_counted_in_yang_2020_has_its_numerator_and_denominator(
    build: Any, r4: Context
) -> None:
    """Toxicity section, lines 730-731: gastrointestinal toxicity in 5/62."""
    event = by_event(list(build(r4)), "yang2020", "gastrointestinal-toxicity")
    frequency = extension(event, "event-frequency")
    assert (frequency["numerator"], frequency["denominator"]) == (5, 62)
    assert frequency["percentComputed"] == Decimal("8.1")
    assert frequency["denominatorStated"] is True
    assert "5/62" in [
        part["valueString"]
        for mark in event["extension"]
        if mark["url"].endswith("fact-source")
        for part in mark["extension"]
        if part["url"] == "printed"
    ]


@BUILDERS
def test_a_percentage_without_a_denominator_gets_no_count(build: Any, r4: Context) -> None:
    """Tosi's 40 %, 26 % and 20 % fit no common number of patients, so none is made up."""
    event = by_event(list(build(r4)), "tosi2000", "constipation")
    frequency = extension(event, "event-frequency")
    assert frequency["percent"] == Decimal("40")
    assert frequency["denominatorStated"] is False
    assert not {"numerator", "denominator", "percentComputed"} & set(frequency)


@BUILDERS
def test_only_counted_events_are_actual(build: Any, r4: Context) -> None:
    """A page's statement is potential and tagged, so that no client reads it as a report."""
    for event in build(r4):
        counted = "study" in event
        assert event["actuality"] == ("actual" if counted else "potential")
        tag = event["meta"]["tag"][0]
        assert tag["system"] == f"{CANONICAL}/CodeSystem/content-kind"
        assert tag["code"] == ("published-aggregate" if counted else "drug-knowledge")
        assert event["subject"]["reference"].startswith("Group/")


def test_both_versions_describe_the_same_events(knowledge: Any) -> None:
    """The same fact has the same id in every version."""
    ids = [
        {event["id"] for event in build(Context(knowledge, edition))}
        for build, edition in ((adverse_event.build_r4, "r4"), (adverse_event.build_r5, "r5"))
    ]
    assert ids[0] == ids[1]


def test_r4_and_r5_each_say_the_outcome_in_their_own_codes(r4: Context, r5: Context) -> None:
    """R4 binds a required list of HL7's, R5 takes the NCI Thesaurus."""
    events = (
        by_event(list(adverse_event.build_r4(r4)), "yang2020", "rash")["outcome"],
        by_event(list(adverse_event.build_r5(r5)), "yang2020", "rash")["outcome"][0],
    )
    assert [event["coding"][0]["code"] for event in events] == ["resolved", "C49498"]
