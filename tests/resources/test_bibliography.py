"""Sources are cited by what is known of them, and nothing more."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from fhir_kb.facts import Knowledge
from fhir_kb.facts.source import Publication
from fhir_kb.formats import Json
from fhir_kb.resources import citation, document_reference, organization
from fhir_kb.resources.bibliography import citation_text, link
from fhir_kb.resources.context import Context
from fhir_kb.resources.library import ManifestRow, build_manifest
from fhir_kb.resources.provenance import build_provenance


def by_id(resources: Any) -> dict[str, Json]:
    return {resource["id"]: resource for resource in resources}


def extension(element: Json, name: str) -> Json:
    return next(item for item in element["extension"] if item["url"].endswith(f"/{name}"))


WORKS = [
    (
        {"authors": ("Yang K", "Wu Y"), "journal": "J", "year": 2020, "volume": "12"},
        "Yang K, Wu Y. Title. J 2020;12.",
    ),
    (
        {"journal": "Blood", "year": 2012, "volume": "119", "issue": "1", "pages": "7-15"},
        "Title. Blood 2012;119(1):7-15.",
    ),
    ({"year": 2000, "issue": "11 PART II"}, "Title. 2000;(11 PART II)."),
    ({"journal": "Leukemia", "year": 2017, "doi": "10.1/x"}, "Title. Leukemia 2017. doi:10.1/x."),
    ({}, "Title."),
]


@pytest.mark.parametrize(("known", "text"), WORKS)
def test_a_citation_holds_what_is_known(
    known: dict[str, Any], text: str, knowledge: Knowledge
) -> None:
    work = Publication(title="Title", **known)
    assert citation_text(replace(knowledge.sources["tosi2000"], publication=work)) == text


def test_a_document_without_url_or_doi_has_no_link(knowledge: Knowledge) -> None:
    assert link(knowledge.sources["tosi2000"]) is None
    assert link(knowledge.sources["yang2020"]) == "https://doi.org/10.4084/MJHID.2020.021"


# --- DocumentReference ---


def test_a_received_file_is_named_with_its_digest(context: Context) -> None:
    """A reader with the same file can check that it is the same."""
    document = by_id(document_reference.build(context))["tosi2000"]
    (content,) = document["content"]
    digest = extension(content["attachment"], "sha-256")["valueString"]
    assert digest == context.knowledge.sources["tosi2000"].sha256
    assert content["attachment"]["title"] == "tosi-2000-salvage-thalidomide.txt"


def test_a_work_that_was_only_cited_has_no_file(context: Context) -> None:
    document = by_id(document_reference.build(context))["mrc-ix"]
    (content,) = document["content"]
    assert "contentType" not in content["attachment"]
    assert content["attachment"]["url"] == "https://doi.org/10.1182/blood-2011-06-357038"
    citing = extension(document, "cited-by")["valueReference"]
    assert citing["reference"] == "DocumentReference/imf-thalomid"


def test_a_document_has_its_public_identifiers(context: Context) -> None:
    document = by_id(document_reference.build(context))["yang2020"]
    values = {item["system"]: item["value"] for item in document["identifier"]}
    assert values["https://doi.org"] == "10.4084/MJHID.2020.021"
    assert values["https://pubmed.ncbi.nlm.nih.gov"] == "32395210"
    assert values["https://pmc.ncbi.nlm.nih.gov"] == "PMC7202343"
    checked = extension(document, "identifiers-checked-at")["valueString"]
    assert checked == "pmc.ncbi.nlm.nih.gov/articles/PMC7202343"


def test_what_a_document_says_of_itself_stands_on_it_with_its_line(context: Context) -> None:
    """The issue number of the Tosi abstract, lines 10-12, comes from the study's file."""
    document = by_id(document_reference.build(context))["tosi2000"]
    (statement,) = [
        item
        for item in document["extension"]
        if item["url"].endswith("/knowledge-statement") and "11 part II" in str(item)
    ]
    parts = {part["url"].rpartition("/")[2]: part for part in statement["extension"]}
    assert parts["topic"]["valueCode"] == "journal"
    marks = {part["url"]: part for part in parts["fact-source"]["extension"]}
    assert marks["factId"]["valueString"] == "tosi2000.issue"
    assert marks["lines"]["valueString"] == "10-12"


def test_what_a_document_says_of_another_work_stands_on_the_document(context: Context) -> None:
    """The page says in which journal the IFM study appeared; the article does not say it there."""
    documents = by_id(document_reference.build(context))
    assert "ifm-2012.journal" in str(documents["imf-thalomid"]["extension"])
    assert "ifm-2012.journal" not in str(documents["ifm-2012"]["extension"])


def test_a_reviewed_page_says_when(context: Context) -> None:
    """Last medical review 12 June 2024, line 122."""
    document = by_id(document_reference.build(context))["imf-thalomid"]
    assert extension(document, "last-reviewed")["valueDate"] == "2024-06-12"
    assert document["custodian"]["reference"] == "Organization/imf"


# --- Citation ---


