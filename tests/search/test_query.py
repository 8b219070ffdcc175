"""What is not understood is said, and what is hostile is refused in words."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.errors import (
    InvalidParameter,
    RequestError,
    UnknownType,
    UnsupportedModifier,
    UnsupportedParameter,
)
from fhir_kb.search import Limits, modifiers

OWN_AND_FHIR = (
    *("category", "subject", "comment", "page", "onset", "frequency", "dose", "actuality"),
    *("_id", "_lastUpdated", "_tag", "_profile", "_sort", "_count", "_total", "_include"),
    *("_revinclude", "_has:Group:member", "_has", "_cursor", "_contained", "_summary"),
    *("_text", "_content", "_list", "_filter", "_explain", "_maxresults", "_containedType"),
)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("categori", "x", "not-supported"),
        ("_maxresult", "1", "not-supported"),
        ("_containedType", "contained", "not-supported"),
        ("category", "", "not-supported"),
        ("_sort", "", "not-supported"),
        ("_contained", "true", "not-supported"),
        ("category.x", "x", "not-supported"),
    ],
)
def test_lenient_handling_leaves_out_and_says_so(
    name: str, value: str, code: str, world: Any
) -> None:
    """The self link must not claim a condition that was not applied."""
    result = world.search("AdverseEvent", (name, value), ("_id", "dvt"))
    assert [match.id for match in result.matches] == ["dvt"]
    assert [(warning.parameter, warning.code) for warning in result.warnings] == [(name, code)]
    assert result.self_pairs == (("_id", "dvt"),)


@pytest.mark.parametrize(("name", "value"), [("categori", "x"), ("category", ""), ("_type", "x")])
def test_strict_handling_refuses(name: str, value: str, world: Any) -> None:
    with pytest.raises(UnsupportedParameter):
        world.search("AdverseEvent", (name, value), strict=True)


def test_an_unknown_parameter_is_answered_with_its_nearest_neighbour(
    world: Any, version: str
) -> None:
    with pytest.raises(UnsupportedParameter) as refusal:
        world.search("AdverseEvent", ("categori", "x"), strict=True)
    start = (
        f"AdverseEvent has no search parameter 'categori' in {version}; did you mean 'category'?"
    )
    assert refusal.value.message.startswith(start)
    assert "subject" in refusal.value.message


@pytest.mark.parametrize(
    ("type", "name", "offer"),
    [
        ("AdverseEvent", "category:exact", ":missing, :not, :text, :in, :not-in"),
        ("AdverseEvent", "comment:below", ":missing, :exact, :contains"),
        ("AdverseEvent", "onset:exact", ":missing"),
        ("AdverseEvent", "subject:exact", ":missing, :identifier"),
        ("AdverseEvent", "subject:Organization", ":missing, :identifier"),
        ("AdverseEvent", "page:exact", ":missing, :below, :above"),
        ("Group", "characteristic-value:missing", "it takes none"),
        ("AdverseEvent", "category:", ":missing"),
        ("AdverseEvent", "_count:exact", "_count does not take"),
    ],
)
def test_an_unsupported_modifier_is_always_refused(
    type: str, name: str, offer: str, world: Any
) -> None:
    """To ignore a modifier would answer another question than was asked."""
    with pytest.raises(UnsupportedModifier, match=offer):
        world.search(type, (name, "5"))


def test_a_version_may_allow_more_modifiers(make_world: Any) -> None:
    """R5 searches the display of a reference and the inside of a URI."""
    event = {
        "resourceType": "AdverseEvent",
        "id": "a",
        "subject": {"display": "Treated patients"},
        "extension": [{"url": "http://example.org/extension/page", "valueUri": "http://e/Pages/1"}],
    }
    for name, value in (("page:contains", "pages"), ("subject:text", "treated")):
        assert make_world("R5", [event]).found("AdverseEvent", (name, value)) == {"a"}
        with pytest.raises(UnsupportedModifier):
            make_world("R4", [event]).search("AdverseEvent", (name, value))


def test_modifiers_are_told_by_parameter(world: Any) -> None:
    parameters = world.table.parameters["AdverseEvent"]
    assert {"missing", "identifier", "Group"} <= set(modifiers(world.table, parameters["subject"]))


def test_an_unknown_type_is_refused(world: Any) -> None:
    with pytest.raises(UnknownType, match="these are: AdverseEvent"):
        world.search("Nothing")


NAMES = st.one_of(
    st.sampled_from(sorted(OWN_AND_FHIR)),
    st.tuples(
        st.sampled_from(sorted(OWN_AND_FHIR)),
        st.sampled_from(":."),
        st.sampled_from(
            [
                "",
                "missing",
                "exact",
                "above",
                "below",
                "of-type",
                "text-advanced",
                "Group._id",
                "code",
            ]
        ),
    ).map("".join),
    st.text(max_size=8),
)
VALUES = st.one_of(
    st.text(max_size=12),
    st.text("\\,|$:*/-.0129egt#T", max_size=12),
    st.just("ge2020-01-01"),
    st.lists(
        st.sampled_from(
            [*'"()*.', "not", "and", "OR", "category", "subject.name", "eq", "co", "x"]
        ),
        max_size=8,
    ).map(" ".join),
)


@given(pairs=st.lists(st.tuples(NAMES, VALUES), max_size=3), strict=st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_asked_is_answered_or_refused(
    pairs: list[tuple[str, str]], strict: bool, small_world: Any
) -> None:
    """Any other exception would be an error of the server."""
    with contextlib.suppress(RequestError):
        small_world.search("AdverseEvent", *pairs, strict=strict)


@pytest.fixture(scope="module")
def small_world(make_world: Any) -> Any:
    return make_world("R5", [{"resourceType": "AdverseEvent", "id": "a", "actuality": "actual"}])


def test_what_shapes_the_answer_is_left_to_the_caller(world: Any) -> None:
    pairs = (("_format", "json"), ("_pretty", "true"), ("_elements", "id"), ("_summary", "true"))
    result = world.search("AdverseEvent", *pairs)
    assert (result.self_pairs, result.warnings) == (pairs, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category", "a\x00b"),
        ("cate\x00gory", "a"),
        ("category", "\ud800"),
        ("category", "a\x1fb"),
        ("_sort", "\udfff"),
        ("_total", "all"),
        ("category", ","),
        ("category", ",".join("x" * 1001)),
        ("category", "x" * 8_001),
        ("category", "\\," * 500_000),
        ("page:above", "http://" + "a/" * 101),
        ("_sort", ",".join(["_id"] * 1001)),
    ],
)
def test_hostile_values_are_refused_in_words(name: str, value: str, world: Any) -> None:
    """Not one of them may end as an error of the database."""
    with pytest.raises(InvalidParameter):
        world.search("AdverseEvent", (name, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("category", ",".join(["x"] * 1000)),
        ("category", "x" * 8_000),
        ("comment", "%" * 8_000),
        ("comment:contains", "x" * 8_000),
        ("comment", "\U0010ffff"),
        ("comment", "\\"),
        ("category", "\\,\\|\\$\\\\"),
        ("_id", "\U0001f48a"),
        ("frequency", "1" * 100 + "e9999"),
        ("page:above", "http://" + "a/" * 100),
        ("_has:AdverseEvent:subject:_id", "x"),
    ],
)
def test_strange_but_regular_values_find_nothing(name: str, value: str, world: Any) -> None:
    type = "Group" if name.startswith("_has") else "AdverseEvent"
    assert world.found(type, (name, value)) == set()


@pytest.mark.parametrize("pair", [("category", "dvt"), ("unknown", "x"), ("_include", "*")])
def test_parameters_are_bounded(pair: tuple[str, str], world: Any) -> None:
    """Each unknown one would be a warning, each include a walk."""
    pairs = [pair] * 101
    with pytest.raises(InvalidParameter, match="at most 100"):
        world.search("AdverseEvent", *pairs)


def test_values_are_bounded_by_the_limits(world: Any) -> None:
    with pytest.raises(RequestError, match="at most 2"):
        world.search("AdverseEvent", ("category", "a,b,c"), limits=Limits(values_max=2))


def test_a_count_given_twice_is_refused(world: Any) -> None:
    with pytest.raises(InvalidParameter, match="twice"):
        world.search("AdverseEvent", ("_count", "1"), ("_count", "2"))
