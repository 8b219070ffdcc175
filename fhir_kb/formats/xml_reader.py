"""From FHIR XML to the JSON shape, with the parser's events and without a tree.

https://hl7.org/fhir/R4/xml.html and https://hl7.org/fhir/R4/json.html#xml
"""

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat  # noqa: S407  # expat is safe once DOCTYPE is refused, as here

from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.formats.json_shape import Scalar, add_primitive, scalar_of, steps_to
from fhir_kb.formats.layout import Layout, Member, TypeLookup, resource_layout
from fhir_kb.formats.location import Fault, Location, Path
from fhir_kb.formats.narrative import XHTML, narrative_text
from fhir_kb.formats.text import depth_error

FHIR = "http://hl7.org/fhir"

MESSAGE_MAX = 400
"""Longest message in characters: a name in it may be a megabyte."""

_SCHEMA_LOCATION = "http://www.w3.org/2001/XMLSchema-instance schemaLocation"
FAULTS_MAX = 1000
"""After this many faults no more are collected."""


@dataclass(slots=True)
class XmlPlace:
    """Where an element starts, counted in bytes, and the elements inside it."""

    offset: int = 0
    inside: dict[str | int, "XmlPlace"] = field(default_factory=dict)


_NOWHERE = XmlPlace()


@dataclass(slots=True)
class _Frame:
    """An element that is open.

    ``value`` is the object it fills: a primitive's id and extensions, or the resource inside.
    ``layout`` is None until that resource has said its type. ``steps`` lead here from the frame
    around. ``last`` is the member that came last, ``scalar`` the value of a primitive.
    """

    value: Json
    layout: Layout | None
    steps: Path
    place: XmlPlace
    primitive: Member | None = None
    scalar: Scalar | None = None
    last: Member | None = None


@dataclass(frozen=True, slots=True)
class _Narrative:
    """A div that is being passed over: where its source begins, and what its tag declares."""

    value: Json
    name: str
    start: int
    declared: set[str]


