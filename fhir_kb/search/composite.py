"""Several values that must be found together, in one element.

https://hl7.org/fhir/R4/search.html#composite
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from operator import and_

from fhir_kb.search.escapes import split
from fhir_kb.search.question import Match, Question
from fhir_kb.store.interface import Rows


def composite_of(matches: Mapping[str, Match]) -> Match:
    """Return the function for composites of the search types in ``matches``."""

    def match(question: Question, value: str) -> Rows:
        components = question.parameter.components
        parts = split(value, "$")
        if len(parts) != len(components) or not all(parts):
            expected = "$".join(code for code, _ in components)
            raise question.invalid(value, f"this composite takes {expected}")
        occurrences = [
            _match_component(question, matches, number, part) for number, part in enumerate(parts)
        ]
        return question.index.owners(
            question.type, question.parameter.code, reduce(and_, occurrences)
        )

    return match


def _match_component(
    question: Question, matches: Mapping[str, Match], number: int, part: str
) -> Rows:
    parameter = question.table.component(question.type, question.parameter, number)
    component = replace(
        question, parameter=parameter, composite=question.parameter.code, component=number
    )
    return matches[parameter.type](component, part)
