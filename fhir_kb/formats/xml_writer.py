"""From the JSON shape to FHIR XML, straight into strings: no tree is built.

https://hl7.org/fhir/R4/xml.html
"""

import re
from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any

from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.formats.layout import Layout, Member, TypeLookup, resource_layout
from fhir_kb.formats.location import expression
from fhir_kb.formats.narrative import check_narrative
from fhir_kb.formats.number import PrintedDecimal, number_text

_POSITION = attrgetter("position")

FHIR = "http://hl7.org/fhir"


class XmlWriter:
    """Collects the ``parts`` of one document; ``_path`` says where a refused value stands."""

    def __init__(self, types: TypeLookup, indent: int | None) -> None:
        self.parts: list[str] = []
        self._types = types
        self._step = "" if indent is None else " " * indent
        self._path: list[str | int] = []
        self._root = "Resource"

    def write(self, resource: Json, margin: str) -> None:
        """Write a whole document; ``margin`` stands before each tag."""
        self._root = str(resource.get("resourceType", self._root))
        self._resource(resource, margin, f' xmlns="{FHIR}"')

    def _resource(self, value: Any, margin: str, attributes: str = "") -> None:
        name = value.get("resourceType") if isinstance(value, dict) else None
        layout = resource_layout(self._types, name) if isinstance(name, str) else None
        if name is None or layout is None:
            raise self._refusal(f"has the resourceType {name!r:.60}; this version has no such type")
        self._node(name, value, layout, margin, attributes)

    def _node(
        self, name: str, value: Any, layout: Layout, margin: str, attributes: str = ""
    ) -> None:
        if type(value) is not dict:
            raise self._refusal("is not an object, as its type is")
        children = []
        for key in value:
            member = layout.members.get(key)
            if member is None:
                sibling = self._sibling(key, layout)
                if sibling is not None and sibling.name not in value:
                    children.append(sibling)
            elif member.form == "attribute":
                attributes += f' {key}="{self._scalar(value[key], key)}"'
            else:
                children.append(member)
        if not children:
            self.parts.append(f"{margin}<{name}{attributes}/>")
            return
        children.sort(key=_POSITION)
        self.parts.append(f"{margin}<{name}{attributes}>")
        self._children(children, value, margin and margin + self._step)
        self.parts.append(f"{margin}</{name}>")

    def _sibling(self, key: str, layout: Layout) -> Member | None:
        """Return the primitive whose id and extensions ``key`` holds; refuse an unknown key."""
        sibling = layout.siblings.get(key)
        if sibling is None and (key != "resourceType" or not layout.is_resource):
            raise self._refusal("is not an element of this version", key)
        return sibling

    def _children(self, children: list[Member], value: Json, margin: str) -> None:
        path = self._path
        path.append("")
        for member in children:
            name = path[-1] = member.name
            item = value.get(name)
            extra = value.get(member.sibling) if member.is_primitive else None
            if member.is_list:
                self._items(member, item, extra, margin)
            elif not member.is_primitive:
                self._complex(member, item, margin)
            elif extra is None and type(item) is str and not _SPECIAL.search(item):
                # Most elements are this, so it is spared two calls.
                self.parts.append(f'{margin}<{name} value="{item}"/>')
            else:
                self._primitive(member, item, extra, margin)
        path.pop()

    def _items(self, member: Member, items: Any, extras: Any, margin: str) -> None:
        if not _is_list_or_none(items) or not _is_list_or_none(extras):
            raise self._refusal("is not a list, as its element is")
        path = self._path
        path.append(0)
        if member.is_primitive:
            for index in range(max(len(items or ()), len(extras or ()))):
                path[-1] = index
                self._primitive(member, _item(items, index), _item(extras, index), margin)
        else:
            for path[-1], item in enumerate(items):
                self._complex(member, item, margin)
        path.pop()

    def _primitive(self, member: Member, value: Any, extra: Any, margin: str) -> None:
        if extra is None:
            self.parts.append(f'{margin}<{member.name} value="{self._scalar(value)}"/>')
            return
        # With an id or extensions there may be no value.
        attributes = "" if value is None else f' value="{self._scalar(value)}"'
        self._node(member.name, extra, member.layout, margin, attributes)

    def _complex(self, member: Member, value: Any, margin: str) -> None:
        if member.form == "narrative":
            self._narrative(value, margin)
        elif member.layout.is_resource:
            self.parts.append(f"{margin}<{member.name}>")
            self._resource(value, margin and margin + self._step)
            self.parts.append(f"{margin}</{member.name}>")
        else:
            self._node(member.name, value, member.layout, margin)

    def _narrative(self, value: Any, margin: str) -> None:
        if type(value) is not str:
            raise self._refusal("is not text")
        try:
            check_narrative(value)
        except MalformedContent as error:
            raise self._refusal(f"cannot be written as XML: {error.reason}") from None
        self.parts.append(margin + value)

    def _scalar(self, value: Any, key: str | None = None) -> str:
        if type(value) is str and not _SPECIAL.search(value):
            return value
        write = _SCALARS.get(type(value))
        if write is None:
            raise self._refusal("is not a string, number or boolean", key)
        try:
            return write(value)
        except MalformedContent as error:
            raise self._refusal(error.reason, key) from None

    def _refusal(self, problem: str, key: str | None = None) -> MalformedContent:
        """Return the error for the element at hand, or for its ``key``."""
        path = tuple(self._path) if key is None else (*self._path, key)
        where = expression(self._root, path)
        return MalformedContent(f"{where[:200]} {problem}", expression=where)


def _is_list_or_none(value: Any) -> bool:
    return value is None or type(value) is list


def _item(values: list[Any] | None, index: int) -> Any:
    return values[index] if values is not None and index < len(values) else None


# Line breaks and tabs are written as numbers, or a reader would turn them into spaces; the
# characters that XML 1.0 cannot carry at all are found by the same search.
_SPECIAL = re.compile('[&<>"\x00-\x1f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    try:
        return _ESCAPES[match[0]]
    except KeyError:
        raise MalformedContent(f"holds U+{ord(match[0]):04X}, which XML cannot carry") from None


_SCALARS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
    bool: {True: "true", False: "false"}.__getitem__,
    int: str,
    Decimal: number_text,
    PrintedDecimal: number_text,
}
