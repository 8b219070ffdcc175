"""MedicationKnowledge: what is known of one medicine.

https://hl7.org/fhir/R4/medicationknowledge.html, https://hl7.org/fhir/R5/medicationknowledge.html

R4 has synonym, manufacturer, administrationGuidelines and contraindication (DetectedIssue);
R5 has name, indicationGuideline and clinicalUseIssue (ClinicalUseDefinition). What neither has
an element for is a ``knowledge-statement``.
"""

from collections.abc import Iterator

from fhir_kb.facts.drug_facts import (
    Contraindication,
    Dosing,
    DrugCharacteristic,
    DrugClass,
    DrugName,
    Indication,
    Interaction,
    Manufacturer,
    Mechanism,
    Precaution,
    RelatedDrug,
    RiskProgramme,
    Route,
    UndesirableEffect,
)
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Drug
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    codeable,
    extension,
    identifier,
    own_extension,
    present,
    reference,
)
from fhir_kb.resources.dosage import Dosages, dosages_r4, dosages_r5, step_words
from fhir_kb.resources.frame import frame
from fhir_kb.resources.indication import indication_detail
from fhir_kb.resources.sourcing import fact_sources, sourced
from fhir_kb.resources.statement import drug_statements
from fhir_kb.resources.wording import amount_words

_XVER_MANUFACTURER = (
    "http://hl7.org/fhir/4.0/StructureDefinition/extension-MedicationKnowledge.manufacturer"
)


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the MedicationKnowledge of each medicine, in R4 and R4B."""
    for drug in context.knowledge.drugs.values():
        opening = _opening(context, drug)
        code = opening.pop("code")
        names = list(context.about(drug, DrugName))
        yield opening | present(
            code=code,
            status="active",
            manufacturer=next(_manufacturers(context, drug), None),
            synonym=[name.name for name in names],
            _synonym=_marks(context, names),
            relatedMedicationKnowledge=list(_related(context, drug)),
            associatedMedication=[reference("Medication", drug.id)],
            monograph=list(_monographs(context, drug)),
            ingredient=[{"itemCodeableConcept": codeable(context, drug.concept)}],
            intendedRoute=list(_routes(context, drug)),
            monitoringProgram=list(_programmes(context, drug)),
            administrationGuidelines=list(_guidelines_r4(context, drug)),
            medicineClassification=list(_classifications(context, drug)),
            drugCharacteristic=list(_characteristics(context, drug)),
            contraindication=list(_contraindications_r4(context, drug)),
            regulatory=list(_regulatory(context, drug)),
        )


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the MedicationKnowledge of each medicine, in R5."""
    for drug in context.knowledge.drugs.values():
        opening = _opening(context, drug)
        code = opening.pop("code")
        names = list(context.about(drug, DrugName))
        manufacturers = [
            extension(_XVER_MANUFACTURER, valueReference=manufacturer)
            for manufacturer in _manufacturers(context, drug)
        ]
        yield opening | present(
            extension=[*opening.get("extension", []), *manufacturers],
            identifier=[identifier("drug", drug.id)],
            code=code,
            status="active",
            name=[name.name for name in names],
            _name=_marks(context, names),
            relatedMedicationKnowledge=list(_related(context, drug)),
            associatedMedication=[reference("Medication", drug.id)],
            monograph=list(_monographs(context, drug)),
            monitoringProgram=list(_programmes(context, drug)),
            indicationGuideline=list(_guidelines_r5(context, drug)),
            medicineClassification=list(_classifications(context, drug)),
            clinicalUseIssue=list(_clinical_use_issues(context, drug)),
            regulatory=list(_regulatory(context, drug)),
            definitional=present(
                intendedRoute=list(_routes(context, drug)),
                ingredient=[{"item": {"concept": codeable(context, drug.concept)}}],
                drugCharacteristic=list(_characteristics(context, drug)),
            ),
        )


