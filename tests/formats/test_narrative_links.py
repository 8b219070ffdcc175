"""Links of narratives and Markdown: replaced where they are links, and nowhere else.

https://hl7.org/fhir/R4/http.html#trules
"""

import pytest

from fhir_kb.formats.narrative_links import with_links, with_markdown_links

OLD, NEW = "urn:uuid:1", "http://server/x?a=1&b=2"
WRITTEN = "http://server/x?a=1&amp;b=2"

DIVS = [
    (f'<a href="{OLD}">x</a>', f'<a href="{WRITTEN}">x</a>'),
    (f"<a href='{OLD}'>x</a>", f'<a href="{WRITTEN}">x</a>'),
    (f'<a title="t" href = "{OLD}" id="i">x</a>', f'<a title="t" href = "{WRITTEN}" id="i">x</a>'),
    (f'<img src="{OLD}" alt="a > b"/>', f'<img src="{WRITTEN}" alt="a > b"/>'),
    (f'<img alt="{OLD}"/>', f'<img alt="{OLD}"/>'),
    (f'<a name="{OLD}"/>', f'<a name="{OLD}"/>'),
    (f'<abbr href="{OLD}"/>', f'<abbr href="{OLD}"/>'),
    (
        f'<p title="&lt;a href=&quot;{OLD}&quot;">{OLD}</p>',
        f'<p title="&lt;a href=&quot;{OLD}&quot;">{OLD}</p>',
    ),
    (f'<!-- <a href="{OLD}"> -->', f'<!-- <a href="{OLD}"> -->'),
    (f'<![CDATA[<a href="{OLD}">]]>', f'<![CDATA[<a href="{OLD}">]]>'),
    (f'<a\n  href="{OLD}">x</a>', f'<a\n  href="{WRITTEN}">x</a>'),
    ('<a href="other">x</a>', '<a href="other">x</a>'),
    ('<a href="urn:uuid:&#49;">x</a>', f'<a href="{WRITTEN}">x</a>'),
]


@pytest.mark.parametrize(("before", "after"), DIVS)
def test_only_links_of_a_narrative_are_replaced(before: str, after: str) -> None:
    """Text, comments and other attributes that look alike stay byte for byte."""
    assert with_links(before, {OLD: NEW}.get) == after


TEXTS = [
    (f"see [this]({OLD}) and ![image]({OLD})", f"see [this]({NEW}) and ![image]({NEW})"),
    (f"[a](<{OLD}>)", f"[a](<{NEW}>)"),
    (f'[a]({OLD} "title")', f'[a]({NEW} "title")'),
    (f"plain {OLD}", f"plain {OLD}"),
    ("[a](other)", "[a](other)"),
]


@pytest.mark.parametrize(("before", "after"), TEXTS)
def test_only_links_of_markdown_are_replaced(before: str, after: str) -> None:
    """Inline links and images; plain text stays."""
    assert with_markdown_links(before, {OLD: NEW}.get) == after


def test_hostile_tags_take_no_time() -> None:
    """A narrative of a megabyte that never closes a tag is passed over in linear time."""
    for text in ("<a " * 100_000, '<a href="' * 50_000, "<!--" * 100_000, "[a](" * 100_000):
        assert with_links(text, {}.get) == text
        assert with_markdown_links(text, {}.get) == text