def test_each_version_puts_the_volume_where_it_belongs(knowledge: Knowledge, r5: Context) -> None:
    """Mediterr J Hematol Infect Dis 2020; 12; e2020021."""
    older = by_id(citation.build_r4b(Context(knowledge, "r4b")))["yang2020"]
    newer = by_id(citation.build_r5(r5))["yang2020"]
    (old_form,) = older["citedArtifact"]["publicationForm"]
    (new_form,) = newer["citedArtifact"]["publicationForm"]
    assert old_form["periodicRelease"] == {"volume": "12", "dateOfPublication": {"year": "2020"}}
    assert (new_form["volume"], new_form["publicationDateText"]) == ("12", "2020")
    assert old_form["pageString"] == new_form["pageString"] == "e2020021"


def test_a_cited_work_names_the_document_that_cites_it(knowledge: Knowledge, r5: Context) -> None:
    older = by_id(citation.build_r4b(Context(knowledge, "r4b")))["mrc-ix"]
    (relation,) = older["citedArtifact"]["relatesTo"]
    assert relation["relationshipType"]["coding"][0]["code"] == "cited-by"
    assert relation["targetReference"]["reference"] == "Citation/imf-thalomid"
    (relation,) = by_id(citation.build_r5(r5))["mrc-ix"]["citedArtifact"]["relatesTo"]
    assert (relation["type"], relation["resourceReference"]["reference"]) == (
        "cited-by",
        "Citation/imf-thalomid",
    )


def test_a_journal_that_the_source_does_not_name_is_not_filled_in(r5: Context) -> None:
    (form,) = by_id(citation.build_r5(r5))["tosi2000"]["citedArtifact"]["publicationForm"]
    assert form == {"issue": "11 PART II", "publicationDateText": "2000"}


def test_an_inferred_identification_is_said_to_be_one(r5: Context) -> None:
    """The page names only "British MRC IX" and a year."""
    notes = by_id(citation.build_r5(r5))["mrc-ix"]["note"]
    assert any("an inference" in note["text"] for note in notes)


# --- Organization ---


def test_contacts_and_country_stand_where_each_version_has_them(r4: Context, r5: Context) -> None:
    older, newer = by_id(organization.build_r4(r4)), by_id(organization.build_r5(r5))
    assert older["imf"]["telecom"][0]["value"] == "800-452-2873"
    (contact,) = newer["imf"]["contact"]
    assert contact["telecom"] == older["imf"]["telecom"]
    assert older["fda"]["address"] == [{"country": "US"}]
    assert newer["fda"]["contact"] == [{"address": {"country": "US"}}]


def test_a_number_under_two_names_keeps_both(r4: Context) -> None:
    """InfoLine on one page, Hotline on the other."""
    points = by_id(organization.build_r4(r4))["imf"]["telecom"]
    labels = [extension(point, "contactpoint-comment")["valueString"] for point in points]
    assert labels == ["IMF InfoLine", "IMF Hotline"]


def test_an_organization_has_its_kind_and_where_it_is_named(context: Context) -> None:
    build = organization.build_r5 if context.edition == "r5" else organization.build_r4
    fda = by_id(build(context))["fda"]
    assert [coding["code"] for coding in fda["type"][0]["coding"]] == ["regulator", "govt"]
    marks = [item for item in fda["extension"] if item["url"].endswith("/fact-source")]
    assert len(marks) == len(context.knowledge.organizations["fda"].cite)


# --- Provenance ---


def test_a_source_records_exactly_the_resources_made_from_it(r4: Context) -> None:
    documents = list(document_reference.build(r4))
    organizations = list(organization.build_r4(r4))
    records = by_id(build_provenance(r4, [*documents, *organizations]))
    targets = [target["reference"] for target in records["yang2020"]["target"]]
    assert targets == [
        "DocumentReference/yang2020",
        "Organization/guiping-hospital",
        "Organization/hezhou-hospital",
        "Organization/hospital-923",
    ]
    (entity,) = records["yang2020"]["entity"]
    assert (entity["role"], entity["what"]["reference"]) == ("source", "DocumentReference/yang2020")


def test_a_source_that_nothing_was_made_from_has_no_record(r4: Context) -> None:
    """Provenance.target is required; an empty record would be invalid."""
    assert list(build_provenance(r4, [])) == []


def test_a_record_is_dated_by_the_release_and_not_by_the_clock(r4: Context) -> None:
    record = next(build_provenance(r4, organization.build_r4(r4)))
    assert record["recorded"] == r4.knowledge.release.date


# --- Library ---


def test_the_manifest_is_what_sha256sum_prints(context: Context) -> None:
    rows = [ManifestRow("Group", "b", "2" * 64), ManifestRow("Citation", "a", "1" * 64)]
    (content,) = build_manifest(context, rows)["content"]
    text = base64.b64decode(content["data"])
    assert text.decode() == f"{'1' * 64}  Citation/a\n{'2' * 64}  Group/b\n"
    digest = hashlib.sha1(text, usedforsecurity=False).digest()
    assert base64.b64decode(content["hash"]) == digest


def test_the_manifest_does_not_depend_on_the_order_of_its_rows(context: Context) -> None:
    """The same input gives the same bytes."""
    rows = [ManifestRow("Group", id, id * 64) for id in "ab"]
    assert build_manifest(context, rows) == build_manifest(context, reversed(rows))
