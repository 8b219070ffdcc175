"""The same fact in the other hospital's codes, with how exact the translation is."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import InvalidParameter, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology, translate
from fhir_kb.terminology.concept_map import EQUIVALENCES, RELATIONSHIPS, REVERSED

DISEASES = "https://example.org/diseases"
SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
TO_SNOMED = "https://example.org/to-snomed"


def test_all_counterparts_are_given_with_their_relation(terminology: Terminology) -> None:
    found = translate(terminology, DISEASES, "myeloma")
    assert [(each.code, each.relationship) for each in found] == [
        ("109989006", "equivalent"),
        ("109983007", "source-is-narrower-than-target"),
    ]
    assert found[0].display == "Multiple myeloma (disorder)"
    assert found[0].origin == TO_SNOMED


def test_reversed_translation_turns_the_relation(terminology: Terminology) -> None:
    (found,) = translate(terminology, SNOMED, "109983007", reverse=True)
    assert (found.system, found.code) == (DISEASES, "myeloma")
    assert found.relationship == "source-is-broader-than-target"


def test_newer_maps_say_the_same_in_other_words(terminology: Terminology) -> None:
    (found,) = translate(terminology, DISEASES, "beta")
    assert (found.system, found.code) == (ICD, "D56")
    assert found.relationship == "source-is-narrower-than-target"


def test_code_without_counterpart_is_an_answer(terminology: Terminology) -> None:
    found = translate(terminology, DISEASES, "blood")
    assert [each.relationship for each in found] == ["not-related-to", "not-related-to"]


def test_code_that_no_map_has_has_no_counterpart(terminology: Terminology) -> None:
    assert translate(terminology, DISEASES, "flu") == ()


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"target_system": SNOMED}, 1),
        ({"target_system": ICD}, 1),
        ({"target_system": "http://loinc.org"}, 0),
        ({"target_scope": "https://example.org/icd"}, 1),
        ({"url": TO_SNOMED}, 1),
    ],
)
def test_translation_can_be_narrowed(
    terminology: Terminology, wanted: dict[str, str], count: int
) -> None:
    found = translate(
        terminology,
        DISEASES,
        "blood",
        target_system=wanted.get("target_system"),
        target_scope=wanted.get("target_scope"),
        url=wanted.get("url"),
    )
    assert len(found) == count


def test_map_that_is_not_held_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match="held: https://example.org/to-snomed"):
        translate(terminology, DISEASES, "beta", url="https://example.org/none")


def test_unknown_relation_is_refused() -> None:
    element: Json = {"code": "a", "target": [{"code": "b", "equivalence": "kind-of"}]}
    resource = {"resourceType": "ConceptMap", "url": "m", "group": [{"element": [element]}]}
    with pytest.raises(InvalidParameter, match="'kind-of'; known are"):
        Terminology(load("R4"), [resource]).concept_map("m")


def test_relations_of_both_vocabularies_agree() -> None:
    """What is written as an equivalence is read back as the same relationship."""
    assert {key: RELATIONSHIPS[value] for key, value in EQUIVALENCES.items()} == {
        key: key for key in REVERSED
    }