class XmlReader:
    """Reads one document: ``value`` is the resource, ``faults`` what is wrong, ``root`` its place.

    Raised is what stops the reading: text that is no XML, a DOCTYPE, another encoding, a root
    that is no resource of this version, too many levels; in ``strict`` mode also the first fault.
    Places are kept only ``with_places``.
    """

    def __init__(
        self,
        data: bytes,
        types: TypeLookup,
        *,
        max_depth: int,
        strict: bool = False,
        with_places: bool = False,
    ) -> None:
        self.value: Json = {}
        self.faults: list[Fault] = []
        self.root = XmlPlace()
        self._data = data
        self._types = types
        self._max_depth = max_depth
        self._strict = strict
        self._with_places = with_places
        self._frames: list[_Frame] = []
        self._depth = 0
        self._skipped_from = 0
        self._narrative: _Narrative | None = None
        self._declared: set[str] = set()
        self._parser = self._new_parser()
        self._parse()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._check_declaration
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartNamespaceDeclHandler = self._declare
        self._listen(parser)
        return parser

    def _listen(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _pass_over(self) -> None:
        """Hear nothing of the element at hand but how deep it goes, until it ends."""
        self._skipped_from = self._depth
        self._parser.StartElementHandler = self._start_skipped
        self._parser.EndElementHandler = self._end_skipped
        self._parser.CharacterDataHandler = None

    def _parse(self) -> None:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise MalformedContent(
                f"The content is not XML: {expat.ErrorString(error.code)}",
                line=error.lineno,
                column=error.offset + 1,
            ) from None

    def _check_declaration(self, version: str, encoding: str | None, _: int) -> None:
        if version != "1.0":
            raise self._refusal(f"The content is XML {version}; send XML 1.0")
        if encoding is not None and encoding.casefold() != "utf-8":
            raise self._refusal(f"The content says its encoding is {encoding}; send UTF-8")

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise self._refusal("The content holds a DOCTYPE, which is never read; send it without")

    def _declare(self, prefix: str | None, _: str) -> None:
        self._declared.add(prefix or "")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        declared, self._declared = self._declared, set()
        self._deepen()
        namespace, _, name = name.rpartition(" ")
        frame = self._frames[-1] if self._frames else None
        if frame is None:
            self._start_document(namespace, name, attributes)
        elif frame.layout is None:
            self._start_resource(frame, namespace, name, attributes)
        else:
            self._start_element(frame, frame.layout, namespace, name, attributes, declared)

    def _end(self, _: str) -> None:
        self._depth -= 1
        frame = self._frames.pop()
        if frame.primitive is not None:
            add_primitive(self._frames[-1].value, frame.primitive, frame.scalar, frame.value)

    def _start_skipped(self, _: str, __: dict[str, str]) -> None:
        self._deepen()

    def _end_skipped(self, _: str) -> None:
        self._depth -= 1
        if self._depth < self._skipped_from:
            self._listen(self._parser)
            if self._narrative:
                self._end_narrative(self._narrative)

    def _deepen(self) -> None:
        self._depth += 1
        if self._depth > self._max_depth:
            raise depth_error(self._max_depth, self._data[: self._parser.CurrentByteIndex].decode())

    def _text(self, text: str) -> None:
        if words := text.strip(" \t\r\n"):
            self._fault("text", f"The text {words[:40]!r} stands between elements; remove it")

    def _start_document(self, namespace: str, name: str, attributes: dict[str, str]) -> None:
        layout = resource_layout(self._types, name)
        if layout is None or namespace != FHIR:
            raise self._refusal(
                f"The root element is {name!r} in the namespace {namespace!r}; "
                f"a resource type of this version in {FHIR!r} is needed"
            )
        self.root.offset = self._parser.CurrentByteIndex
        self.value["resourceType"] = name
        self._open(_Frame(self.value, layout, (), self.root), attributes)

    def _start_resource(
        self, holder: _Frame, namespace: str, name: str, attributes: dict[str, str]
    ) -> None:
        layout = resource_layout(self._types, name)
        if "resourceType" in holder.value:
            self._skip("repeated-element", f"{name!r} is a second resource where one may be", name)
        elif layout is None or namespace != FHIR:
            self._skip("unknown-resource", f"{name!r} is no resource type of this version", name)
        else:
            holder.value["resourceType"] = name
            self._open(_Frame(holder.value, layout, (), holder.place), attributes)

    def _start_element(
        self,
        frame: _Frame,
        layout: Layout,
        namespace: str,
        name: str,
        attributes: dict[str, str],
        declared: set[str],
    ) -> None:
        member = self._admitted(frame, layout, namespace, name)
        if member is None:
            return
        place = self._place(frame, member) if self._with_places else _NOWHERE
        if member.form == "narrative":
            start = self._parser.CurrentByteIndex
            self._narrative = _Narrative(frame.value, name, start, declared)
            self._pass_over()
        elif member.form == "node":
            self._start_node(frame, member, place, attributes)
        else:
            self._start_primitive(frame, member, place, attributes)

    def _admitted(self, frame: _Frame, layout: Layout, namespace: str, name: str) -> Member | None:
        """Return the member that an element is; None when it is a fault and is passed over."""
        member = layout.members.get(name)
        if member is None:
            self._skip("unknown-element", f"{name!r} is no element of this type", name)
            return None
        if member.form == "attribute":
            self._skip("unknown-element", f"{name!r} is an attribute, not an element", name)
            return None
        if not member.is_list and (name in frame.value or member.sibling in frame.value):
            self._skip("repeated-element", f"{name!r} is repeated; it may stand once", name)
            return None
        expected = XHTML if member.form == "narrative" else FHIR
        if namespace != expected:
            message = f"{name!r} is in the namespace {namespace!r}; it belongs to {expected!r}"
            if member.form != "narrative":
                self._skip("wrong-namespace", message, name)
                return None
            self._fault("wrong-namespace", message, name)
        self._check_order(frame, member)
        return member

    def _check_order(self, frame: _Frame, member: Member) -> None:
        if frame.last is not None and member.position < frame.last.position:
            message = f"{member.name!r} stands after {frame.last.name!r}; move it up"
            self._fault("element-order", message, member.name)
        else:
            frame.last = member

    def _start_node(
        self, frame: _Frame, member: Member, place: XmlPlace, attributes: dict[str, str]
    ) -> None:
        layout = member.layout
        steps = steps_to(frame.value, member)
        value: Json = {}
        if member.is_list:
            frame.value.setdefault(member.name, []).append(value)
        else:
            frame.value[member.name] = value
        opened = _Frame(value, None if layout.is_resource else layout, steps, place)
        self._open(opened, attributes)

    def _start_primitive(
        self, frame: _Frame, member: Member, place: XmlPlace, attributes: dict[str, str]
    ) -> None:
        layout = member.layout
        name, *index = steps_to(frame.value, member)
        opened = _Frame({}, layout, (f"_{name}", *index), place, primitive=member)
        text = attributes.pop("value", None)
        if text is not None:
            opened.scalar = scalar_of(member.form, text)
        self._open(opened, attributes)

    def _open(self, frame: _Frame, attributes: dict[str, str]) -> None:
        self._frames.append(frame)
        for name, value in attributes.items():
            member = frame.layout.members.get(name) if frame.layout else None
            if member is not None and member.form == "attribute":
                frame.value[name] = value
            elif name != _SCHEMA_LOCATION:
                local = name.rpartition(" ")[2]
                self._fault("unknown-attribute", f"{local!r} is no attribute of this element")

    def _end_narrative(self, narrative: _Narrative) -> None:
        end = self._parser.CurrentByteIndex
        source = narrative_text(self._data, narrative.start, end, narrative.declared)
        narrative.value[narrative.name] = source
        self._narrative = None

    def _place(self, frame: _Frame, member: Member) -> XmlPlace:
        """Return the place of an element that starts now, hung into that of the frame around."""
        inside = frame.place.inside
        for step in steps_to(frame.value, member):
            place = inside.setdefault(step, XmlPlace(self._parser.CurrentByteIndex))
            inside = place.inside
        return place

    def _location(self) -> Location:
        return Location(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _refusal(self, message: str) -> MalformedContent:
        line, column = self._location()
        return MalformedContent(message[:MESSAGE_MAX], line=line, column=column)

    def _skip(self, kind: str, message: str, name: str) -> None:
        self._fault(kind, message, name)
        self._pass_over()

    def _fault(self, kind: str, message: str, *name: str) -> None:
        if len(self.faults) >= FAULTS_MAX:
            return
        steps = (step for frame in self._frames for step in frame.steps)
        fault = Fault(kind, message[:MESSAGE_MAX], (*steps, *name), self._location())
        if self._strict:
            raise fault.error()
        self.faults.append(fault)
