"""The elements of a snapshot as rows of plain JSON values, and back.

https://hl7.org/fhir/R4/profiling.html#snapshot

What an element inherits (``Library.text`` from ``DomainResource.text``) is not written twice: its
row names where it is ``from``, holds what differs and says what it ``lacks``. Constraints, which
stand on nearly every element, are kept once and numbered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fhir_kb.formats import Json

Row = dict[str, Any]
FindElement = Callable[[str], Json]
"""From a path (``DomainResource.text``) to the element of that type's snapshot."""

_IDENTITY = frozenset({"id", "path"})


def encode_snapshots(
    snapshots: Mapping[str, Sequence[Json]],
) -> tuple[dict[str, list[Row]], list[Json]]:
    """Return the rows of each type's elements by the type's name, and the constraints they number.

    The types that elements are inherited from must be among ``snapshots``; the id of an element
    is its path, as it is wherever nothing is sliced.
    """
    by_path = {each["path"]: each for elements in snapshots.values() for each in elements}
    numbers: dict[str, int] = {}
    rows = {
        type: [_encoded(each, by_path, numbers) for each in elements]
        for type, elements in snapshots.items()
    }
    return rows, [json.loads(text) for text in numbers]


def _encoded(element: Json, by_path: Mapping[str, Json], numbers: dict[str, int]) -> Row:
    path, origin = element["path"], element["base"]["path"]
    if path == origin:
        row = {key: value for key, value in element.items() if key not in ("id", "base")}
    else:
        inherited = by_path[origin]
        row = {"path": path, "from": origin}
        row |= {
            key: value
            for key, value in element.items()
            if key not in _IDENTITY and inherited.get(key) != value
        }
        lacks = [key for key in inherited if key not in element]
        row |= {"lacks": lacks} if lacks else {}
    if "constraint" in row:
        row["constraint"] = [_number(each, numbers) for each in row["constraint"]]
    return row


def _number(constraint: Json, numbers: dict[str, int]) -> int:
    text = json.dumps(constraint, ensure_ascii=False)
    return numbers.setdefault(text, len(numbers))


def decode_element(row: Row, find: FindElement, constraints: Sequence[Json]) -> Json:
    """Return the ElementDefinition in ``row``; ``find`` gives those that it is inherited from."""
    content = {key: value for key, value in row.items() if key not in ("from", "lacks")}
    if "constraint" in row:
        content["constraint"] = [constraints[number] for number in row["constraint"]]
    path = row["path"]
    if "from" not in row:
        base = {"path": path, "min": row["min"], "max": row["max"]}
        return {"id": path, **content, "base": base}
    lacks = row.get("lacks", ())
    inherited = {key: value for key, value in find(row["from"]).items() if key not in lacks}
    return {**inherited, "id": path, **content}
