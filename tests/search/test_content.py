"""Words are found in narratives and in whole resources, however they are written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.errors import InvalidParameter, TooCostly
from fhir_kb.search import content
from fhir_kb.search.words import words_in


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("_text", "clots", {"dvt"}),
        ("_text", "CLOTS", {"dvt"}),
        ("_text", "arger", {"dvt"}),
        ("_text", "clot", set()),
        ("_text", "clot*", {"dvt"}),
        ("_text", "vein", set()),
        ("_text", "div", set()),
        ("_text", "blood leg", {"dvt"}),
        ("_text", '"blood clots"', {"dvt"}),
        ("_text", '"clots blood"', set()),
        ("_text", '"clots of the le*"', {"dvt"}),
        ("_text", "re-thrombosis", {"dvt"}),
        ("_text", "thrombosis-re", set()),
        ("_content", "vein", {"dvt"}),
        ("_content", "clots", {"dvt"}),
        ("_content", "night", {"dvt", "pe"}),
        ("_content", "night NOT early", {"pe"}),
        ("_content", "not early", {"pe", "empty"}),
        ("_content", "(early or rash) and late", {"plain"}),
        ("_content", "rash OR vein", {"dvt", "plain"}),
        ("_content", "rash,vein", {"dvt", "plain"}),
        ("_content", '"or"', set()),
        ("_content", '"at night"', {"dvt", "pe"}),
        # words of two texts are no phrase, and neither are those of a URI words
        ("_content", '"night http"', set()),
        ("_content", "example", set()),
        ("_content", "treated", set()),
    ],
)
def test_words_find(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("(clots", "not closed"),
        ("clots)", "no opening"),
        ('"clots', "quotation mark is not closed"),
        ("clots or", "a word is missing"),
        ("not", "a word is missing"),
        ("...", "no letter or digit"),
        ("c*", "at least 2 letters"),
        ("(" * 30 + "x", "nested more than"),
        ("x " * 101, "more than 100 parts"),
    ],
)
def test_a_question_of_another_form_is_refused(value: str, why: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match=why):
        world.search("AdverseEvent", ("_text", value))


def test_a_phrase_of_common_words_is_refused(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for it means reading each resource: that has a bound."""
    monkeypatch.setattr(content, "PHRASES_MAX", 1)
    with pytest.raises(TooCostly, match="without quotation marks"):
        world.search("AdverseEvent", ("_content", '"night at"'))
    assert world.found("AdverseEvent", ("_content", '"vein thrombosis"')) == {"dvt"}


def test_a_resource_without_narrative_type_has_no_text_parameter(world: Any) -> None:
    assert "_text" in world.table.parameters["Group"]
    assert "_content" in world.table.parameters["Group"]


@given(st.text(max_size=60))
def test_a_text_is_cut_alike_with_and_without_accents(text: str) -> None:
    """What is all ASCII takes a quicker way: a word found there must be found beside an umlaut."""
    assert list(words_in(f"{text} ä"))[:-1] == list(words_in(f"{text} a"))[:-1]


def test_a_uri_has_no_words() -> None:
    assert words_in("http://example.org/a") == words_in("urn:uuid:1") == ()
    assert words_in("see http://example.org") == ("see", "http", "example", "org")