def _opening(context: Context, drug: Drug) -> Json:
    facts: Iterator[Fact] = context.about(drug, Fact)
    opening = frame(
        "MedicationKnowledge",
        drug.id,
        "drug-knowledge",
        context.text(drug.concept),
        _rows(context, drug),
    )
    statements = list(drug_statements(context, _own(context, drug, facts)))
    return opening | present(extension=statements, code=codeable(context, drug.concept))


def _own(context: Context, drug: Drug, facts: Iterator[Fact]) -> Iterator[Fact]:
    """Yield the facts that are the medicine's own; remarks on a study stay with the study."""
    studies = {id(fact) for study in context.knowledge.studies.values() for fact in study}
    return (fact for fact in facts if id(fact) not in studies or fact.drug == drug.id)


def _rows(context: Context, drug: Drug) -> Iterator[tuple[str, str | None]]:
    yield "Names", ", ".join(name.name for name in context.about(drug, DrugName))
    yield (
        "Classes",
        ", ".join(
            context.text(fact.class_)
            for fact in context.about(drug, DrugClass)
            if fact.member == "yes"
        ),
    )
    yield "Routes", ", ".join(context.text(fact.route) for fact in context.about(drug, Route))
    for indication in context.about(drug, Indication):
        settings = ", ".join(context.text(setting) for setting in indication.setting)
        words = [context.text(indication.condition), settings, indication.extent or ""]
        yield f"Use ({indication.status})", "; ".join(filter(None, words))
    for dosing in context.about(drug, Dosing):
        steps = "; ".join(step_words(context, step) for step in dosing.steps)
        yield f"Dose: {_dosing_words(context, dosing)}", steps
    for contraindication in context.about(drug, Contraindication):
        yield "Contraindication", context.text(contraindication.condition)
    effects = dict.fromkeys(fact.event for fact in context.about(drug, UndesirableEffect))
    yield "Undesirable effects", ", ".join(context.text(event) for event in effects)


def _dosing_words(context: Context, dosing: Dosing) -> str:
    concepts = [dosing.condition, dosing.setting, *dosing.patients]
    words = [context.text(concept) for concept in concepts if concept]
    if dosing.threshold:
        words.append(amount_words(dosing.threshold))
    if dosing.study:
        words.append(context.knowledge.studies[dosing.study].short)
    return ", ".join(words) or "general"


def _marks(context: Context, facts: list[DrugName]) -> list[Json]:
    return [{"extension": fact_sources(context, fact)} for fact in facts]


def _manufacturers(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, Manufacturer):
        organization = context.knowledge.organizations[fact.organization]
        element = reference("Organization", organization.id, organization.name)
        yield sourced(context, element, fact)


def _related(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, RelatedDrug):
        related = {
            "type": codeable(context, fact.relation),
            "reference": [reference("MedicationKnowledge", other, other) for other in fact.drugs],
        }
        yield sourced(context, related, fact)


def _monographs(context: Context, drug: Drug) -> Iterator[Json]:
    used = dict.fromkeys(str(cite.source) for fact in drug for cite in fact.cite)
    for id in used:
        source = context.knowledge.sources[id]
        yield {
            "type": {"text": source.kind.replace("-", " ")},
            "source": reference("DocumentReference", id, source.name),
        }


def _routes(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, Route):
        yield sourced(context, codeable(context, fact.route), fact)


def _programmes(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, RiskProgramme):
        plan = reference("PlanDefinition", context.resource_id(drug, fact), fact.name)
        program = {
            "extension": [own_extension("risk-programme-plan", valueReference=plan)],
            "type": {"text": "Risk management programme"},
            "name": fact.name,
        }
        yield sourced(context, program, fact)


def _regulatory(context: Context, drug: Drug) -> Iterator[Json]:
    authorities = dict.fromkeys(
        fact.authority for fact in context.about(drug, RiskProgramme) if fact.authority
    )
    for id in authorities:
        organization = context.knowledge.organizations[id]
        yield {"regulatoryAuthority": reference("Organization", id, organization.name)}


