"""Extension ``knowledge-statement``: what has no element of its own, in words and figures."""

from collections.abc import Iterator

from fhir_kb.facts.drug_facts import (
    DoseFactor,
    DoseLimit,
    DrugClass,
    DrugComparison,
    ResponseTime,
)
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.remarks import Discrepancy, HistoricalEvent, Silence, Statement
from fhir_kb.facts.study_facts import Finding
from fhir_kb.facts.values import Amount
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import amount_choice, complex_extension
from fhir_kb.resources.sourcing import sourced
from fhir_kb.resources.wording import amount_words


def knowledge_statement(
    context: Context, fact: Fact, topic: str, text: str, amount: Amount | None = None
) -> Json:
    """Return one statement with its topic, words, figure and source."""
    parts: list[tuple[str, Json | None]] = [
        ("topic", {"valueCode": topic}),
        ("text", {"valueString": text}),
        ("value", amount_choice("value", amount) if amount else None),
    ]
    return sourced(context, complex_extension("knowledge-statement", parts), fact)


def drug_statements(context: Context, facts: Iterator[Fact]) -> Iterator[Json]:
    """Yield a statement for each fact whose kind has no element in MedicationKnowledge."""
    for fact in facts:
        match fact:
            case Statement():
                yield knowledge_statement(context, fact, fact.topic, fact.says or "")
            case HistoricalEvent():
                year = f"{fact.year}: " if fact.year else ""
                text = fact.says or context.text(fact.event)
                yield knowledge_statement(context, fact, "history", f"{year}{text}")
            case ResponseTime():
                words = f"{fact.bound} time to response in {context.text(fact.condition)}"
                text = fact.says or f"{words}: {amount_words(fact.time)}"
                yield knowledge_statement(context, fact, "response-time", text, fact.time)
            case DoseLimit():
                text = fact.says or f"{fact.kind.replace('-', ' ')}: {amount_words(fact.dose)}"
                yield knowledge_statement(context, fact, fact.kind, text, fact.dose)
            case DoseFactor():
                factors = ", ".join(context.text(factor) for factor in fact.factors)
                text = fact.says or f"The dose depends on {factors}."
                yield knowledge_statement(context, fact, "dose-factor", text)
            case DrugComparison():
                against = context.text(fact.with_)
                words = f"{context.text(fact.topic)}: {fact.direction} than with {against}"
                yield knowledge_statement(context, fact, "comparison", fact.says or words)
            case DrugClass() if fact.member == "no":
                text = fact.says or f"Not {context.text(fact.class_)}."
                yield knowledge_statement(context, fact, "not-a-member-of-class", text)
            case Finding():
                words = f"{context.text(fact.outcome)}: {fact.direction}"
                yield knowledge_statement(context, fact, "finding", fact.says or words)
            case Discrepancy():
                reading = f" Read as: {fact.reading}" if fact.reading else ""
                text = fact.says or " / ".join(fact.values)
                yield knowledge_statement(context, fact, "discrepancy", f"{text}{reading}")
            case Silence():
                missing = ", ".join(fact.missing)
                text = fact.says or f"The source does not state: {missing}."
                yield knowledge_statement(context, fact, "silence", text)
