"""What is built keeps what its profile promises, and a profile refuses what breaks the promise."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from fhir_kb.formats import Json
from fhir_kb.settings import CANONICAL
from fhir_kb.validation import Validator
from fhir_kb.validation.profiles import Profiles, shelf_of
from fhir_kb.versions import Version

OURS = f"{CANONICAL}/StructureDefinition/"


@pytest.fixture
def validator(version: Version, published: list[Json]) -> Validator:
    return Validator(version.definitions, Profiles(version.definitions, [shelf_of(published)]))


def wrongs(validator: Validator, resource: Json) -> list[str]:
    issues = validator.validate(resource)
    return [f"{issue.expression}: {issue.message}" for issue in issues if issue.is_error]


def test_every_resource_meets_its_profile(validator: Validator, published: list[Json]) -> None:
    """The profiles are what a client may rely on; the builders must not drift from them."""
    found = {
        f"{each['resourceType']}/{each['id']}": wrongs(validator, each)
        for each in published
        if "profile" in each["meta"]
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def own(element: Json, name: str) -> list[Json]:
    return [each for each in element["extension"] if each["url"] == f"{OURS}{name}"]


def set_part(extension: Json, name: str, **value: Any) -> None:
    extension["extension"] = [each for each in extension["extension"] if each["url"] != name]
    extension["extension"].append({"url": name, **value})


def blame_a_patient(event: Json) -> None:
    event["subject"] = {"reference": "Patient/a"}


def forget_the_tag(resource: Json) -> None:
    del resource["meta"]["tag"]


def pass_for_knowledge(resource: Json) -> None:
    resource["meta"]["tag"][0]["code"] = "drug-knowledge"


def pass_for_counted(event: Json) -> None:
    event["actuality"] = "actual"


def forget_the_sources(resource: Json) -> None:
    resource["extension"] = [
        each for each in resource["extension"] if each["url"] != f"{OURS}fact-source"
    ]


def count_more_than_there_are(event: Json) -> None:
    set_part(own(event, "event-frequency")[0], "numerator", valueUnsignedInt=63)


def hide_the_denominator(event: Json) -> None:
    set_part(own(event, "event-frequency")[0], "denominatorStated", valueBoolean=False)


def name_a_member(group: Json) -> None:
    group["member"] = [{"entity": {"reference": "Patient/a"}}]


def count_everyone(group: Json) -> None:
    group["quantity"] = 1


def drop_our_code(medicine: Json) -> None:
    medicine["code"] = {"text": "thalidomide"}


def make_up_a_date(result: Json) -> None:
    result["effectiveDateTime"] = "2020-05-01"


def code_the_wrong_unit(result: Json) -> None:
    result["valueQuantity"] |= {"system": "http://unitsofmeasure.org", "code": "g/dL"}


def take_the_topic_from_a_note(study: Json) -> None:
    note = study["note"][0]
    note["extension"] = [each for each in note["extension"] if "topic" not in each["url"]]


def shorten_the_digest(document: Json) -> None:
    digest = own(document["content"][0]["attachment"], "sha-256")[0]
    digest["valueString"] = digest["valueString"][:40]


COUNTED = "AdverseEvent/yang2020-gastrointestinal-toxicity"
STATED = "AdverseEvent/thalidomide-constipation"


@pytest.mark.parametrize(
    ("name", "spoil", "reason"),
    [
        (COUNTED, blame_a_patient, "Patient"),
        (COUNTED, forget_the_tag, "meta"),
        (COUNTED, pass_for_knowledge, "A counted event is a published aggregate"),
        (STATED, pass_for_counted, "if and only if a study counted it"),
        (COUNTED, forget_the_sources, "extension"),
        (COUNTED, count_more_than_there_are, "which is not larger"),
        (COUNTED, hide_the_denominator, "if and only if it is stated"),
        ("Group/yang2020-analysed", name_a_member, "member"),
        ("Group/thalidomide-exposed", count_everyone, "has no number of people"),
        ("MedicationKnowledge/thalidomide", drop_our_code, "concept-drug"),
        ("Medication/thalidomide", drop_our_code, "concept-drug"),
        ("Observation/yang2020-hb-ntdt-3m", make_up_a_date, "effective"),
        ("ResearchStudy/yang2020", take_the_topic_from_a_note, "note"),
        ("DocumentReference/imf-thalomid", shorten_the_digest, "64 lower-case"),
    ],
)
def test_a_profile_refuses_what_breaks_its_promise(
    validator: Validator,
    published: list[Json],
    name: str,
    spoil: Callable[[Json], None],
    reason: str,
) -> None:
    """A profile that accepts these would be a list of wishes."""
    resource = deepcopy(next(each for each in published if identity(each) == name))
    assert wrongs(validator, resource) == []
    spoil(resource)
    assert reason in " ".join(wrongs(validator, resource))


def identity(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def test_a_figure_read_in_another_unit_than_printed_has_no_code(
    validator: Validator, published: list[Json]
) -> None:
    """Table 2 prints g/dl for values that can only be g/L; the printed unit must not be coded."""
    readings = [
        deepcopy(each)
        for each in published
        if each["resourceType"] == "Observation"
        and own(each.get("valueQuantity", {"extension": []}), "quantity-reading")
    ]
    assert readings
    for result in readings:
        code_the_wrong_unit(result)
        assert "printed unit is an error" in " ".join(wrongs(validator, result))
