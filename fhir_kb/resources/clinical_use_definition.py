"""ClinicalUseDefinition (R4B, R5): uses, contraindications, interactions, effects, warnings.

https://hl7.org/fhir/R5/clinicalusedefinition.html. R4B calls another treatment ``therapy``,
R5 ``treatment``; all else that is used here is the same.
"""

from collections.abc import Iterator

from fhir_kb.facts.drug_facts import (
    Contraindication,
    EffectDetail,
    Indication,
    Interaction,
    Precaution,
    UndesirableEffect,
)
from fhir_kb.facts.fact import ConceptId, Fact
from fhir_kb.facts.knowledge import Drug
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    codeable,
    complex_extension,
    identifier,
    present,
    reference,
)
from fhir_kb.resources.frame import frame
from fhir_kb.resources.indication import indication_detail
from fhir_kb.resources.sourcing import fact_sources
from fhir_kb.resources.wording import amount_words, effect_detail_row

_FREQUENCY = "http://hl7.org/fhir/undesirable-effect-frequency"
_FREQUENCIES = {"rare": "Rare", "infrequent": "Uncommon", "common": "Common"}


def build_r4b(context: Context) -> Iterator[Json]:
    """Yield the clinical uses and use issues of each medicine, in R4B."""
    return _build(context, "therapy")


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the clinical uses and use issues of each medicine, in R5."""
    return _build(context, "treatment")


def _build(context: Context, treatment: str) -> Iterator[Json]:
    for drug in context.knowledge.drugs.values():
        for indication in context.about(drug, Indication):
            yield _indication(context, drug, indication, treatment)
        for contraindication in context.about(drug, Contraindication):
            yield _contraindication(context, drug, contraindication)
        for interaction in context.about(drug, Interaction):
            yield _interaction(context, drug, interaction)
        for precaution in context.about(drug, Precaution):
            yield _warning(context, drug, precaution)
        for event, facts in effects_of(context, drug).items():
            yield _undesirable_effect(context, drug, event, facts)


def effects_of(
    context: Context, drug: Drug
) -> dict[ConceptId, tuple[list[UndesirableEffect], list[EffectDetail]]]:
    """Return each undesirable effect of a medicine: its statements and their details."""
    events: dict[ConceptId, tuple[list[UndesirableEffect], list[EffectDetail]]] = {}
    for effect in context.about(drug, UndesirableEffect):
        events.setdefault(effect.event, ([], []))[0].append(effect)
    for detail in context.about(drug, EffectDetail):
        events.setdefault(detail.event, ([], []))[1].append(detail)
    return events


def _opening(
    context: Context,
    drug: Drug,
    id: str,
    type: str,
    words: str,
    facts: list[Fact],
    rows: list[tuple[str, str | None]],
) -> Json:
    title = f"{context.text(drug.concept)}: {words}"
    opening = frame("ClinicalUseDefinition", id, "drug-knowledge", title, rows)
    opening["extension"] = fact_sources(context, *facts)
    return opening | {
        "identifier": [identifier("clinical-use", id)],
        "type": type,
        "subject": [reference("Medication", drug.id, context.text(drug.concept))],
    }


def _indication(context: Context, drug: Drug, fact: Indication, treatment: str) -> Json:
    settings = ", ".join(context.text(setting) for setting in fact.setting)
    rows: list[tuple[str, str | None]] = [
        ("Condition", context.text(fact.condition)),
        ("Setting", settings),
        ("Status", fact.status),
        ("Extent", fact.extent),
        ("In words", fact.says),
    ]
    id = context.resource_id(drug, fact)
    words = f"use in {context.text(fact.condition)}"
    element = _opening(context, drug, id, "indication", words, [fact], rows)
    element["extension"].insert(0, indication_detail(context, fact))
    therapies = [
        {
            "relationshipType": {"text": "combined with"},
            treatment: {"reference": reference("Medication", partner, partner)},
        }
        for partner in fact.with_
    ]
    statuses = [{"concept": codeable(context, setting)} for setting in fact.setting]
    element["indication"] = present(
        diseaseSymptomProcedure={"concept": codeable(context, fact.condition)},
        diseaseStatus=statuses[0] if statuses else None,
        otherTherapy=therapies,
    )
    return element


def _contraindication(context: Context, drug: Drug, fact: Contraindication) -> Json:
    rows: list[tuple[str, str | None]] = [
        ("Contraindicated in", context.text(fact.condition)),
        ("Strength", fact.strength),
        ("In words", fact.says),
        ("Note", fact.note),
    ]
    id = context.resource_id(drug, fact)
    words = f"contraindicated in {context.text(fact.condition)}"
    return _opening(context, drug, id, "contraindication", words, [fact], rows) | {
        "contraindication": {
            "diseaseSymptomProcedure": {"concept": codeable(context, fact.condition)}
        }
    }


def _interaction(context: Context, drug: Drug, fact: Interaction) -> Json:
    rows: list[tuple[str, str | None]] = [
        ("Interacts with", context.text(fact.with_)),
        ("Effect", context.text(fact.effect)),
        ("Management", fact.management),
        ("In words", fact.says),
    ]
    id = context.resource_id(drug, fact)
    words = f"interaction with {context.text(fact.with_)}"
    return _opening(context, drug, id, "interaction", words, [fact], rows) | {
        "interaction": {
            "interactant": [{"itemCodeableConcept": codeable(context, fact.with_)}],
            "type": {"text": f"drug-{fact.kind}"},
            "effect": {"concept": codeable(context, fact.effect)},
            "management": [{"text": fact.management}],
        }
    }


def _warning(context: Context, drug: Drug, fact: Precaution) -> Json:
    words = context.text(fact.topic)
    event = context.text(fact.event) if fact.event else None
    after = amount_words(fact.after) if fact.after else None
    rows: list[tuple[str, str | None]] = [
        ("Precaution", words),
        ("Because of", event),
        ("For how long after treatment", after),
        ("In words", fact.says),
    ]
    id = context.resource_id(drug, fact)
    return _opening(context, drug, id, "warning", words, [fact], rows) | {
        "warning": {
            "description": fact.says or words,
            "code": codeable(context, fact.topic),
        }
    }


def _undesirable_effect(
    context: Context,
    drug: Drug,
    event: ConceptId,
    facts: tuple[list[UndesirableEffect], list[EffectDetail]],
) -> Json:
    effects, details = facts
    frequency = next((effect.frequency for effect in effects if effect.frequency), None)
    rows: list[tuple[str, str | None]] = [("Effect", context.text(event))]
    for effect in effects:
        rows += [
            ("Frequency (source's words)", effect.frequency),
            ("Severity", effect.severity),
            ("Seriousness (source's words)", effect.serious),
            ("In words", effect.says),
        ]
    rows += [effect_detail_row(detail) for detail in details]
    id = f"{drug.id}-{event}"
    element = _opening(
        context, drug, id, "undesirable-effect", context.text(event), [*effects], rows
    )
    for detail in details:
        element["extension"].append(_detail(context, detail))
    element["undesirableEffect"] = present(
        symptomConditionEffect={"concept": codeable(context, event)},
        frequencyOfOccurrence=_frequency(frequency) if frequency else None,
    )
    return element


def _frequency(words: str) -> Json:
    """Return the source's words, coded only where it uses the very word of a code."""
    code = _FREQUENCIES.get(words)
    codings = (
        [{"system": _FREQUENCY, "code": code, "display": code}] if code == words.title() else []
    )
    return present(coding=codings, text=words)


def _detail(context: Context, detail: EffectDetail) -> Json:
    terms = [("term", {"valueString": term}) for term in detail.terms]
    threshold = amount_choice("value", detail.threshold) if detail.threshold else None
    mark = complex_extension(
        "effect-detail",
        [("aspect", {"valueCode": detail.aspect}), *terms, ("threshold", threshold)],
    )
    return {**mark, "extension": [*mark["extension"], *fact_sources(context, detail)]}
