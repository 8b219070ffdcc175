"""The comparisons that a prefix asks for, over any column of intervals.

https://hl7.org/fhir/R4/search.html#prefix
"""

import re
from collections.abc import Callable, Mapping
from math import inf
from typing import NamedTuple

from fhir_kb.store.interface import Intervals, Rows

_PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.0-9])")


class Asked(NamedTuple):
    """An interval asked for, both ends included.

    ``before`` is the largest value below it, ``after`` the smallest above it.
    """

    low: float
    high: float
    before: float
    after: float


Compare = Callable[[Intervals, Asked], Rows]

# Each row is the specification's definition in terms of ranges, resource against question.
COMPARISONS: Mapping[str, Compare] = {
    "eq": lambda held, asked: held.within(asked.low, asked.high),
    "ne": lambda held, asked: held.starting(-inf, asked.before) | held.ending(asked.after, inf),
    "gt": lambda held, asked: held.ending(asked.after, inf),
    "lt": lambda held, asked: held.starting(-inf, asked.before),
    "ge": lambda held, asked: held.ending(asked.after, inf) | held.within(asked.low, asked.high),
    "le": lambda held, asked: (
        held.starting(-inf, asked.before) | held.within(asked.low, asked.high)
    ),
    "sa": lambda held, asked: held.starting(asked.after, inf),
    "eb": lambda held, asked: held.ending(-inf, asked.before),
    "ap": lambda held, asked: held.touching(asked.low, asked.high),
}


def split_prefix(value: str) -> tuple[str, str]:
    """Return the prefix, ``eq`` where there is none, and what follows it."""
    found = _PREFIX.match(value)
    return (found[1], value[2:]) if found else ("eq", value)
