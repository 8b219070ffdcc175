"""Contained resources: each has an id of its own and a connection with what contains it.

https://hl7.org/fhir/R4/references.html#contained
"""

import re
from collections.abc import Iterator
from typing import Any

from fhir_kb.fhirpath import Node
from fhir_kb.validation.walk import Walk

_IN_NARRATIVE = re.compile(r"""(?:src|href)=["'](#[^"']+)""")


def check_contained(walk: Walk, node: Node) -> None:
    """Report contained resources without an id, with one that stands twice, or unconnected."""
    contained = node.value.get("contained")
    if not isinstance(contained, list):
        return
    fragments = set(_fragments(node.value))
    ids: set[str] = set()
    for index, resource in enumerate(contained):
        if not isinstance(resource, dict):
            continue
        at, id = f"contained[{index}]", resource.get("id")
        if not isinstance(id, str):
            walk.report("contained-without-id", node, at=at)
            continue
        if id in ids:
            walk.report("repeated-contained-id", node, at=at, id=id)
        else:
            ids.add(id)
        if f"#{id}" not in fragments and "#" not in _fragments(resource):
            walk.report("unconnected-contained", node, at=at, id=id, source="dom-3")


def _fragments(value: Any) -> Iterator[str]:
    """Yield each text below ``value`` that leads to ``#id``: references, canonicals, links."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if value.__class__ is dict:
            waiting.extend(value.values())
        elif value.__class__ is list:
            waiting.extend(value)
        elif value.__class__ is not str:
            continue
        elif value.startswith("#"):
            yield value
        elif value.startswith("<"):
            # An image of the narrative may be a contained Binary.
            yield from _IN_NARRATIVE.findall(value)
