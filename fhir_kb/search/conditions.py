"""Conditions on a resource: a parameter's values, a chain behind a reference, a chain back.

https://hl7.org/fhir/R4/search.html#chaining
"""

from collections.abc import Callable
from dataclasses import dataclass

from fhir_kb.definitions import SearchParameter
from fhir_kb.errors import InvalidParameter, UnsupportedModifier, UnsupportedParameter
from fhir_kb.search.escapes import split
from fhir_kb.search.search_types import modifiers
from fhir_kb.search.table import SearchTable

CHAIN_MAX = 4
"""References that one condition may follow."""

VALUE_LENGTH_MAX = 8_000
"""Characters of one value."""


@dataclass(frozen=True, slots=True)
class Values:
    """A parameter with one of these values, still escaped."""

    type: str
    parameter: SearchParameter
    name: str
    modifier: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A reference to a resource that meets the condition of its type."""

    type: str
    parameter: SearchParameter
    by_target: "tuple[tuple[str, Condition], ...]"


@dataclass(frozen=True, slots=True)
class Reverse:
    """Being referred to by a resource of type ``source`` that meets a condition (``_has``)."""

    type: str
    source: str
    parameter: SearchParameter
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Compared:
    """A parameter with a value of ``_filter``, as one of its operators compares them."""

    type: str
    parameter: SearchParameter
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts (``and``) or any of them (``or``)."""

    operator: str
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Negated:
    """Resources of ``type`` that do not meet the condition."""

    type: str
    condition: "Condition"


Condition = Values | Chain | Reverse | Compared | Joined | Negated


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads conditions by a table; ``values_max`` bounds the alternatives of one condition."""

    table: SearchTable
    values_max: int

    def read(self, type: str, name: str, value: str, depth: int = 0) -> Condition:
        """Return the condition that ``name=value`` states about resources of ``type``.

        Refuses a parameter that the type does not have (UnsupportedParameter), a modifier that
        the parameter does not take (UnsupportedModifier), and more values or references than are
        followed (InvalidParameter).
        """
        if depth > CHAIN_MAX:
            raise InvalidParameter(f"{name[:80]!r} follows more than {CHAIN_MAX} references")
        if name.startswith("_has:"):
            return self._reverse(type, name, value, depth)
        head, dot, rest = name.partition(".")
        code, _, modifier = head.partition(":")
        parameter = self.table.parameter(type, code)
        if dot:
            targets = self._targets(type, parameter, modifier)

            def following(target: str) -> Condition:
                return self.read(target, rest, value, depth + 1)

            return Chain(type, parameter, self._by_target(targets, following))
        if head != code and modifier not in modifiers(self.table, parameter):
            raise self._unsupported_modifier(type, parameter, modifier)
        return Values(type, parameter, name, modifier or None, self._values(name, value))

    def _values(self, name: str, value: str) -> tuple[str, ...]:
        values = tuple(part for part in split(value, ",") if part)
        if not values:
            raise InvalidParameter(f"{name} was given without a value", expression=name)
        if len(values) > self.values_max:
            raise InvalidParameter(
                f"{name} was given {len(values)} values; at most {self.values_max} are taken",
                expression=name,
            )
        if max(map(len, values)) > VALUE_LENGTH_MAX:
            raise InvalidParameter(
                f"{name} was given a value of more than {VALUE_LENGTH_MAX} characters",
                expression=name,
            )
        return values

    def _targets(self, type: str, parameter: SearchParameter, target: str) -> list[str]:
        served = [name for name in parameter.targets if name in self.table.parameters]
        if parameter.type != "reference" or not served:
            raise UnsupportedParameter(
                f"{parameter.code!r} of {type} refers to nothing that is served in "
                f"{self.table.version}; only such a reference can be followed"
            )
        if target and target not in served:
            raise UnsupportedModifier(
                f"{parameter.code!r} of {type} does not refer to {target[:64]!r} in "
                f"{self.table.version}; it refers to {', '.join(served)}"
            )
        return [target] if target else served

    def chained(
        self, type: str, references: list[str], last: Callable[[str], Condition]
    ) -> Condition:
        """Return the condition that ``last`` states behind references, one after the other."""
        if not references:
            return last(type)
        code, *rest = references
        parameter = self.table.parameter(type, code)
        targets = self._targets(type, parameter, "")
        by_target = self._by_target(targets, lambda target: self.chained(target, rest, last))
        return Chain(type, parameter, by_target)

    def _by_target(
        self, targets: list[str], read: Callable[[str], Condition]
    ) -> tuple[tuple[str, Condition], ...]:
        """Return the condition for each target that has it; refuse when none has."""
        by_target: list[tuple[str, Condition]] = []
        refusals: list[UnsupportedParameter] = []
        for target in targets:
            try:
                by_target.append((target, read(target)))
            except UnsupportedParameter as refusal:
                refusals.append(refusal)
        if not by_target:
            raise refusals[0]
        return tuple(by_target)

    def _reverse(self, type: str, name: str, value: str, depth: int) -> Reverse:
        _, *parts = name.split(":", 3)
        if len(parts) != 3:
            raise InvalidParameter(
                f"{name[:80]!r} is not complete: write _has:Type:reference:parameter=value",
                expression="_has",
            )
        source, reference, rest = parts
        if source not in self.table.parameters:
            raise UnsupportedParameter(
                f"_has asks for {source[:64]!r}, which is not served in {self.table.version}; "
                f"these types are: {', '.join(sorted(self.table.parameters))}"
            )
        parameter = self.table.parameter(source, reference)
        if parameter.type != "reference" or type not in parameter.targets:
            raise InvalidParameter(
                f"{reference!r} of {source} does not refer to {type} in {self.table.version}",
                expression="_has",
            )
        return Reverse(type, source, parameter, self.read(source, rest, value, depth + 1))

    def _unsupported_modifier(
        self, type: str, parameter: SearchParameter, modifier: str
    ) -> UnsupportedModifier:
        allowed = modifiers(self.table, parameter)
        offer = f"it takes :{', :'.join(allowed)}" if allowed else "it takes none"
        return UnsupportedModifier(
            f"The {parameter.type} parameter {parameter.code!r} of {type} does not take the "
            f"modifier ':{modifier[:64]}' in {self.table.version}; {offer}",
            expression=f"{parameter.code}:{modifier[:64]}",
        )
