"""The XHTML of a narrative: what may stand in it, and what would make it active.

https://hl7.org/fhir/R4/narrative.html#xhtml
"""

import re
from functools import lru_cache
from typing import Any

from fhir_kb.errors import MalformedContent
from fhir_kb.fhirpath import Node
from fhir_kb.formats.narrative import XHTML, parse_narrative
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened
from fhir_kb.validation.xhtml import (
    ATTRIBUTES,
    BARRED,
    ELEMENTS,
    WELL_PLACED,
)

_SCHEME = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-]*):")
_PASSED_OVER = re.compile(r"[\t\n\r]+")
"""What a browser leaves out of a URL wherever it stands: https://url.spec.whatwg.org/#concept-basic-url-parser"""
_LINKS = frozenset({"cite", "href", "longdesc", "src"})
_ACTIVE_SCHEMES = frozenset({"javascript", "vbscript"})
_NAMING_SCHEMES = frozenset({"urn", "cid"})
_ACTIVE_STYLE = re.compile(r"expression\s*\(|javascript:|@import|behaviou?r\s*:|-moz-binding", re.I)


@lru_cache(maxsize=512)
def _is_active_style(style: str) -> bool:
    return _ACTIVE_STYLE.search(style) is not None


class _Narrative:
    """What one pass of the parser finds in a narrative."""

    def __init__(self, walk: Walk, node: Node) -> None:
        self._walk = walk
        self._node = node
        self._ids: set[str] = set()
        self._fragments: list[str] = []
        self._open: list[str] = []
        self._has_content = False

    def check(self, div: str) -> None:
        """Report what is wrong with ``div``; stop at text that is not well-formed."""
        try:
            parse_narrative(div, self._start, self._end, self._text)
        except MalformedContent as fault:
            self._report(
                "narrative-not-xhtml", reason=fault.reason, line=fault.line, column=fault.column
            )
            return
        if not self._has_content:
            self._report("narrative-empty", source="txt-2")
        for fragment in self._fragments:
            self._check_fragment(fragment)

    def _report(self, message_id: str, *, source: str = "txt-1", **facts: Any) -> None:
        self._walk.report(message_id, self._node, at="div", source=source, **facts)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        around = self._open[-1] if self._open else ""
        element = name
        if name not in WELL_PLACED[around]:
            element = self._check_place(name, around, attributes)
        elif name in BARRED:
            self._check_around(name, BARRED[name])
        self._open.append(element)
        if attributes:
            self._check_attributes(element, attributes)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _check_place(self, name: str, around: str, attributes: dict[str, str]) -> str:
        """Report an element where it may not stand; return its name without a prefix."""
        element = name.partition(":")[2] or name
        if not around:
            self._check_root(name, element, attributes)
        elif element not in ELEMENTS:
            self._report("narrative-element", element=name)
        elif element not in WELL_PLACED[around]:
            self._report("narrative-nesting", element=element, around=around)
        return element

    def _check_around(self, element: str, barred: frozenset[str]) -> None:
        """Report a block inside running text, or a link inside a link, at any distance."""
        if len(self._open) > self._walk.limits.depth:
            self._walk.stop("too-deep", self._node.path, limit=self._walk.limits.depth)
        for around in reversed(self._open):
            if around in barred:
                self._report("narrative-nesting", element=element, around=around)
                return

    def _check_root(self, name: str, local: str, attributes: dict[str, str]) -> None:
        prefix = name.removesuffix(local).removesuffix(":")
        namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns")
        if local != "div":
            self._report("narrative-root", root=name)
        elif namespace != XHTML:
            self._report("narrative-namespace", namespace=namespace or "none", needed=XHTML)

    def _check_attributes(self, element: str, attributes: dict[str, str]) -> None:
        allowed = ATTRIBUTES[element]
        for name, value in attributes.items():
            if name not in allowed:
                if name == "xmlns" or name.startswith("xmlns:"):
                    self._check_namespace(name, value)
                else:
                    self._report("narrative-attribute", attribute=name, element=element)
            elif name == "style":
                if _is_active_style(value):
                    self._report("narrative-active", what=f"style {shortened(value)!r}")
            elif name in _LINKS:
                self._has_content |= element == "img"
                self._check_link(element, name, value)
            elif name == "id" or (name == "name" and element == "a"):
                self._check_id(name, value)

    def _check_namespace(self, name: str, value: str) -> None:
        # Another prefix may be declared and never used; the default one is always used.
        if name == "xmlns" and value != XHTML and len(self._open) > 1:
            self._report("narrative-namespace", namespace=value, needed=XHTML)

    def _check_link(self, element: str, name: str, value: str) -> None:
        if value.startswith("#"):
            self._fragments.append(value[1:])
            return
        read = _PASSED_OVER.sub("", value)
        match = _SCHEME.match(read)
        scheme = match[1].lower() if match else ""
        # A picture from data runs nothing, a page opened from data may.
        if scheme in _ACTIVE_SCHEMES or (scheme == "data" and name == "href"):
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

    def _text(self, text: str) -> bool:
        # Once there is some, nothing more is asked of the text, which most of a narrative is.
        self._has_content |= not text.isspace()
        return not self._has_content


def check_narrative(walk: Walk, node: Node) -> None:
    """Check the ``div`` of a Narrative."""
    div = node.value.get("div")
    if isinstance(div, str) and div:
        _Narrative(walk, node).check(div)
