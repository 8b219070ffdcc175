"""A study says what its source says, in the elements its FHIR version has for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fhir_kb.facts import Citation
from fhir_kb.facts.fact import OrganizationId, Slug, SourceId
from fhir_kb.facts.study_facts import StudyParty, StudySites
from fhir_kb.formats import Json
from fhir_kb.resources import research_study
from fhir_kb.resources.context import Context
from fhir_kb.settings import CANONICAL

XVER = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ResearchStudy"


@pytest.fixture(scope="module")
def older(r4: Context) -> dict[str, Json]:
    return {study["id"]: study for study in research_study.build_r4(r4)}


@pytest.fixture(scope="module")
def newer(r5: Context) -> dict[str, Json]:
    return {study["id"]: study for study in research_study.build_r5(r5)}


def extensions(element: Json, url: str) -> Iterator[Json]:
    return (item for item in element.get("extension", []) if item["url"] == url)


def own(element: Json, name: str) -> Json:
    """Return the parts of an extension of ours by their names."""
    (found,) = extensions(element, f"{CANONICAL}/StructureDefinition/{name}")
    return {item["url"]: item for item in found["extension"]}


def facts_on(element: Json) -> list[str]:
    marks = extensions(element, f"{CANONICAL}/StructureDefinition/fact-source")
    return [
        part["valueString"]
        for mark in marks
        for part in mark["extension"]
        if part["url"] == "factId"
    ]


def test_a_finished_study_is_completed_in_the_element_of_its_version(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    """In R5 ``status`` is the status of the publication, and ``completed`` would be invalid."""
    assert older["yang2020"]["status"] == "completed"
    assert newer["yang2020"]["status"] == "active"
    (progress,) = newer["yang2020"]["progressStatus"]
    assert progress["state"]["coding"][0]["code"] == "completed"


def test_a_phase_stands_only_where_one_is_stated(older: dict[str, Json]) -> None:
    """Yang's article states none; the trials that Wang pooled were phase 3 (line 5)."""
    assert "phase" not in older["yang2020"]
    assert older["wang2016"]["phase"]["coding"][0]["code"] == "phase-3"


