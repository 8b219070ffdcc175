"""Ids of cards are made, not kept: the same call has the same ids, another call has others."""

from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.cds.identity import card_id, theme_of

TEXT = st.text(max_size=30)


def test_a_call_that_is_made_again_has_the_same_ids() -> None:
    """[1g resolvable] A client that repeats a call must not seem to answer two cards."""
    assert card_id("call", "dose", "order-1") == card_id("call", "dose", "order-1")


@given(TEXT, TEXT, TEXT, TEXT)
def test_another_call_theme_or_order_has_another_id(a: str, b: str, c: str, d: str) -> None:
    """Nothing runs together: "ab" and "c" are not "a" and "bc"."""
    rows = {(a, b, c), (a, b, d), (a, d, c), (d, b, c), (f"{a}{b}", "", c)}
    assert len({card_id(*row) for row in rows}) == len(rows)


@given(TEXT)
def test_ids_are_uuids_of_version_8(instance: str) -> None:
    """[1f card uuid] RFC 9562 leaves the content of version 8 to its maker."""
    id = card_id(instance, "dose")
    assert (id.version, id.variant) == (8, RFC_4122)


def test_an_id_names_its_theme() -> None:
    """[1g resolvable] Feedback comes without the card; the id tells what it was about."""
    id = card_id("call", "dose", "order-1")
    assert theme_of(id, ["pregnancy", "dose"]) == "dose"
    assert theme_of(id, ["pregnancy"]) is None
