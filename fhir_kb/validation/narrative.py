"""The XHTML of a narrative: what may stand in it, and what would make it active.

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

import re
from typing import Any
from xml.parsers import expat  # noqa: S407  # expat is safe once DOCTYPE is refused, as here

from fhir_kb.fhirpath import Node
from fhir_kb.formats.narrative import XHTML
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened
from fhir_kb.validation.xhtml import (
    ANYWHERE,
    BLOCKS,
    CHILDREN,
    ELEMENTS,
    OF_ELEMENT,
    PARENTS,
    RUNNING_TEXT,
    WITHOUT_CONTENT,
)

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.\-]*):")
_LINKS = frozenset({"cite", "href", "longdesc", "src"})
_ACTIVE_SCHEMES = frozenset({"javascript", "vbscript"})
_NAMING_SCHEMES = frozenset({"urn", "cid"})
_ACTIVE_STYLE = re.compile(r"expression\s*\(|javascript:|@import|behaviou?r\s*:|-moz-binding", re.I)


class _Narrative:
    """What one pass of the parser finds in a narrative."""

    def __init__(self, walk: Walk, node: Node) -> None:
        self._walk = walk
        self._node = node
        self._ids: set[str] = set()
        self._fragments: list[str] = []
        self._open: list[str] = []
        self._in_text = 0
        self._has_content = False
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
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
        if not self._open:
            self._check_root(name, local, attributes)
        elif local not in ELEMENTS:
            self._report("narrative-element", element=name)
        else:
            self._check_place(local, self._open[-1])
        self._open.append(local)
        if local in RUNNING_TEXT:
            self._in_text += 1
        elif local == "img":
            self._has_content = True
        if attributes:
            self._check_attributes(local, attributes)

    def _end(self, _: str) -> None:
        if self._open.pop() in RUNNING_TEXT:
            self._in_text -= 1

    def _check_place(self, element: str, around: str) -> None:
        if (
            around in WITHOUT_CONTENT
            or (around in CHILDREN and element not in CHILDREN[around])
            or (element in PARENTS and around not in PARENTS[element])
        ):
            self._report("narrative-nesting", element=element, around=around)
        elif self._in_text and element in BLOCKS:
            text = next(each for each in reversed(self._open) if each in RUNNING_TEXT)
            self._report("narrative-nesting", element=element, around=text)
        elif element == "a" and "a" in self._open:
            self._report("narrative-nesting", element="a", around="a")

    def _check_root(self, name: str, local: str, attributes: dict[str, str]) -> None:
        prefix = name.removesuffix(local).removesuffix(":")
        namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns")
        if local != "div":
            self._report("narrative-root", root=name)
        elif namespace != XHTML:
            self._report("narrative-namespace", namespace=namespace or "none", needed=XHTML)

    def _check_attributes(self, element: str, attributes: dict[str, str]) -> None:
        own = OF_ELEMENT.get(element, frozenset())
        for name, value in attributes.items():
            if name not in ANYWHERE and name not in own and not name.startswith("xmlns:"):
                self._report("narrative-attribute", attribute=name, element=element)
            elif name in _LINKS:
                self._check_link(element, name, value)
            elif name == "style" and _ACTIVE_STYLE.search(value):
                self._report("narrative-active", what=f"style {shortened(value)!r}")
            elif name == "id" or (name == "name" and element == "a"):
                self._check_id(name, value)

    def _check_link(self, element: str, name: str, value: str) -> None:
        if value.startswith("#"):
            self._fragments.append(value[1:])
            return
        match = _SCHEME.match(value)
        scheme = match[1].lower() if match else ""
        if scheme in _ACTIVE_SCHEMES:
            self._report("narrative-active", what=f"{name} {shortened(value)!r} of <{element}>")
        elif scheme in _NAMING_SCHEMES and name == "href":
            self._report("narrative-scheme", source="", link=shortened(value))
        elif not value and name == "href":
            self._report("narrative-scheme", source="", link="")

    def _check_id(self, name: str, value: str) -> None:
        if name == "id" and value in self._ids:
            self._report("narrative-repeated-id", id=value)
        self._ids.add(value)

    def _check_fragment(self, fragment: str) -> None:
        if fragment and fragment not in self._ids and not self._is_in_resource(fragment):
            self._report("narrative-link", source="", fragment=fragment)

    def _is_in_resource(self, fragment: str) -> bool:
        return fragment in self._walk.ids(self._node)

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
