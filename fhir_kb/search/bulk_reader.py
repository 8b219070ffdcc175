"""Index entries of stored texts, in parts that many resources share: what bulk builds are fast by.

https://hl7.org/fhir/R4/json.html

A text is taken apart along the places of the search parameters. What stood at the same place
before, such as a coding or a reference, is not parsed again: its entries and its words are one
part of all resources that hold it. What no parameter looks at is not parsed at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from fhir_kb.formats import Json
from fhir_kb.formats.stored_json import stored_members
from fhir_kb.search.bulk_elements import (
    Container,
    Dates,
    Element,
    Elements,
    Found,
    Narrative,
    Room,
    Values,
)
from fhir_kb.search.leaves import Leaf, Mark
from fhir_kb.search.place_tree import Branch, PlaceTree
from fhir_kb.search.words import CONTENT, TEXT
from fhir_kb.store.index import IndexRows, Part, Parts


class BulkReader:
    """Reads the stored texts of one resource type.

    ``add_rest`` adds the entries that need the whole resource, where there are such; ``words`` are
    the parameters that look for words.
    """

    def __init__(
        self,
        tree: PlaceTree[Mark],
        words: Sequence[str],
        add_rest: Callable[[IndexRows, Json], None] | None,
    ) -> None:
        room, inside = Room(), [code for code in words if code == CONTENT]
        known = _known(tree.branches, inside, room)
        if TEXT in words:
            known["text"] = Narrative(words, room)
        self._elements = Elements(known, inside, room)
        self._add_rest = add_rest

    def parts(self, body: bytes) -> Parts:
        """Return the index entries of a resource."""
        found = Found(body)
        self._elements.read(stored_members(body), found)
        if self._add_rest is not None:
            rows = IndexRows()
            self._add_rest(rows, found.resource())
            found.shared.append(Part(rows))
        # The same text often stands in several items of a list.
        return Parts(dict.fromkeys(found.shared), found.dates, found.words.items())


def _known(branches: Iterable[Branch], words: Sequence[str], room: Room) -> dict[str, Element]:
    """Return how the elements of an object are read, by key."""
    return {key: _element(of_key, words, room) for key, of_key in _by_key(branches).items()}


def _element(branches: Sequence[Branch], words: Sequence[str], room: Room) -> Element:
    """Return how the elements that these branches of one key lead to are read."""
    if len(branches) == 1 and branches[0].holds is None:
        [branch] = branches
        if not branch.leaves:
            inside = Elements(_known(branch.below, words, room), words, room)
            return Container(branch, inside, words, room)
        if not branch.below and all(_is_plain_date(leaf) for leaf in branch.leaves):
            return Dates(branch, words, room)
    return Values(branches, words)


def _is_plain_date(mark: Mark) -> bool:
    return isinstance(mark, Leaf) and mark.is_plain_date


def _by_key(branches: Iterable[Branch]) -> Mapping[str, Sequence[Branch]]:
    found: dict[str, list[Branch]] = {}
    for branch in branches:
        found.setdefault(branch.key, []).append(branch)
    return found
