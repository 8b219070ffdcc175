"""From conditions to the rows that meet them.

https://hl7.org/fhir/R4/search.html#combining
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import and_

from pyroaring import BitMap, FrozenBitMap

from fhir_kb.search.conditions import (
    Chain,
    Compared,
    Condition,
    Joined,
    Negated,
    Reverse,
    Values,
)
from fhir_kb.search.filter_operators import operators_of
from fhir_kb.search.filter_query import FILTER
from fhir_kb.search.question import Question, union
from fhir_kb.search.result import SearchWarning
from fhir_kb.search.search_types import search_type
from fhir_kb.search.table import LIST, SearchTable
from fhir_kb.store.interface import Field, Rows, Store
from fhir_kb.store.keys import parts_of, reference_key

NEGATED = frozenset({"not", "not-in"})

_BY_TERMINOLOGY = frozenset({"in", "not-in", "above", "below"})
"""Modifiers whose answer does not depend on the store alone, or comes with a warning."""

_FEW = 1000
"""Up to so many resources are followed one by one; for more, the index is read through."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Where conditions are evaluated; ``base_url`` is this server's own address.

    ``warnings`` gathers what the answers do not cover.
    """

    store: Store
    table: SearchTable
    base_url: str = ""
    warnings: list[SearchWarning] = field(default_factory=list)

    def all_of(self, type: str, conditions: Iterable[Condition]) -> Rows:
        """Return the rows of a type that meet every condition."""
        sets = [self.rows(condition) for condition in conditions]
        everything = self.store.rows_of_type(type)
        return reduce(and_, sorted(sets, key=len), everything) if sets else everything

    def rows(self, condition: Condition) -> Rows:
        """Return the rows that meet one condition."""
        match condition:
            case Values():
                return self._with_values(condition)
            case Chain(by_target=targets):
                return union([self._referring(condition, *target) for target in targets])
            case Reverse():
                return self._referred_to(condition)
            case Compared():
                return self._compared(condition)
            case Joined(operator="and"):
                return reduce(and_, [self.rows(part) for part in condition.parts])
            case Joined():
                return union([self.rows(part) for part in condition.parts])
            case Negated():
                return self.store.rows_of_type(condition.type) - self.rows(condition.condition)

    def _compared(self, condition: Compared) -> Rows:
        question = Question(
            self.store,
            self.table,
            condition.type,
            condition.parameter,
            FILTER,
            base_url=self.base_url,
            warnings=self.warnings,
        )
        return operators_of(condition.parameter)[condition.operator](question, condition.value)

    def _with_values(self, condition: Values) -> Rows:
        question = Question(
            self.store,
            self.table,
            condition.type,
            condition.parameter,
            condition.name,
            condition.modifier,
            self.base_url,
            self.warnings,
        )
        if condition.modifier == "missing":
            return self._missing(question, condition.values)
        if condition.modifier in _BY_TERMINOLOGY or condition.parameter.code == LIST:
            return self._matching(question, condition.values)
        asked = ("values", condition.type, condition.name, condition.values, self.base_url)
        return self.store.remembered(asked, lambda: self._matching(question, condition.values))

    def _matching(self, question: Question, values: tuple[str, ...]) -> Rows:
        match = search_type(question.parameter).match
        found = union([match(question, value) for value in values])
        if question.modifier in NEGATED:
            return self.store.rows_of_type(question.type) - found
        return found

    def _missing(self, question: Question, values: tuple[str, ...]) -> Rows:
        if len(values) != 1 or values[0] not in ("true", "false"):
            raise question.invalid(",".join(values), ":missing takes true or false")
        present = self.store.present(question.type, question.parameter.code)
        if values[0] == "false":
            return present
        return self.store.rows_of_type(question.type) - present

    def _referring(self, chain: Chain, target: str, condition: Condition) -> Rows:
        """Return the rows whose reference leads to a ``target`` that meets the condition."""
        field = Field(chain.type, chain.parameter.code, "reference")
        wanted = self.rows(condition)
        if len(wanted) <= _FEW:
            keys = [reference_key(*identity) for identity in self.store.identities(wanted)]
            return union([self.store.term(field, key) for key in keys])
        return union([rows for row, rows in self._references(field, target) if row in wanted])

    def _referred_to(self, reverse: Reverse) -> Rows:
        """Return the rows that a resource meeting the condition refers to."""
        referring = self.rows(reverse.condition)
        if len(referring) <= _FEW:
            return self._linked(referring, reverse)
        field = Field(reverse.source, reverse.parameter.code, "reference")
        found = BitMap(
            row
            for row, rows in self._references(field, reverse.type)
            if not rows.isdisjoint(referring)
        )
        return FrozenBitMap(found)

    def _linked(self, referring: Rows, reverse: Reverse) -> Rows:
        rows = (
            self.store.row(reverse.type, link.id)
            for row in referring
            for link in self.store.links(row)
            if link.parameter == reverse.parameter.code and link.type == reverse.type and link.id
        )
        return FrozenBitMap(row for row in rows if row is not None)

    def _references(self, field: Field, target: str) -> Iterator[tuple[int, Rows]]:
        """Yield each resource of type ``target`` that is referred to, with who refers to it."""
        for key, rows in self.store.terms(field, "", None):
            id, type = parts_of(key)
            row = self.store.row(type, id) if type == target else None
            if row is not None:
                yield row, rows
