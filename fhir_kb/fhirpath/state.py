"""What changes while an expression is evaluated.

https://hl7.org/fhirpath/#special-variables
"""

import time
from collections.abc import Mapping

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath.environment import Environment
from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.values import EMPTY

_STEPS_BETWEEN_LOOKS = 5_000
"""Steps after which the clock is looked at."""
_CHARACTERS_PER_STEP = 16

_NO_VARIABLES: Mapping[str, Nodes] = {}


class State:
    """One evaluation: its environment, $index and $total, defined variables, steps left."""

    __slots__ = ("context", "environment", "index", "ready", "reserve", "total", "variables")

    def __init__(self, environment: Environment, context: Nodes) -> None:
        self.environment = environment
        self.context = context
        self.index = 0
        self.total: Nodes = EMPTY
        self.variables = _NO_VARIABLES
        self.ready = 0
        self.reserve = environment.budget.max_steps

    def spend(self, steps: int) -> None:
        """Note work done; refuse to go on when the budget is used up."""
        self.ready -= steps
        if self.ready < 0:
            self._draw()

    def spend_characters(self, count: int) -> None:
        """Note that a text of ``count`` characters was made: it must not fill the memory."""
        self.spend(count // _CHARACTERS_PER_STEP)

    def _draw(self) -> None:
        budget = self.environment.budget
        self.reserve += self.ready
        if self.reserve < 0:
            raise FHIRPathError(
                f"The FHIRPath expression was stopped after {budget.max_steps} steps; "
                "make it narrower or raise Budget.max_steps"
            )
        if budget.deadline is not None and time.monotonic() > budget.deadline:
            raise FHIRPathError("The FHIRPath expression was stopped: its time is used up")
        self.ready = min(_STEPS_BETWEEN_LOOKS, self.reserve)
        self.reserve -= self.ready

    @property
    def resource(self) -> Node | None:
        """%resource: the resource that holds the node the evaluation started from."""
        if self.environment.resource is not None:
            return self.environment.resource
        node = self.context[0] if self.context else None
        return None if node is None else resource_around(node)

    @property
    def root_resource(self) -> Node | None:
        """%rootResource: as %resource, but for a contained resource the one that contains it."""
        if self.environment.root_resource is not None:
            return self.environment.root_resource
        resource = self.resource
        while resource is not None and resource.name == "contained" and resource.parent:
            resource = resource.parent
        return resource


def resource_around(node: Node) -> Node | None:
    """Return the nearest resource at or above ``node``."""
    around: Node | None = node
    while around is not None:
        if around.value.__class__ is dict and "resourceType" in around.value:
            return around
        around = around.parent
    return None
