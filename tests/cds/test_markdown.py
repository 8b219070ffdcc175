"""Text that is inserted into a card stays text, whatever it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fhir_kb.cds.markdown import SUMMARY_MAX, escaped, plain, shortened

GFM = MarkdownIt("gfm-like", {"linkify": False, "html": True})
PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["<script>", "](", "[a](http://x)", "**", "# ", "1. ", "- ", "| a | b |", "`", "~~", "&lt;"]
        + ["www.x.org", "https://x.org", "a@x.org", "\\", "\n\n", "    ", "> ", "---", "<http://x>"]
    ),
)


@given(st.lists(PIECES, max_size=6).map("".join))
def test_inserted_text_has_no_markup(text: str) -> None:
    """[1f detail] No HTML, link, emphasis, list or code can come out of a name in a record."""
    tokens = GFM.parse(f"- seen: {escaped(text)}\n- end")
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {child.type for child in inline} | {token.type for token in tokens}
    assert kinds <= {
        "text", "text_special", "inline", "paragraph_open", "paragraph_close",
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
    }  # fmt: skip
    shown = "".join(child.content for child in inline)
    assert shown == f"seen: {plain(text)}".rstrip() + "end"


@pytest.mark.parametrize("text", ["- x", "1. x", "+ x", "* x", "# x", "> x", "=== x"])
def test_a_line_of_its_own_begins_nothing(text: str) -> None:
    """Marks count only at the start of a line; that is where they are disarmed too."""
    tokens = GFM.parse(escaped(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(child.content for child in tokens[1].children or ()) == text


@pytest.mark.parametrize("address", ["www.x.org", "https://x.org", "HTTP://x.org", "a@x.org"])
def test_an_address_is_no_link(address: str) -> None:
    """GFM makes links of bare addresses; a backslash inside them prevents it."""
    assert "\\" in escaped(address)


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "\x00", "\x7f", "\ufeff"])
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    """A mark that turns the direction of text can make 10 look like 01."""
    assert plain(f"a{hidden}b") == "ab"


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("Short enough", 139, "Short enough"),
        ("Give ten of these and 100 mg of that", 30, "Give ten of these and…"),
        ("Not more than 25 mg a day for them", 22, "Not more than…"),
        ("Platelets below 50000 per microlitre", 20, "Platelets below…"),
        ("one two three four five", 15, "one two three…"),
        ("x" * 200, 10, "x" * 9 + "…"),
        ("two\n lines", 139, "two lines"),
    ],
)
def test_text_is_cut_between_words(text: str, longest: int, expected: str) -> None:
    """[1f summary] "10 of 100 mg" cut after the first figure would be another dose."""
    assert shortened(text, longest) == expected


@given(st.text(max_size=400), st.integers(min_value=2, max_value=200))
def test_text_is_never_longer_than_allowed(text: str, longest: int) -> None:
    """[1f summary] Under 140 characters, counted as clients count."""
    assert len(shortened(text, longest)) <= longest


@given(
    st.lists(
        st.sampled_from(["give", "25", "mg", "of", "100", "capsules", "<", "0.5", "twice"]),
        min_size=1,
        max_size=80,
    ).map(" ".join)
)
def test_no_figure_is_cut_off_from_its_unit(text: str) -> None:
    """[1f summary] What is left of a cut text ends far from any figure, or at its very start."""
    short = shortened(text)
    if short != text:
        last = short.removesuffix("…").split()[-3:]
        assert len(short) <= SUMMARY_MAX
        assert short.count(" ") == 0 or not any(map(str.isdigit, "".join(last)))