def test_the_phase_has_the_code_system_of_its_version(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    systems = [studies["wang2016"]["phase"]["coding"][0]["system"] for studies in (older, newer)]
    assert systems == [
        "http://terminology.hl7.org/CodeSystem/research-study-phase",
        "http://hl7.org/fhir/research-study-phase",
    ]


def test_a_registration_is_an_identifier_with_its_source(older: dict[str, Json]) -> None:
    """NCT02995707, line 139."""
    entry = older["yang2020"]["identifier"][1]
    assert (entry["system"], entry["value"]) == ("http://clinicaltrials.gov", "NCT02995707")
    assert facts_on(entry) == ["yang2020.registration"]


def test_dates_are_as_precise_as_printed(older: dict[str, Json]) -> None:
    """May 2016 to June 2019 (line 105); October 1999 to July 2000 (Tosi)."""
    period = older["yang2020"]["period"]
    assert (period["start"], period["end"]) == ("2016-05", "2019-06")
    assert older["tosi2000"]["period"]["start"] == "1999-10"


def test_two_statements_of_a_period_share_the_element(older: dict[str, Json]) -> None:
    """The abstract says three years, the methods give the months: both are kept."""
    period = older["yang2020"]["period"]
    length = next(
        extensions(period, "http://hl7.org/fhir/StructureDefinition/artifact-periodDuration")
    )
    assert (length["valueDuration"]["value"], length["valueDuration"]["code"]) == (3, "a")
    assert facts_on(period) == ["yang2020.recruitment", "yang2020.study-period"]


def test_design_terms_are_categories_in_r4_and_study_designs_in_r5(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    words = [
        [concept["text"] for concept in element]
        for element in (older["tosi2000"]["category"], newer["tosi2000"]["studyDesign"])
    ]
    assert words[0] == words[1] == ["clinical trial", "single-centre", "single-arm"]
    assert "SEVCO:01029" in [c["code"] for c in newer["tosi2000"]["studyDesign"][0]["coding"]]
    assert "SEVCO:01029" not in [c["code"] for c in older["tosi2000"]["category"][0]["coding"]]


def test_the_patients_enrolled_are_counted_in_both_versions(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    """71 were recruited, 62 analysed (lines 105, 203)."""
    (number,) = extensions(older["yang2020"], f"{XVER}.recruitment.actualNumber")
    assert number["valueUnsignedInt"] == 71
    recruitment = newer["yang2020"]["recruitment"]
    assert recruitment["actualNumber"] == 71
    assert recruitment["eligibility"]["reference"] == "Group/yang2020-eligibility"
    enrolled = [group["reference"] for group in older["yang2020"]["enrollment"]]
    assert enrolled[0] == "Group/yang2020-eligibility"
    assert "Group/yang2020-analysed" in enrolled
    assert "Group/yang2020-ntdt" not in enrolled


def test_a_meta_analysis_says_how_many_trials_it_pooled(older: dict[str, Json]) -> None:
    """18 trials, line 5."""
    assert own(older["wang2016"], "sample-size")["numberOfStudies"]["valueUnsignedInt"] == 18


def test_the_number_of_centres_is_kept_as_one_passage_has_it(older: dict[str, Json]) -> None:
    """Three in the abstract; that the methods say four is a note, not a correction."""
    sites = own(older["yang2020"], "study-sites")
    assert sites["number"]["valueUnsignedInt"] == 3
    (place,) = older["yang2020"]["location"]
    assert place["coding"][0]["code"] == "CN"
    assert place["text"] == "southern China"


def test_an_ethics_committee_is_a_party_in_both_versions(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    parties = [
        {part["url"]: part for part in party["extension"]}
        for party in extensions(older["yang2020"], f"{XVER}.associatedParty")
    ]
    assert [party["party"]["valueReference"]["reference"] for party in parties] == [
        party["party"]["reference"] for party in newer["yang2020"]["associatedParty"]
    ]
    assert facts_on(parties[0]["party"]["valueReference"]) == ["yang2020.ethics-hospital-923"]
    roles = {party["role"]["coding"][0]["code"] for party in newer["yang2020"]["associatedParty"]}
    assert roles == {"irb"}


def test_a_sponsor_is_in_its_own_element_in_r4(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    assert older["ifm-2012"]["sponsor"]["reference"] == "Organization/ifm"
    assert list(extensions(older["ifm-2012"], f"{XVER}.associatedParty")) == []
    (party,) = newer["ifm-2012"]["associatedParty"]
    assert party["party"]["reference"] == "Organization/ifm"


def with_sites(context: Context) -> Context:
    """Return the Tosi study with two sponsors, a hospital as site, and a site known by name."""
    basic: dict[str, Any] = {"cite": (Citation(source=SourceId("tosi2000"), at="here"),)}
    parties = [("ifm", "sponsor"), ("mrc", "sponsor"), ("guiping-hospital", "investigator-site")]
    facts = (
        *(
            StudyParty(id=Slug(id), organization=OrganizationId(id), role=role, **basic)
            for id, role in parties
        ),
        StudySites(id=Slug("sites"), names=("the authors' institution",), **basic),
    )
    study = replace(context.knowledge.studies["tosi2000"], sections={"facts": facts})
    small = replace(context.knowledge, studies={"tosi2000": study})
    return replace(context, knowledge=small)


def test_a_site_that_is_an_organization_is_one_in_both_versions(r4: Context, r5: Context) -> None:
    """R4 allows only a Location there; the Organization is the alternate reference."""
    (older,) = research_study.build_r4(with_sites(r4))
    (newer,) = research_study.build_r5(with_sites(r5))
    hospital, named = older["site"]
    url = "http://hl7.org/fhir/StructureDefinition/alternate-reference"
    (alternate,) = extensions(hospital, url)
    assert alternate["valueReference"]["reference"] == "Organization/guiping-hospital"
    assert "reference" not in hospital
    assert newer["site"][0]["reference"] == "Organization/guiping-hospital"
    assert named["display"] == newer["site"][1]["display"] == "the authors' institution"
    assert facts_on(hospital) == facts_on(newer["site"][0]) == ["tosi2000.guiping-hospital"]


def test_a_second_sponsor_is_not_lost_in_r4(r4: Context, r5: Context) -> None:
    """R4 has room for one."""
    (older,) = research_study.build_r4(with_sites(r4))
    (newer,) = research_study.build_r5(with_sites(r5))
    assert older["sponsor"]["reference"] == "Organization/ifm"
    (other,) = extensions(older, f"{XVER}.associatedParty")
    assert other["extension"][1]["valueReference"]["reference"] == "Organization/mrc"
    roles = [party["role"]["coding"][0]["code"] for party in newer["associatedParty"]]
    assert roles == ["sponsor", "sponsor"]


def test_arms_name_their_medicines(older: dict[str, Json], newer: dict[str, Json]) -> None:
    """Thalidomide and Velcade, thalidomide alone, interferon alone (line 40)."""
    arm = older["gem05-maintenance"]["arm"][0]
    url = f"{CANONICAL}/StructureDefinition/arm-medication"
    medicines = [item["valueReference"]["reference"] for item in extensions(arm, url)]
    assert medicines == ["Medication/thalidomide", "Medication/bortezomib"]
    groups = newer["gem05-maintenance"]["comparisonGroup"]
    assert [group["linkId"] for group in groups] == [
        "thalidomide-and-bortezomib",
        "thalidomide-alone",
        "interferon-alone",
    ]
    assert groups[0]["type"]["coding"][0]["code"] == "experimental"


def test_an_arm_without_a_stated_role_has_no_type(newer: dict[str, Json]) -> None:
    assert all("type" not in arm for arm in newer["ifm-2012"]["comparisonGroup"])


def test_what_counts_as_a_response_is_an_outcome_measure(
    older: dict[str, Json], newer: dict[str, Json]
) -> None:
    """NTDT main response: Hb rise of more than 2.0 g/dl (lines 180-190)."""
    (measure,) = [
        item
        for item in newer["yang2020"]["outcomeMeasure"]
        if "yang2020.ntdt-main-response-criterion" in facts_on(item)
    ]
    criterion = own(measure, "response-criterion")
    change = criterion["change"]["valueQuantity"]
    assert (change["comparator"], str(change["value"]), change["code"]) == (">", "2.0", "g/dL")
    assert criterion["group"]["valueReference"]["reference"] == "Group/yang2020-ntdt"
    names = [
        part["valueString"]
        for element in extensions(older["yang2020"], f"{XVER}.outcomeMeasure")
        for part in element["extension"]
        if part["url"] == "name"
    ]
    assert names == [item["name"] for item in newer["yang2020"]["outcomeMeasure"]]


def test_times_of_assessment_are_amounts(older: dict[str, Json]) -> None:
    """3, 12 and 24 months, lines 33-34."""
    (found,) = extensions(older["yang2020"], f"{CANONICAL}/StructureDefinition/assessment-points")
    months = [part["valueQuantity"]["value"] for part in found["extension"] if part["url"] == "at"]
    assert months == [3, 12, 24]


def test_an_objective_names_its_outcomes(older: dict[str, Json], newer: dict[str, Json]) -> None:
    for studies in (older, newer):
        (objective,) = studies["wang2016"]["objective"]
        assert objective["name"] == "survival, serious adverse effects"
        assert facts_on(objective) == ["wang2016.survival-and-safety"]
    assert "description" in newer["wang2016"]["objective"][0]
    assert "description" not in older["wang2016"]["objective"][0]


def test_a_study_known_at_second_hand_cites_both_works(older: dict[str, Json]) -> None:
    """What is known of Wang 2016 comes from a news item; the article itself is cited."""
    first, second = older["wang2016"]["relatedArtifact"]
    assert (first["type"], first["url"]) == ("citation", "https://doi.org/10.1093/jnci/djv342")
    assert (second["type"], second["display"]) == (
        "documentation",
        "news item on the Wang 2016 meta-analysis",
    )


def test_the_result_of_a_study_in_r5_is_its_citation(newer: dict[str, Json]) -> None:
    """ResearchStudy.result takes no Evidence; Evidence names the study it is derived from."""
    assert newer["wang2016"]["result"] == [
        {"reference": "Citation/wang2016", "display": "Wang 2016 meta-analysis"}
    ]


def test_a_study_with_rules_points_at_them(older: dict[str, Json]) -> None:
    assert older["yang2020"]["protocol"] == [{"reference": "PlanDefinition/yang2020-protocol"}]
    assert "protocol" not in older["tosi2000"]
