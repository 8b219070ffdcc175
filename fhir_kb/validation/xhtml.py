"""Which elements and attributes a narrative may have, and which may stand in which.

https://hl7.org/fhir/R4/narrative.html#xhtml and https://www.w3.org/TR/xhtml1/dtds.html
"""

from collections.abc import Mapping

ELEMENTS = frozenset(
    """
    a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div
    dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table
    tbody td tfoot th thead tr tt ul var
    """.split()
)
"""Chapters 7 to 11 (without 9.4) and 15 of HTML 4.0, with links, images and their maps."""

ANYWHERE = frozenset(
    """
    title style class id lang xml:lang xml:space dir accesskey tabindex
    span width align valign char charoff abbr axis headers scope rowspan colspan
    """.split()
)
"""Attributes of every element."""

OF_ELEMENT: Mapping[str, frozenset[str]] = {
    "a": frozenset("href name charset type hreflang rel rev shape coords".split()),
    "area": frozenset("shape coords href nohref alt".split()),
    "blockquote": frozenset({"cite"}),
    "img": frozenset("src alt longdesc height border usemap ismap".split()),
    "map": frozenset({"name"}),
    "pre": frozenset({"space"}),
    "q": frozenset({"cite"}),
    "table": frozenset("summary border frame rules cellspacing cellpadding".split()),
    "td": frozenset({"nowrap"}),
    "th": frozenset({"nowrap"}),
}
"""Further attributes of some elements."""


class _Attributes(dict[str, frozenset[str]]):
    """The attributes of each element; one that is not known has those of every element."""

    def __missing__(self, element: str) -> frozenset[str]:
        return ANYWHERE


ATTRIBUTES = _Attributes({element: ANYWHERE | own for element, own in OF_ELEMENT.items()})
"""All attributes that an element may have."""

WITHOUT_CONTENT = frozenset({"area", "br", "hr", "img"})

CHILDREN: Mapping[str, frozenset[str]] = {
    "dl": frozenset({"dd", "dt"}),
    "map": frozenset({"area"}),
    "ol": frozenset({"li"}),
    "table": frozenset({"caption", "col", "colgroup", "tbody", "tfoot", "thead", "tr"}),
    "tbody": frozenset({"tr"}),
    "tfoot": frozenset({"tr"}),
    "thead": frozenset({"tr"}),
    "tr": frozenset({"td", "th"}),
    "ul": frozenset({"li"}),
}
"""All that may stand in an element, where that is not text."""

PARENTS: Mapping[str, frozenset[str]] = {
    "caption": frozenset({"table"}),
    "col": frozenset({"colgroup", "table"}),
    "colgroup": frozenset({"table"}),
    "dd": frozenset({"dl"}),
    "dt": frozenset({"dl"}),
    "li": frozenset({"ol", "ul"}),
    "tbody": frozenset({"table"}),
    "td": frozenset({"tr"}),
    "tfoot": frozenset({"table"}),
    "th": frozenset({"tr"}),
    "thead": frozenset({"table"}),
    "tr": frozenset({"table", "tbody", "tfoot", "thead"}),
}
"""All that an element may stand in, where that is not everywhere."""

_RUNNING_TEXT = frozenset(
    """
    a abbr acronym address b bdo big cite code dfn em h1 h2 h3 h4 h5 h6 i kbd p pre q samp small
    span strong sub sup tt var
    """.split()
)
"""Paragraphs, headings and phrases."""

BARRED: Mapping[str, frozenset[str]] = {
    "a": frozenset({"a"}),
    "blockquote": frozenset({"p"}),
    "div": _RUNNING_TEXT,
    "dl": frozenset({"p"}),
    "ol": _RUNNING_TEXT,
    "p": frozenset({"p"}),
    "pre": _RUNNING_TEXT,
    "table": _RUNNING_TEXT,
    "ul": _RUNNING_TEXT,
}
"""What an element may not stand in, at any distance.

The document type is stricter about what browsers, and HL7's validator, let pass: a paragraph
inside a span.
"""


class _WellPlaced(dict[str, frozenset[str]]):
    """The elements that may stand directly in an element; nothing stands at the top."""

    def __missing__(self, around: str) -> frozenset[str]:
        placed = frozenset(
            element for element in ELEMENTS if around in PARENTS.get(element, frozenset({around}))
        )
        if around in WITHOUT_CONTENT or not around:
            placed = frozenset()
        elif around in CHILDREN:
            placed &= CHILDREN[around]
        if around in ELEMENTS or not around:
            self[around] = placed
        return placed


WELL_PLACED = _WellPlaced()
