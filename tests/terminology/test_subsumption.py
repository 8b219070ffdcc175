"""A warning for a class of diseases must reach each disease of the class, and no other."""

import pytest

from fhir_kb.errors import UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology, subsumes

DISEASES = "https://example.org/diseases"
PARTS = "https://example.org/parts"


@pytest.mark.parametrize(
    ("code_a", "code_b", "outcome"),
    [
        ("beta", "beta", "equivalent"),
        ("beta", "BETA", "equivalent"),
        ("blood", "beta", "subsumes"),
        ("beta", "blood", "subsumed-by"),
        ("cancer", "myeloma", "subsumes"),
        ("myeloma", "beta", "not-subsumed"),
    ],
)
def test_outcome_says_how_a_stands_to_b(
    terminology: Terminology, code_a: str, code_b: str, outcome: str
) -> None:
    assert subsumes(terminology, DISEASES, code_a, code_b) == outcome


def test_codes_of_the_specification_have_their_hierarchy(terminology: Terminology) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    assert subsumes(terminology, system, "TPROD", "DRG") == "subsumes"


def test_a_part_is_no_kind_of_the_whole(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match="Only a part"):
        subsumes(terminology, PARTS, "hand", "finger")


def test_a_fragment_cannot_deny_a_relation(terminology: Terminology) -> None:
    """The codes between the two may be those that are not held."""
    with pytest.raises(UnknownCode, match="Only a part"):
        subsumes(terminology, PARTS, "hand", "leg")


@pytest.mark.parametrize("code", ["", "flu"])
def test_unknown_code_is_refused(terminology: Terminology, code: str) -> None:
    with pytest.raises(UnknownCode, match="has no code"):
        subsumes(terminology, DISEASES, "beta", code)


def test_a_circle_of_parents_has_an_end(terminology: Terminology) -> None:
    """Resources come from anywhere."""

    def concept(code: str, parent: str) -> Json:
        return {"code": code, "property": [{"code": "parent", "valueCode": parent}]}

    circle = {
        "resourceType": "CodeSystem",
        "url": "https://example.org/circle",
        "content": "complete",
        "concept": [concept("a", "b"), concept("b", "a"), {"code": "c"}],
    }
    held = terminology.beside([circle])
    assert subsumes(held, "https://example.org/circle", "a", "c") == "not-subsumed"
