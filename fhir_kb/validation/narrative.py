"""The XHTML of a narrative: what may stand in it, and what would make it active.

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat  # noqa: S407  # expat is safe once DOCTYPE is refused, as here

from fhir_kb.fhirpath import Node
from fhir_kb.formats.narrative import XHTML
from fhir_kb.validation.resolution import container_of
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened

ELEMENTS = frozenset(
    """
    a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div
    dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table
    tbody td tfoot th thead tr tt ul var
    """.split()
)
"""Chapters 7 to 11 (without 9.4) and 15 of HTML 4.0, with links, images and their maps."""

_ANYWHERE = frozenset(
    """
    title style class id idref lang xml:lang xml:space dir accesskey tabindex
    span width align valign char charoff abbr axis headers scope rowspan colspan
    """.split()
)
_OF_ELEMENT: Mapping[str, frozenset[str]] = {
    "a": frozenset("href name charset type hreflang rel rev shape coords".split()),
    "area": frozenset("shape coords href nohref alt".split()),
    "blockquote": frozenset({"cite"}),
    "br": frozenset({"clear"}),
    "div": frozenset({"xmlns"}),
    "hr": frozenset({"size", "noshade"}),
    "img": frozenset("src alt longdesc height border usemap ismap".split()),
    "li": frozenset({"type", "value"}),
    "map": frozenset({"name"}),
    "ol": frozenset({"type", "start", "compact"}),
    "pre": frozenset({"space"}),
    "q": frozenset({"cite"}),
    "table": frozenset("summary border frame rules cellspacing cellpadding".split()),
    "td": frozenset({"nowrap", "bgcolor"}),
    "th": frozenset({"nowrap", "bgcolor"}),
    "tr": frozenset({"bgcolor"}),
    "ul": frozenset({"type", "compact"}),
}
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.\-]*):")
_WEB = frozenset({"http", "https", "ftp", "cid"})
_SCHEMES: Mapping[str, frozenset[str]] = {
    "cite": _WEB,
    "href": _WEB | {"mailto", "tel", "urn", "file"},
    "longdesc": _WEB,
    "src": _WEB | {"data"},
}
"""Attributes that lead elsewhere, and the schemes that do nothing but lead there."""
_ACTIVE_STYLE = re.compile(r"expression\s*\(|javascript:|@import|behaviou?r\s*:|-moz-binding", re.I)


class _Narrative:
    """What one pass of the parser finds in a narrative."""

    def __init__(self, walk: Walk, node: Node) -> None:
        self._walk = walk
        self._node = node
        self._ids: set[str] = set()
        self._fragments: list[str] = []
        self._depth = 0
        self._has_content = False
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        return parser

    def check(self, div: str) -> None:
        """Report what is wrong with ``div``; stop at text that is not well-formed."""
        try:
            self._parser.Parse(div, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            self._report(
                "narrative-not-xhtml", reason=reason, line=error.lineno, column=error.offset + 1
            )
            return
        except _DoctypeFound:
            self._report("narrative-doctype")
            return
        if not self._has_content:
            self._report("narrative-empty", source="txt-2")
        for fragment in self._fragments:
            self._check_fragment(fragment)

    def _report(self, message_id: str, *, source: str = "txt-1", **facts: Any) -> None:
        self._walk.report(message_id, self._node, at="div", source=source, **facts)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.partition(":")[2] or name
        if not self._depth:
            self._check_root(name, local, attributes)
        self._depth += 1
        if local not in ELEMENTS:
            self._report("narrative-element", element=name)
        elif local == "img":
            self._has_content = True
        if attributes:
            self._check_attributes(local, attributes)

    def _check_root(self, name: str, local: str, attributes: dict[str, str]) -> None:
        prefix = name.removesuffix(local).removesuffix(":")
        namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns")
        if local != "div":
            self._report("narrative-root", root=name)
        elif namespace != XHTML:
            self._report("narrative-namespace", namespace=namespace or "none", needed=XHTML)

    def _check_attributes(self, element: str, attributes: dict[str, str]) -> None:
        own = _OF_ELEMENT.get(element, frozenset())
        for name, value in attributes.items():
            if name not in _ANYWHERE and name not in own and not name.startswith("xmlns:"):
                self._report("narrative-attribute", attribute=name, element=element)
            elif name in _SCHEMES:
                self._check_link(element, name, value)
            elif name == "style" and _ACTIVE_STYLE.search(value):
                self._report("narrative-active", what=f"style {shortened(value)!r}")
            elif name == "id" or (name == "name" and element == "a"):
                self._check_id(name, value)

    def _check_link(self, element: str, name: str, value: str) -> None:
        scheme = _SCHEME.match(value)
        if value.startswith("#"):
            self._fragments.append(value[1:])
        elif scheme and scheme[1].lower() not in _SCHEMES[name]:
            self._report("narrative-active", what=f"{name} {shortened(value)!r} of {element!r}")

    def _check_id(self, name: str, value: str) -> None:
        if name == "id" and value in self._ids:
            self._report("narrative-repeated-id", id=value)
        self._ids.add(value)

    def _check_fragment(self, fragment: str) -> None:
        if fragment and fragment not in self._ids and not self._is_in_resource(fragment):
            self._report("narrative-link", source="", fragment=fragment)

    def _is_in_resource(self, fragment: str) -> bool:
        container = container_of(self._node)
        return container is not None and _has_id(container.value, fragment)

    def _text(self, text: str) -> None:
        if not self._has_content and not text.isspace():
            self._has_content = True
            # Nothing more is asked of the text, and most of a narrative is text.
            self._parser.CharacterDataHandler = None

    def _doctype(self, *_: object) -> None:
        raise _DoctypeFound


class _DoctypeFound(Exception):  # noqa: N818  it never leaves this module
    """The narrative declares a document type."""


def check_narrative(walk: Walk, node: Node) -> None:
    """Check the ``div`` of a Narrative."""
    div = node.value.get("div")
    if isinstance(div, str) and div:
        _Narrative(walk, node).check(div)


def _has_id(value: object, id: str) -> bool:
    """Whether an element, a contained resource or a narrative below ``value`` has this id."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("id") == id:
                return True
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and value.startswith("<") and f'id="{id}"' in value:
            return True
    return False
