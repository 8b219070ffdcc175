"""Every concept is a code, findable by its group and by the public codes it stands for."""

from typing import Any

import pytest

from fhir_kb.facts import Knowledge
from fhir_kb.formats import Json
from fhir_kb.resources.concept_system import build
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import CONCEPTS

SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"


@pytest.fixture(scope="module")
def built(r4: Context) -> list[Json]:
    return list(build(r4))


def code_system(built: list[Json]) -> Json:
    return next(each for each in built if each["resourceType"] == "CodeSystem")


def value_set(built: list[Json], id: str) -> Json:
    return next(each for each in built if (each["resourceType"], each["id"]) == ("ValueSet", id))


def entry(built: list[Json], code: str) -> Json:
    return next(each for each in code_system(built)["concept"] if each["code"] == code)


def codes(value_set: Json, system: str) -> dict[str, str]:
    return {
        concept["code"]: concept["display"]
        for include in value_set["compose"]["include"]
        if include["system"] == system
        for concept in include["concept"]
    }


def test_the_code_system_holds_every_concept(built: list[Json], knowledge: Knowledge) -> None:
    system = code_system(built)
    assert system["url"] == CONCEPTS
    displays = {concept["code"]: concept["display"] for concept in system["concept"]}
    assert displays == {id: concept.text for id, concept in knowledge.concepts.items()}
    assert system["count"] == len(displays)


def test_a_concept_names_its_group_and_its_public_codes(built: list[Json]) -> None:
    """concepts.yaml: multiple myeloma is SNOMED CT 109989006, in the Global Patient Set."""
    properties = entry(built, "multiple-myeloma")["property"]
    assert properties[0] == {"code": "group", "valueString": "condition"}
    public = {each["valueCoding"]["system"]: each["valueCoding"]["code"] for each in properties[1:]}
    assert public[SNOMED] == "109989006"


def test_a_property_that_is_a_code_would_be_a_concept(built: list[Json]) -> None:
    """FHIR reads a property of type code as another concept of the same system; groups are none."""
    kinds = {each["code"]: each["type"] for each in code_system(built)["property"]}
    assert kinds == {"group": "string", "public-code": "Coding"}


def test_a_group_has_a_value_set_of_its_own_and_public_codes(built: list[Json]) -> None:
    conditions = value_set(built, "concept-condition")
    assert codes(conditions, CONCEPTS)["multiple-myeloma"] == "multiple myeloma"
    assert codes(conditions, SNOMED)["109989006"] == "Multiple myeloma (disorder)"
    assert "thalidomide" not in codes(conditions, CONCEPTS)


def test_the_groups_make_up_the_whole(built: list[Json]) -> None:
    groups = [each for each in built if each["id"].startswith("concept-")]
    members = [code for group in groups for code in codes(group, CONCEPTS)]
    assert sorted(members) == sorted(codes(value_set(built, "concept"), CONCEPTS))


@pytest.mark.parametrize(
    ("id", "notice"),
    [
        ("concept-condition", "CC BY 4.0"),
        ("concept-measurement", "http://loinc.org/license"),
        ("concept-drug", "WHO Collaborating Centre"),
    ],
)
def test_an_owner_of_codes_is_named_where_they_are_listed(
    built: list[Json], id: str, notice: str
) -> None:
    """SNOMED CT and LOINC may be passed on only with these words."""
    assert notice in value_set(built, id)["copyright"]
    assert notice in code_system(built)["copyright"]


def test_a_code_system_that_is_left_out_is_not_listed(r4: Context) -> None:
    """A deployment without a licence for a code system publishes none of its codes."""
    without = list(build(Context(r4.knowledge, r4.edition, frozenset({ATC}))))
    drugs = value_set(without, "concept-drug")
    assert codes(drugs, ATC) == {}
    assert "WHO Collaborating Centre" not in drugs.get("copyright", "")
    assert not any(
        each.get("valueCoding", {}).get("system") == ATC
        for each in entry(without, "thalidomide")["property"]
    )


def test_a_code_of_one_version_is_listed_in_that_version_only(knowledge: Knowledge) -> None:
    """The study design terms are R5's code system."""
    limited = {
        (coding.system, coding.code): coding.fhir
        for concept in knowledge.concepts.values()
        for coding in concept.codings
        if coding.fhir
    }
    for edition in ("r4", "r4b", "r5"):
        whole: Any = value_set(list(build(Context(knowledge, edition))), "concept")
        for (system, code), editions in limited.items():
            assert (code in codes(whole, system)) == (edition in editions)
