"""Why a card may be overridden: a few coded reasons, as a rule names them.

https://cds-hooks.hl7.org/2.0/#overridereason
"""

from collections.abc import Iterable

from fhir_kb.facts.fact import ConceptId
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import CONCEPTS, coding

REASONS_MAX = 6
"""A longer list is not read."""


def override_reasons(knowledge: Knowledge, rules: Iterable[Rule]) -> list[Json]:
    """Return the reasons that these rules name, each once."""
    named = dict.fromkeys(reason for rule in rules for reason in rule.header.override_reasons)
    return [override_reason(knowledge, reason) for reason in list(named)[:REASONS_MAX]]


def override_reason(knowledge: Knowledge, id: ConceptId) -> Json:
    """Return a reason as a Coding: its public code, or else our own."""
    concept = knowledge.concept(id)
    public = next(iter(concept.codings), None)
    if public is None:
        return coding(CONCEPTS, concept.id, concept.text)
    return coding(public.system, public.code, public.display)
