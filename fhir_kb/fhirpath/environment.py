"""What an expression may know and do beyond the resource it is evaluated on.

https://hl7.org/fhirpath/#environment-variables
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhir_kb.fhirpath.node import Node, Nodes
from fhir_kb.fhirpath.quantity import Units
from fhir_kb.formats import Json
from fhir_kb.units import convert


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one evaluation may do: hostile input must not hang the server.

    A step is an item looked at, or 16 characters of text made. ``deadline`` is an instant of
    ``time.monotonic()``, looked at every few thousand steps. A match of a regular expression is
    given ``match_seconds``.
    """

    max_steps: int = 1_000_000
    deadline: float | None = None
    match_seconds: float = 0.25


@dataclass(frozen=True, slots=True)
class Environment:
    """The outside world of an evaluation; what is not given is refused when it is asked for.

    ``resource`` and ``root_resource`` are %resource and %rootResource; without them they are
    found from the evaluated node. ``resolve`` gets a reference and returns the resource.
    ``member_of`` gets a coded node and a value set's URL, ``subsumes`` two coded nodes,
    ``conforms_to`` a node and a profile's URL, ``html_checks`` a narrative's div; each returns
    None where it cannot tell. ``units`` converts a value from one UCUM unit to another.
    ``variables`` are further %variables: a Node, a list of them, a JSON object or a plain value.
    ``now`` is the clock that now(), today() and timeOfDay() read. ``trace`` gets the name and
    the nodes of each trace().
    """

    resource: Node | None = None
    root_resource: Node | None = None
    resolve: Callable[[str], Json | None] | None = None
    member_of: Callable[[Node, str], bool | None] | None = None
    subsumes: Callable[[Node, Node], bool | None] | None = None
    conforms_to: Callable[[Node, str], bool | None] | None = None
    html_checks: Callable[[Node], bool | None] | None = None
    units: Units = convert
    variables: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    trace: Callable[[str, Nodes], None] | None = None
    budget: Budget = Budget()


NOTHING_GIVEN = Environment()
