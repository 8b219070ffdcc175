"""ResearchStudy: a study as its source describes it.

https://hl7.org/fhir/R4/researchstudy.html, https://hl7.org/fhir/R5/researchstudy.html

R4 has category, location, sponsor, enrollment and arm; R5 has studyDesign, region,
associatedParty, recruitment, comparisonGroup and outcomeMeasure, which R4 and R4B carry in the
cross-version extensions. In R5 ``status`` is the status of the publication and ``completed``
goes to progressStatus. The parts that do not differ are in ``study_element``.
"""

from collections.abc import Iterator

from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import (
    Arm,
    Objective,
    ResponseCriterion,
    StudyGroup,
    StudyParty,
)
from fhir_kb.formats import Json
from fhir_kb.resources.bibliography import citation_text, link
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import codeable, coded, present, reference
from fhir_kb.resources.group import eligibility_id
from fhir_kb.resources.sourcing import sourced
from fhir_kb.resources.study_element import (
    arm_medications,
    criterion_name,
    criterion_words,
    description,
    designs,
    objective_name,
    objective_outcomes,
    opening,
    period,
    phase,
    places,
    protocols,
    registrations,
    response_criterion,
    site_names,
)
from fhir_kb.resources.study_groups import enrolled_group, group_reference, publication_id
from fhir_kb.resources.study_note import study_notes
from fhir_kb.resources.xver import alternate_reference, r5_backbone, r5_element
from fhir_kb.settings import CANONICAL

_ROLES = "http://hl7.org/fhir/research-study-party-role"
_STATES = "http://hl7.org/fhir/research-study-status"
_ARM_TYPES = "http://hl7.org/fhir/research-study-arm-type"
_TITLE_TYPES = "http://hl7.org/fhir/title-type"
_PARTY_ROLES = {
    "sponsor": coded(_ROLES, "sponsor", "sponsor"),
    "ethics": coded(_ROLES, "irb", "Institutional Review Board"),
    "investigator-site": {"text": "investigator site"},
}
_ARM_ROLES = {"experimental": "Experimental", "active-comparator": "Active Comparator"}


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the ResearchStudies of R4 and R4B."""
    for study in context.knowledge.studies.values():
        start = opening(context, study)
        start["extension"] += _r5_elements(context, study)
        sponsors = [party for party in study.of(StudyParty) if party.role == "sponsor"]
        yield (
            start
            | description(context, study)
            | present(
                identifier=registrations(context, study),
                title=study.title,
                protocol=protocols(study),
                status="completed",
                phase=phase(context, study),
                category=designs(context, study),
                focus=[
                    codeable(context, context.knowledge.drugs[id].concept) for id in study.drugs
                ],
                condition=[codeable(context, study.condition)],
                relatedArtifact=list(_artifacts_r4(context, study)),
                location=places(context, study),
                enrollment=list(_enrollment(context, study)),
                period=period(context, study),
                sponsor=_organization(context, sponsors[0]) if sponsors else None,
                site=[*_sites_r4(context, study), *site_names(context, study)],
                note=list(study_notes(context, study)),
                arm=[_arm_r4(context, arm) for arm in study.of(Arm)],
                objective=[_objective_r4(context, fact) for fact in study.of(Objective)],
            )
        )


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the ResearchStudies of R5."""
    release = context.knowledge.release
    for study in context.knowledge.studies.values():
        publication = context.knowledge.sources[publication_id(study)]
        parties = [party for party in study.of(StudyParty) if party.role != "investigator-site"]
        yield (
            opening(context, study)
            | description(context, study)
            | present(
                url=f"{CANONICAL}/ResearchStudy/{study.id}",
                identifier=registrations(context, study),
                version=release.version,
                title=study.title,
                label=[
                    {
                        "type": coded(_TITLE_TYPES, "short-title", "Short title"),
                        "value": study.short,
                    }
                ],
                protocol=protocols(study),
                relatedArtifact=list(_artifacts_r5(context, study)),
                date=release.date,
                status="active",
                phase=phase(context, study),
                studyDesign=designs(context, study),
                focus=[_focus_r5(context, drug) for drug in study.drugs],
                condition=[codeable(context, study.condition)],
                region=places(context, study),
                period=period(context, study),
                site=[*_sites_r5(context, study), *site_names(context, study)],
                note=list(study_notes(context, study)),
                associatedParty=[_party_r5(context, party) for party in parties],
                progressStatus=[{"state": coded(_STATES, "completed", "Completed")}],
                recruitment=_recruitment(context, study),
                comparisonGroup=[_arm_r5(context, study, arm) for arm in study.of(Arm)],
                objective=[_objective_r5(context, fact) for fact in study.of(Objective)],
                outcomeMeasure=[
                    _outcome_measure(context, study, fact) for fact in study.of(ResponseCriterion)
                ],
                result=[reference("Citation", publication.id, publication.name)],
            )
        )


# --- R4: native elements, and the extensions for what only R5 has ---


