"""Slices: which of an element's repetitions belong to which slice, and what the slicing allows.

https://hl7.org/fhir/R4/profiling.html#slicing
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.validation.profiles.cardinality import Cardinality
from fhir_kb.validation.walk import Schema, Walk
from fhir_kb.validation.wording import listed

Matcher = Callable[[Walk, Node], bool | None]
"""Whether a node belongs to a slice; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice: how its nodes are known, how many there may be, what is asked of each.

    ``inner`` are the slices of the slice.
    """

    name: str
    cardinality: Cardinality
    matches: Matcher
    schema: Schema
    inner: "Slicing | None" = None


@dataclass(frozen=True, slots=True)
class Slicing:
    """The slices of an element, in their order.

    ``rules`` is open, closed or openAtEnd. ``default`` is asked of what is in no slice.
    """

    label: str
    url: str
    rules: str
    ordered: bool
    slices: tuple[Slice, ...]
    default: Schema | None = None

    def check(self, walk: Walk, parent: Node, nodes: list[Node]) -> None:
        """Check each node against its slices, and the slices against their number and order."""
        members: dict[str, list[Node]] = {each.name: [] for each in self.slices}
        doubtful: set[str] = set()
        places: list[int | None] = []
        for node in nodes:
            walk.tick(node)
            verdicts = [each.matches(walk, node) for each in self.slices]
            for each, verdict in zip(self.slices, verdicts, strict=True):
                if verdict:
                    members[each.name].append(node)
                    each.schema.check(walk, node)
                elif verdict is None:
                    doubtful.add(each.name)
            places.append(verdicts.index(True) if True in verdicts else None)
            if True not in verdicts and None not in verdicts:
                self._check_unsliced(walk, node)
        self._count(walk, parent, members, doubtful)
        self._check_order(walk, nodes, places)
        for each in self.slices:
            if each.inner is not None:
                each.inner.check(walk, parent, members[each.name])

    def _count(
        self, walk: Walk, parent: Node, members: dict[str, list[Node]], doubtful: set[str]
    ) -> None:
        for each in self.slices:
            least, number = each.cardinality.min, len(members[each.name])
            if each.name not in doubtful:
                each.cardinality.check(walk, parent, number)
            elif least is not None and number < least.number:
                walk.report(
                    "slice-not-told",
                    parent,
                    source=least.profile,
                    element=each.cardinality.label,
                    profile=least.profile,
                )

    def _check_unsliced(self, walk: Walk, node: Node) -> None:
        if self.default is not None:
            self.default.check(walk, node)
        elif self.rules == "closed":
            walk.report(
                "no-slice",
                node,
                source=self.url,
                element=self.label,
                slices=listed([each.name for each in self.slices]),
                profile=self.url,
            )

    def _check_order(self, walk: Walk, nodes: list[Node], places: list[int | None]) -> None:
        latest, unsliced = 0, None
        for node, place in zip(nodes, places, strict=True):
            if place is None:
                unsliced = node
                continue
            name = self.slices[place].name
            facts: dict[str, Any] = {"slice": name, "element": self.label, "profile": self.url}
            if self.rules == "openAtEnd" and unsliced is not None:
                walk.report("slice-after-others", node, source=self.url, **facts)
            if self.ordered and place < latest:
                before = self.slices[latest].name
                walk.report("slice-order", node, source=self.url, before=before, **facts)
            latest = max(latest, place)
