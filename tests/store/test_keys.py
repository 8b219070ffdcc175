"""Keys decide what is found: what a key loses, a search loses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.store.keys import (
    first_part_range,
    fold,
    parts_of,
    prefix_range,
    string_key,
    token_key,
    uri_key,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Multiple Myeloma", "multiple myeloma"),
        ("  two \t spaces\n", "two spaces"),
        ("Éphélide", "ephelide"),
        ("β-Thalassämie", "β-thalassamie"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
    ],
)
def test_folding_takes_away_case_accents_and_repeated_space(text: str, folded: str) -> None:
    assert folded == fold(text)


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    """Questions and values are folded apart and must meet."""
    assert fold(text) == fold(fold(text))


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        (token_key("http://s", "c"), ("c", "http://s")),
        (token_key(None, "c"), ("c", "")),
        (string_key("Ä b"), ("a b", "Ä b")),
        (uri_key("http://p|1.0"), ("http://p", "1.0")),
        (uri_key("http://p"), ("http://p", "")),
    ],
)
def test_keys_begin_with_what_is_always_asked(key: str, parts: tuple[str, ...]) -> None:
    assert parts == parts_of(key)


@given(prefix=TEXTS, rest=TEXTS, other=TEXTS)
def test_a_prefix_range_holds_exactly_the_texts_with_that_prefix(
    prefix: str, rest: str, other: str
) -> None:
    first, below = prefix_range(prefix)

    def inside(text: str) -> bool:
        return first <= text and (below is None or text < below)

    assert inside(prefix + rest)
    assert other.startswith(prefix) == inside(other)


@pytest.mark.parametrize("prefix", ["\ud7ff", "\U0010ffff", "a\U0010ffff", ""])
def test_a_prefix_range_never_ends_in_a_character_that_cannot_be_stored(prefix: str) -> None:
    """Behind the last character of a block comes none, or half of a surrogate pair."""
    _, below = prefix_range(prefix)
    assert below is None or below.encode()


@given(part=TEXTS, system=TEXTS, other=TEXTS)
def test_a_first_part_range_holds_that_part_alone(part: str, system: str, other: str) -> None:
    first, below = first_part_range(part)
    assert first <= token_key(system, part) < below
    assert (other == part) == (first <= token_key(system, other) < below)
