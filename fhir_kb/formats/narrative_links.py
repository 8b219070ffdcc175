"""The links of a narrative and of Markdown, replaced where they stand and nowhere else.

https://hl7.org/fhir/R4/http.html#trules
"""

import html
import re
from collections.abc import Callable

Replace = Callable[[str], str | None]
"""From a link to the one that takes its place; None to leave it."""

# What may hold text that only looks like a tag comes first, so that it is passed over whole; what
# is never closed is passed over to the end, so that the time stays in proportion to the length.
# No < stands inside a tag of XML.
_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)
      |<(?P<name>a|img)(?P<attributes>\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""(?P<start>\s(?P<name>[^\s=]+)\s*=\s*)(?P<quoted>"[^"]*"|'[^']*')""")
_LINKS = {"a": "href", "img": "src"}

_MARKDOWN_LINK = re.compile(r"(?P<start>\]\(\s*<?)(?P<link>[^\s<>()]+)")


def with_links(div: str, replace: Replace) -> str:
    """Return an XHTML ``div`` with each ``href`` of an ``a`` and ``src`` of an ``img`` replaced."""

    def tag(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found[0]

        def attribute(part: re.Match[str]) -> str:
            if part["name"] != _LINKS[name]:
                return part[0]
            link = replace(html.unescape(part["quoted"][1:-1]))
            return part[0] if link is None else f'{part["start"]}"{html.escape(link)}"'

        return f"<{name}{_ATTRIBUTE.sub(attribute, found['attributes'])}>"

    return _TAG.sub(tag, div)


def with_markdown_links(text: str, replace: Replace) -> str:
    """Return Markdown with the targets of its inline links and images replaced."""

    def link(found: re.Match[str]) -> str:
        new = replace(found["link"])
        return found[0] if new is None else found["start"] + new

    return _MARKDOWN_LINK.sub(link, text)
