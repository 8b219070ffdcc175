"""What a profile asks of one element, ready to be checked: how often, what of each, what below.

https://hl7.org/fhir/R4/elementdefinition.html
"""

from dataclasses import dataclass

from fhir_kb.fhirpath import Node
from fhir_kb.validation.profiles.cardinality import Cardinality
from fhir_kb.validation.profiles.slicing import Slicing
from fhir_kb.validation.walk import Rule, Walk
from fhir_kb.validation.wording import listed


@dataclass(frozen=True, slots=True)
class ElementCheck:
    """An element, or a slice of one.

    ``must_support`` are the elements below that the profile marks so. A check is a Schema: it
    can be tried on a node.
    """

    name: str
    label: str
    url: str
    cardinality: Cardinality
    rules: tuple[Rule, ...] = ()
    children: tuple["ElementCheck", ...] = ()
    slicing: Slicing | None = None
    must_support: tuple[str, ...] = ()

    def check(self, walk: Walk, node: Node) -> None:
        """Report what one node and the nodes below it do not meet."""
        walk.tick(node)
        for rule in self.rules:
            rule(walk, node)
        for child in self.children:
            child.check_all(walk, node)
        if self.must_support:
            self._mention_absent(walk, node)

    def check_all(self, walk: Walk, parent: Node) -> None:
        """Report what the nodes of this element, below ``parent``, do not meet."""
        nodes = walk.children(parent, self.name)
        self.cardinality.check(walk, parent, len(nodes))
        outer = walk.scope
        for node in nodes:
            walk.scope = walk.scope_of(node)
            self.check(walk, node)
        walk.scope = outer
        if self.slicing is not None:
            self.slicing.check(walk, parent, nodes)

    def _mention_absent(self, walk: Walk, node: Node) -> None:
        absent = [
            name
            for name in self.must_support
            if not walk.children(node, name)
            and walk.first_time("must-support", f"{node.path}.{name}")
        ]
        if absent:
            walk.report(
                "must-support",
                node,
                source=self.url,
                element=self.label,
                names=listed(absent),
                profile=self.url,
            )