def _classifications(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, DrugClass):
        if fact.member == "yes":
            classification = {
                "type": {"text": "class"},
                "classification": [codeable(context, fact.class_)],
            }
            yield sourced(context, classification, fact)
    for mechanism in context.about(drug, Mechanism):
        concepts = (*mechanism.effects, *mechanism.targets)
        element = {
            "type": {"text": "mechanism"},
            "classification": [codeable(context, concept) for concept in concepts],
        }
        yield sourced(context, element, mechanism)


def _characteristics(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, DrugCharacteristic):
        element = {
            "type": {"text": fact.aspect.replace("-", " ")},
            "valueCodeableConcept": codeable(context, fact.value),
        }
        yield sourced(context, element, fact)


def _contraindications_r4(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, Contraindication):
        condition = codeable(context, fact.condition)
        display = context.text(fact.condition)
        yield reference("DetectedIssue", context.resource_id(drug, fact), display) | {
            "extension": [
                own_extension("contraindicated-condition", valueCodeableConcept=condition)
            ]
        }


def _clinical_use_issues(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, Contraindication):
        condition = codeable(context, fact.condition)
        display = context.text(fact.condition)
        yield reference("ClinicalUseDefinition", context.resource_id(drug, fact), display) | {
            "extension": [
                own_extension("contraindicated-condition", valueCodeableConcept=condition)
            ]
        }
    others: list[Fact] = [
        *context.about(drug, Interaction),
        *context.about(drug, Precaution),
    ]
    for other in others:
        yield reference("ClinicalUseDefinition", context.resource_id(drug, other))
    for event in dict.fromkeys(fact.event for fact in context.about(drug, UndesirableEffect)):
        yield reference("ClinicalUseDefinition", f"{drug.id}-{event}", context.text(event))


# --- indications and doses ---


def _guidelines_r4(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, Indication):
        guideline = {
            "extension": [indication_detail(context, fact)],
            "indicationCodeableConcept": codeable(context, fact.condition),
        }
        yield sourced(context, guideline, fact)
    for dosing in context.about(drug, Dosing):
        yield present(
            dosage=[_typed_dosage(context, dosing, dosages_r4)],
            indicationCodeableConcept=codeable(context, dosing.condition)
            if dosing.condition
            else None,
            patientCharacteristics=list(_patients_r4(context, dosing)),
        )


def _guidelines_r5(context: Context, drug: Drug) -> Iterator[Json]:
    for fact in context.about(drug, Indication):
        use = reference("ClinicalUseDefinition", context.resource_id(drug, fact))
        indication = {"concept": codeable(context, fact.condition), "reference": use}
        yield sourced(context, {"indication": [indication]}, fact)
    for dosing in context.about(drug, Dosing):
        guideline = present(
            treatmentIntent=codeable(context, dosing.setting) if dosing.setting else None,
            dosage=[_typed_dosage(context, dosing, dosages_r5)],
            patientCharacteristic=list(_patients_r5(context, dosing)),
        )
        yield present(
            indication=[{"concept": codeable(context, dosing.condition)}]
            if dosing.condition
            else None,
            dosingGuideline=[guideline],
        )


def _typed_dosage(context: Context, dosing: Dosing, dosages: Dosages) -> Json:
    steps = dosages(context, dosing)
    for concept, name in ((dosing.purpose, "dose-purpose"), (dosing.until, "dose-until")):
        if concept:
            value = codeable(context, concept)
            steps[-1]["extension"].insert(0, own_extension(name, valueCodeableConcept=value))
    return {"type": {"text": _dosing_words(context, dosing)}, "dosage": steps}


def _patients_r4(context: Context, dosing: Dosing) -> Iterator[Json]:
    for concept in dosing.patients:
        yield present(
            characteristicCodeableConcept=codeable(context, concept),
            value=[amount_words(dosing.threshold)] if dosing.threshold else None,
        )


def _patients_r5(context: Context, dosing: Dosing) -> Iterator[Json]:
    for concept in dosing.patients:
        value = amount_choice("value", dosing.threshold) if dosing.threshold else {}
        yield {"type": codeable(context, concept), **value}
