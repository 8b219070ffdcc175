"""The elements of stored resources, by place: what their texts come to, found once and kept.

https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.formats.stored_json import (
    StoredText,
    read_stored_json,
    stored_items,
    stored_members,
    stored_objects,
)
from fhir_kb.search.dates import period_of
from fhir_kb.search.leaves import Mark
from fhir_kb.search.place_tree import Branch, walk
from fhir_kb.search.words import CONTENT, NO_TEXTS, TEXTS, contents_of, distinct_words, narrative_of
from fhir_kb.store.index import IndexRows, Part

_TEXT_MAX = 1_000
"""Bytes of the longest text that is kept."""
_KEPT_MAX = 50_000
"""Texts that one element keeps."""
_TRIES, _NEW_MAX = 2_000, 0.95
"""Texts by which it is told whether to keep them, and how many may have been new, as a share."""

_ELEMENTS_MAX = 20_000
"""Elements without parameters that are known by their place."""

_OBJECT, _LIST, _STRING = b'{["'
_NO_ROOT: Json = {}


class Found:
    """What was found in one resource so far."""

    __slots__ = ("_body", "_resource", "dates", "shared", "words")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._resource: Json | None = None
        self.shared: list[Part] = []
        self.dates: list[tuple[str, int, int]] = []
        self.words: dict[str, set[str]] = {}

    def resource(self) -> Json:
        """Return the whole resource; only what cannot be told by a part of it asks for that."""
        if self._resource is None:
            self._resource = read_stored_json(self._body)
        return self._resource


class Room:
    """How many more elements may be known: data that was not checked may have any keys."""

    def __init__(self) -> None:
        self.left = _ELEMENTS_MAX

    def take(self) -> bool:
        """Take the place of one more, if there is one left; return whether there was."""
        self.left -= 1
        return self.left >= 0


class Elements:
    """The elements of an object at one place.

    ``known`` are those that anything is wanted of, by key; ``words`` are told of all others too.
    """

    def __init__(self, known: "dict[str, Element]", words: Sequence[str], room: Room) -> None:
        self._known = known
        self._words = words
        self._room = room

    def read(self, members: Mapping[str, StoredText], found: Found) -> None:
        """Add what the members of an object come to."""
        known, shared = self._known.get, found.shared
        for key, member in members.items():
            element = known(key)
            if element is None:
                if not self._words:
                    continue
                element = self._unknown(key)
            text = bytes(member)
            part = element.kept.get(text)
            if part is None:
                element.read(text, found)
            else:
                shared.append(part)

    def _unknown(self, key: str) -> "Element":
        """Return an element that no parameter looks at, for its words."""
        element = Words(key, self._words, self._room)
        if self._room.take():
            self._known[key] = element
        return element


class Element:
    """What stands below one key of an object.

    ``kept`` are the parts of texts that were read, and ``read`` adds what any other text comes
    to. Whether texts come again is tried first: of those that do not, nothing is kept.
    """

    def __init__(self, key: str, words: Sequence[str]) -> None:
        self.kept: dict[bytes, Part] = {}
        self.read: Read = self._try
        self._key = key
        self._words = words
        self._tried: dict[bytes, Part] = {}
        self._tries = 0

    def take(self, text: bytes, found: Found) -> None:
        """Add what any text comes to."""
        part = self.kept.get(text)
        if part is None:
            self.read(text, found)
        else:
            found.shared.append(part)

    def _try(self, text: bytes, found: Found) -> None:
        if not self._is_keepable(text):
            self._split(text, found)
            return
        part = self._tried.get(text)
        if part is None:
            part = self._tried[text] = self._part(text, _NO_ROOT)
        found.shared.append(part)
        self._tries += 1
        if self._tries == _TRIES:
            if len(self._tried) <= _TRIES * _NEW_MAX:
                self.kept = self._tried
                self.read = self._keep
            else:
                self.read = self._split
            self._tried = {}

    def _keep(self, text: bytes, found: Found) -> None:
        if not self._is_keepable(text):
            self._split(text, found)
            return
        if len(self.kept) >= _KEPT_MAX:
            self.kept.clear()
        part = self.kept[text] = self._part(text, _NO_ROOT)
        found.shared.append(part)

    def _each(self, read: "Read", text: bytes, found: Found) -> None:
        """Read each item of a list, or the only value; items in items have another form."""
        if text[0] != _LIST:
            read(text, found)
            return
        shared, kept = found.shared, self.kept
        for item in map(bytes, stored_items(text)):
            part = kept.get(item)
            if part is not None:
                shared.append(part)
            elif item[0] != _LIST:
                read(item, found)

    def _is_keepable(self, text: bytes) -> bool:
        """Whether all that a text comes to is told by the text itself, and it is not too long."""
        return len(text) <= _TEXT_MAX

    def _split(self, text: bytes, found: Found) -> None:
        """Add what a text comes to that is not kept."""
        raise NotImplementedError

    def _part(self, text: bytes, root: Json) -> Part:
        """Return what a text comes to as a whole; ``root`` is the resource it stands in."""
        elements = {self._key: read_stored_json(text)}
        rows = IndexRows()
        self._add(rows, elements, root)
        for code in self._words:
            words = distinct_words(TEXTS[code](elements))
            if words:
                rows.words[code] = list(words)
        return _NOTHING if rows == _NO_ROWS else Part(rows)

    def _add(self, rows: IndexRows, elements: Json, root: Json) -> None:
        """Add the entries of the element of an object, its words apart."""


class Words(Element):
    """An element that is looked into for its words alone."""

    def __init__(self, key: str, words: Sequence[str], room: Room) -> None:
        super().__init__(key, words)
        self._room = room
        self._elements: Elements | None = None
        if key in NO_TEXTS:
            self.read = self._split

    def _try(self, text: bytes, found: Found) -> None:
        self._each(super()._try, text, found)

    def _keep(self, text: bytes, found: Found) -> None:
        self._each(super()._keep, text, found)

    def _split(self, text: bytes, found: Found) -> None:
        kind = text[0]
        if kind == _OBJECT:
            self._read_objects((stored_members(text),), found)
        elif kind == _STRING:
            if self._key not in NO_TEXTS:
                self._add_words({self._key: read_stored_json(text)}, found)
        elif kind == _LIST:
            objects = stored_objects(text)
            if objects is None:
                self._add_words({self._key: read_stored_json(text)}, found)
            else:
                self._read_objects(objects, found)

    def _read_objects(self, objects: Iterable[Mapping[str, StoredText]], found: Found) -> None:
        if self._elements is None:
            self._elements = Elements({}, self._words, self._room)
        for members in objects:
            self._elements.read(members, found)

    def _add_words(self, elements: Json, found: Found) -> None:
        for code in self._words:
            found.words.setdefault(code, set()).update(distinct_words(TEXTS[code](elements)))


class Narrative(Words):
    """The narrative of a resource: it has words that nothing else has."""

    def __init__(self, words: Sequence[str], room: Room) -> None:
        super().__init__("text", words, room)
        self.read = self._split

    def _split(self, text: bytes, found: Found) -> None:
        narrative = read_stored_json(text)
        words = distinct_words(narrative_of({self._key: narrative}))
        for code in self._words:
            found.words.setdefault(code, set()).update(words)
        if CONTENT in self._words:
            if words:
                del narrative["div"]
            others = distinct_words(contents_of({self._key: narrative}))
            found.words[CONTENT].update(others)


class Values(Element):
    """An element whose value is turned into entries as a whole."""

    def __init__(self, branches: Sequence[Branch], words: Sequence[str]) -> None:
        super().__init__(branches[0].key, words)
        self._branches = branches
        self._is_conditional = any(map(_has_condition, branches))

    def _is_keepable(self, text: bytes) -> bool:
        return super()._is_keepable(text) and not self._may_lead_inside(text)

    def _split(self, text: bytes, found: Found) -> None:
        root = found.resource() if self._may_lead_inside(text) else _NO_ROOT
        found.shared.append(self._part(text, root))

    def _add(self, rows: IndexRows, elements: Json, root: Json) -> None:
        marked: list[tuple[Mark, Any]] = []
        walk(elements, self._branches, root, marked)
        for mark, value in marked:
            mark.add(rows, value)

    def _may_lead_inside(self, text: bytes) -> bool:
        """Whether a condition may have to look at what a reference leads to in the resource.

        An escape may hide that it does.
        """
        return self._is_conditional and (b'"#' in text or b"\\" in text)


class Dates(Element):
    """An element that is a date: it is read as quickly as it would be found among others."""

    def __init__(self, branch: Branch, words: Sequence[str], room: Room) -> None:
        super().__init__(branch.key, words)
        self.read = self._split
        self._codes = [leaf.code for leaf in branch.leaves]
        self._for_words = Words(branch.key, words, room) if words else None

    def _split(self, text: bytes, found: Found) -> None:
        for date in _texts(text):
            period = period_of(date)
            if period is not None:
                for code in self._codes:
                    found.dates.append((code, *period))
        if self._for_words is not None:
            self._for_words.take(text, found)


class Container(Values):
    """An element that only leads to others: where it comes again as it is, it is one part."""

    def __init__(self, branch: Branch, inside: Elements, words: Sequence[str], room: Room) -> None:
        super().__init__([branch], words)
        self._elements = inside
        self._for_words = Words(branch.key, words, room) if words else None

    def _try(self, text: bytes, found: Found) -> None:
        self._each(super()._try, text, found)

    def _keep(self, text: bytes, found: Found) -> None:
        self._each(super()._keep, text, found)

    def _split(self, text: bytes, found: Found) -> None:
        objects = stored_objects(text) if text[0] == _LIST else None
        if objects is not None:
            for members in objects:
                self._elements.read(members, found)
        else:
            self._each(self._split_one, text, found)

    def _split_one(self, text: bytes, found: Found) -> None:
        if text[0] == _OBJECT:
            self._elements.read(stored_members(text), found)
        elif self._for_words is not None:
            self._for_words.take(text, found)


Read = Callable[[bytes, Found], None]

_NO_ROWS = IndexRows()
_NOTHING = Part(_NO_ROWS)
"""What texts without entries and words come to."""


def _has_condition(branch: Branch) -> bool:
    return branch.holds is not None or any(map(_has_condition, branch.below))


def _texts(text: bytes) -> Iterable[str]:
    """Return what stands in a text for one value or several, as text; objects are none."""
    if text[0] == _STRING and b"\\" not in text:
        return (text[1:-1].decode(),)
    value = read_stored_json(text)
    values = value if isinstance(value, list) else (value,)
    return (str(each) for each in values if not isinstance(each, dict | list))