def _r5_elements(context: Context, study: Study) -> list[Json]:
    group = enrolled_group(study)
    elements = []
    if group and group.n is not None:
        elements.append(
            r5_element("ResearchStudy.recruitment.actualNumber", valueUnsignedInt=group.n)
        )
    if group:
        target = group_reference(context, study, group)
        elements.append(r5_element("ResearchStudy.recruitment.actualGroup", valueReference=target))
    parties = study.of(StudyParty)
    first = next((party for party in parties if party.role == "sponsor"), None)
    elements += [
        _party_r4(context, party)
        for party in parties
        if party is not first and party.role != "investigator-site"
    ]
    for fact in study.of(ResponseCriterion):
        elements.append(
            r5_backbone(
                "ResearchStudy.outcomeMeasure",
                name={"valueString": criterion_name(context, study, fact)},
                description={"valueMarkdown": criterion_words(context, fact)},
            )
        )
        elements.append(sourced(context, response_criterion(context, study, fact), fact))
    return elements


def _party_r4(context: Context, party: StudyParty) -> Json:
    # The sources stand on the Reference: a cross-version extension has no room for parts of ours.
    return r5_backbone(
        "ResearchStudy.associatedParty",
        role={"valueCodeableConcept": _PARTY_ROLES[party.role]},
        party={"valueReference": _organization(context, party)},
    )


def _organization(context: Context, party: StudyParty) -> Json:
    organization = context.knowledge.organizations[party.organization]
    return sourced(context, reference("Organization", organization.id, organization.name), party)


def _enrollment(context: Context, study: Study) -> Iterator[Json]:
    """Yield the Group of criteria, then the groups enrolled and analysed."""
    criteria = eligibility_id(study)
    if criteria:
        yield reference("Group", criteria, "who could take part")
    for group in study.of(StudyGroup):
        if group.kind in ("enrolled", "analysed"):
            yield group_reference(context, study, group)


def _sites_r4(context: Context, study: Study) -> Iterator[Json]:
    for party in study.of(StudyParty):
        if party.role == "investigator-site":
            organization = context.knowledge.organizations[party.organization]
            target = reference("Organization", organization.id, organization.name)
            site = {"extension": [alternate_reference(target)], "display": organization.name}
            yield sourced(context, site, party)


def _arm_r4(context: Context, arm: Arm) -> Json:
    element = present(
        extension=arm_medications(arm),
        name=arm.name,
        type={"text": _ARM_ROLES[arm.role]} if arm.role else None,
        description=arm.says,
    )
    return sourced(context, element, arm)


def _objective_r4(context: Context, fact: Objective) -> Json:
    extensions = objective_outcomes(context, fact)
    if fact.says:
        says = r5_element("ResearchStudy.objective.description", valueMarkdown=fact.says)
        extensions.append(says)
    return sourced(context, {"extension": extensions, "name": objective_name(context, fact)}, fact)


def _artifacts_r4(context: Context, study: Study) -> Iterator[Json]:
    for id, type in _source_roles(study):
        source = context.knowledge.sources[id]
        target = reference("DocumentReference", id, source.name)
        yield present(
            extension=[r5_element("RelatedArtifact.resourceReference", valueReference=target)],
            type=type,
            display=source.name,
            citation=citation_text(source),
            url=link(source),
        )


def _source_roles(study: Study) -> Iterator[tuple[str, str]]:
    """Yield the work that reports the study, then the document it is known from if another."""
    yield publication_id(study), "citation"
    if study.source != publication_id(study):
        yield study.source, "documentation"


# --- R5 ---


def _focus_r5(context: Context, drug: str) -> Json:
    concept = context.knowledge.drugs[drug].concept
    return {
        "concept": codeable(context, concept),
        "reference": reference("Medication", drug, context.text(concept)),
    }


def _artifacts_r5(context: Context, study: Study) -> Iterator[Json]:
    for id, type in _source_roles(study):
        source = context.knowledge.sources[id]
        url = link(source)
        yield present(
            type=type,
            display=source.name,
            citation=citation_text(source),
            document={"url": url} if url else None,
            resourceReference=reference("DocumentReference", id, source.name),
        )


def _sites_r5(context: Context, study: Study) -> Iterator[Json]:
    for party in study.of(StudyParty):
        if party.role == "investigator-site":
            yield _organization(context, party)


def _party_r5(context: Context, party: StudyParty) -> Json:
    organization = context.knowledge.organizations[party.organization]
    element = {
        "name": organization.name,
        "role": _PARTY_ROLES[party.role],
        "party": reference("Organization", organization.id, organization.name),
    }
    return sourced(context, element, party)


def _recruitment(context: Context, study: Study) -> Json:
    group = enrolled_group(study)
    criteria = eligibility_id(study)
    return present(
        actualNumber=group.n if group else None,
        eligibility=reference("Group", criteria) if criteria else None,
        actualGroup=group_reference(context, study, group) if group else None,
    )


def _arm_r5(context: Context, study: Study, arm: Arm) -> Json:
    group = next((group for group in study.of(StudyGroup) if group.id == arm.id), None)
    element = present(
        extension=arm_medications(arm),
        linkId=arm.id,
        name=arm.name,
        type=coded(_ARM_TYPES, arm.role, _ARM_ROLES[arm.role]) if arm.role else None,
        description=arm.says,
        observedGroup=group_reference(context, study, group) if group else None,
    )
    return sourced(context, element, arm)


def _objective_r5(context: Context, fact: Objective) -> Json:
    element = present(
        extension=objective_outcomes(context, fact),
        name=objective_name(context, fact),
        description=fact.says,
    )
    return sourced(context, element, fact)


def _outcome_measure(context: Context, study: Study, fact: ResponseCriterion) -> Json:
    element = {
        "extension": [response_criterion(context, study, fact)],
        "name": criterion_name(context, study, fact),
        "description": criterion_words(context, fact),
    }
    return sourced(context, element, fact)
