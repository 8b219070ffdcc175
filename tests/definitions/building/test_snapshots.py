"""The published snapshots keep their words and lose what no profile inherits."""

from typing import Any

import pytest

from fhir_kb.definitions.building.snapshots import NARROWED, snapshots
from fhir_kb.formats import Json
from fhir_kb.versions import VERSIONS

URL = "http://hl7.org/fhir/StructureDefinition/"
PAGES = "http://hl7.org/fhir/R4/"


def published(*, type: str = "Period", kind: str = "complex-type", **element: Any) -> Json:
    element = {
        "id": f"{type}.end",
        "path": f"{type}.end",
        "base": {"path": f"{type}.end"},
    } | element
    return {"type": type, "kind": kind, "abstract": False, "snapshot": {"element": [element]}}


def kept(**element: Any) -> Json:
    ((only,),) = snapshots([published(**element)], PAGES).values()
    return only


def test_words_are_kept_and_mappings_are_not() -> None:
    words = {"short": "End", "definition": "The end.", "comment": "Why.", "alias": ["till"]}
    assert kept(**words, mapping=[{"identity": "v2", "map": "DR.2"}]) == kept(**words)
    assert kept(**words).items() >= words.items()


@pytest.mark.parametrize(
    ("link", "whole"),
    [
        ("[page](extensibility.html)", f"[page]({PAGES}extensibility.html)"),
        ("[part](a-b.html#c)", f"[part]({PAGES}a-b.html#c)"),
        ("[other](https://example.org/a.html)", "[other](https://example.org/a.html)"),
        ("[0-9](no link)", "[0-9](no link)"),
    ],
)
@pytest.mark.parametrize("key", ["definition", "comment", "requirements"])
def test_a_link_leads_to_the_specification_from_anywhere(key: str, link: str, whole: str) -> None:
    """A guide shows the words of what it inherits, and has no such page of its own."""
    assert kept(**{key: f"See {link}."})[key] == f"See {whole}."


@pytest.mark.parametrize(
    "url",
    [
        URL + "structuredefinition-standards-status",
        URL + "elementdefinition-isCommonBinding",
        "http://hl7.org/fhir/build/StructureDefinition/no-binding",
        "http://hl7.org/fhir/tools/StructureDefinition/no-binding",
    ],
)
def test_what_is_said_of_the_specification_alone_is_left_out(url: str) -> None:
    """That a type is normative does not make a profile of it so."""
    translatable = {"url": URL + "elementdefinition-translatable", "valueBoolean": True}
    found = kept(
        extension=[{"url": url}, translatable, translatable],
        binding={"strength": "example", "extension": [{"url": url}]},
    )
    assert found["extension"] == [translatable]
    assert found["binding"] == {"strength": "example"}


def test_a_constraint_says_which_type_states_it() -> None:
    """R4 leaves it out; in a profile it would look like a rule of the profile."""
    stated, unstated = {"key": "a-1", "source": "b"}, {"key": "a-2"}
    found = kept(constraint=[stated, unstated], base={"path": "Element.id"})
    assert found["constraint"] == [stated, {"key": "a-2", "source": URL + "Element"}]


@pytest.mark.parametrize(
    ("structure", "is_kept"),
    [
        (published(), True),
        (published(kind="primitive-type"), True),
        (published(type="Library", kind="resource"), True),
        (published(type="Patient", kind="resource"), False),
        ({**published(type="Resource", kind="resource"), "abstract": True}, True),
        ({**published(), "derivation": "constraint"}, False),
        (published(kind="logical"), False),
    ],
)
def test_types_are_kept_that_profiles_of_ours_are_made_of(structure: Json, is_kept: bool) -> None:
    assert bool(snapshots([structure], PAGES)) is is_kept


def test_the_narrowed_types_are_those_of_our_profiles() -> None:
    """A profile of a type that is missing here could not be packaged; one too many is a burden."""
    resources = {
        each["type"]
        for version in VERSIONS.values()
        for each in version.conformance
        if each["resourceType"] == "StructureDefinition" and each["kind"] == "resource"
    }
    assert resources == NARROWED
