"""Faults made from the definitions, one at a time, in a resource that has none.

For every element that a resource holds: what is required is dropped, a code of a required binding
is replaced by one outside it, a reference is turned to a type that may not stand there, and a
primitive is spoilt in each way that its type knows. The element where an error must be reported
follows from the definitions, so no list of expectations is kept.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhir_kb.definitions import Definitions, Element, ElementType, TypeDefinition
from fhir_kb.formats import Json
from fhir_kb.formats.location import Path
from fhir_kb.validation import Issue

KINDS = ("required", "code", "target", "primitive")

_ANY_TEXT: tuple[Any, ...] = (17, "", None, ["x"], {})
_WRONG: Mapping[str, tuple[Any, ...]] = {
    "base64Binary": ("#", "QUJ", 17),
    "boolean": ("true", 1, None, "yes"),
    "canonical": (*_ANY_TEXT, "a b", "relative/url"),
    "code": (*_ANY_TEXT, " x", "a  b"),
    "date": (*_ANY_TEXT, "2020-02-30", "2020-13", "20-01-01", "2020-01-01T00:00:00Z"),
    "dateTime": (*_ANY_TEXT, "2021-02-29", "2020-01-01T10:00:00", "2020-01-01T25:00:00Z"),
    "decimal": ("1.5", True, None),
    "id": (*_ANY_TEXT, "a_b", "x" * 65),
    "instant": (*_ANY_TEXT, "2020-01-01", "2020-01-01T00:00:00"),
    "integer": ("1", Decimal("1.5"), 2**31, None),
    "integer64": (17, "1.5", str(2**63)),
    "markdown": _ANY_TEXT,
    "oid": (*_ANY_TEXT, "1.2.3", "urn:oid:9.x"),
    "positiveInt": ("1", 0, -1, Decimal("1.5"), 2**31),
    "string": _ANY_TEXT,
    "time": (*_ANY_TEXT, "25:00:00", "10:00"),
    "unsignedInt": ("1", -1, Decimal("1.5"), 2**31),
    "uri": (*_ANY_TEXT, "a b"),
    "url": (*_ANY_TEXT, "a b"),
    "uuid": (*_ANY_TEXT, "urn:uuid:X"),
    "xhtml": (17, "", "<p>", '<div xmlns="http://www.w3.org/1999/xhtml"><script/></div>'),
}


@dataclass(frozen=True)
class Mutant:
    """A resource with one fault.

    ``element`` is the path of the fault without indexes, ``expected`` the FHIRPath at which (or
    below which) an error must stand.
    """

    kind: str
    element: str
    change: str
    expected: str
    resource: Json

    def is_caught(self, issues: Iterable[Issue], before: Iterable[Issue] = ()) -> bool:
        """Return whether an error stands at the element that did not stand ``before``."""
        known = {(issue.expression, issue.message) for issue in before}
        return any(
            issue.is_error
            and _is_at(issue.expression, self.expected, self.kind)
            and (issue.expression, issue.message) not in known
            for issue in issues
        )


def mutants(resource: Json, definitions: Definitions) -> Iterator[Mutant]:
    """Yield every mutant of a resource, in the order of its elements."""
    name = resource["resourceType"]
    yield from _Mutator(resource, definitions).object(resource, name, (), name, name)


def _is_at(expression: str, expected: str, kind: str) -> bool:
    if kind in ("required", "primitive"):
        return expression == expected
    return expression == expected or expression.startswith(f"{expected}.")


class _Mutator:
    def __init__(self, resource: Json, definitions: Definitions) -> None:
        self._resource = resource
        self._definitions = definitions

    def object(
        self, value: Json, type: str, path: Path, expression: str, element_path: str
    ) -> Iterator[Mutant]:
        """Yield the mutants of an object and of everything inside it."""
        definition = self._definitions.type(value.get("resourceType", type))
        assert definition is not None, type
        for key, held in value.items():
            if key == "resourceType" or key.startswith("_"):
                continue
            element, element_type = definition.json_names[key]
            here = f"{element_path}.{key}"
            if element.min:
                yield self._without(value, key, path, expression, here, definition)
            for index, item in enumerate(held if isinstance(held, list) else [held]):
                if item is None:
                    continue
                is_list = isinstance(held, list)
                item_path = (*path, key, index) if is_list else (*path, key)
                place = f"{expression}.{element.name}" + (f"[{index}]" if is_list else "")
                has_more = _beside(value, key, index) is not None
                for mutant in self._item(item, element, element_type, item_path, place, here):
                    # With extensions beside it, a primitive may be null.
                    if not (has_more and mutant.change == "None"):
                        yield mutant

    def _item(
        self, item: Any, element: Element, type: ElementType, path: Path, place: str, here: str
    ) -> Iterator[Mutant]:
        for change, spoilt in self._broken_codes(item, element, type):
            yield self._with("code", path, spoilt, place, here, change)
        for change, spoilt in self._wrong_targets(item, type):
            yield self._with("target", path, spoilt, place, here, change)
        if isinstance(item, dict):
            yield from self.object(item, _checked_type(type), path, place, here)
            return
        for wrong in _WRONG[type.code]:
            yield self._with("primitive", path, wrong, place, here, repr(wrong)[:40])

    def _without(
        self,
        value: Json,
        key: str,
        path: Path,
        expression: str,
        here: str,
        definition: TypeDefinition,
    ) -> Mutant:
        left = {name: held for name, held in value.items() if name not in (key, f"_{key}")}
        # An empty object would be reported as that, so something optional takes its place.
        if not left:
            left = {"id": "x"}
        return self._with("required", path, left, expression, here, "dropped")

    def _broken_codes(
        self, item: Any, element: Element, type: ElementType
    ) -> Iterator[tuple[str, Any]]:
        binding = element.binding
        if binding is None or binding.strength != "required":
            return
        if self._definitions.value_set(binding.value_set) is None:
            return
        coding = {"system": "http://example.org/none", "code": "no-such-code"}
        match type.code:
            case "code" | "uri" | "string":
                yield "no-such-code", "no-such-code?!"
            case "Coding":
                yield "another system", coding
            case "CodeableConcept":
                yield "another system", {"coding": [coding]}
                yield "text alone", {"text": "no code"}

    def _wrong_targets(self, item: Any, type: ElementType) -> Iterator[tuple[str, Any]]:
        targets = [target.rpartition("/")[2] for target in type.targets]
        if type.code not in ("Reference", "CodeableReference") or not targets:
            return
        if type.code == "CodeableReference" and "reference" not in item:
            return
        wrong = next((name for name in _CANDIDATES if not self._is_allowed(name, targets)), None)
        if wrong is not None:
            reference = {"reference": f"{wrong}/x"}
            is_reference = type.code == "Reference"
            yield wrong, reference if is_reference else {"reference": reference}

    def _is_allowed(self, name: str, targets: list[str]) -> bool:
        return any(self._definitions.is_subtype(name, target) for target in targets)

    def _with(
        self, kind: str, path: Path, value: Any, expected: str, here: str, change: str
    ) -> Mutant:
        """Return the resource with ``value`` at ``path``."""
        if not path:
            return Mutant(kind, here, change, expected, value)
        changed = _replaced(self._resource, path, value)
        return Mutant(kind, here, change, expected, changed)


def _beside(value: Json, key: str, index: int) -> Any:
    extra = value.get(f"_{key}")
    return extra[index] if isinstance(extra, list) else extra


_CANDIDATES = ("Basic", "Slot", "Linkage", "Binary")
"""Types that few references may lead to."""


def _checked_type(type: ElementType) -> str:
    return type.profiles[0] if type.code == "Quantity" and type.profiles else type.code


def _replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a copy in which only what stands above the place is new."""
    if not path:
        return copy.deepcopy(new)
    step, *rest = path
    changed = copy.copy(value)
    changed[step] = _replaced(value[step], tuple(rest), new)
    return changed
