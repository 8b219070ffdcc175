"""The groups of a study, and how other resources point at a study, its groups and its sources."""

from fhir_kb.facts.fact import Fact, GroupId
from fhir_kb.facts.knowledge import Study
from fhir_kb.facts.study_facts import StudyDesign, StudyGroup
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import reference


def group_of(study: Study, id: GroupId | str) -> StudyGroup:
    """Return a group of a study by its id; the loader has made sure that it exists."""
    return next(group for group in study.of(StudyGroup) if group.id == id)


def enrolled_group(study: Study) -> StudyGroup | None:
    """Return the patients who took part: those enrolled, else those analysed."""
    return _first(study, ("enrolled", "analysed"))


def main_group(study: Study) -> StudyGroup | None:
    """Return the patients whom results are about when no group is named: those analysed."""
    return _first(study, ("analysed", "enrolled"))


def _first(study: Study, kinds: tuple[str, ...]) -> StudyGroup | None:
    return next(
        (group for kind in kinds for group in study.of(StudyGroup) if group.kind == kind), None
    )


def pooled_trials(study: Study) -> int | None:
    """Return the number of trials that a meta-analysis pooled, where it is stated."""
    return next((fact.trials_pooled for fact in study.of(StudyDesign) if fact.trials_pooled), None)


def group_reference(context: Context, study: Study, group: StudyGroup) -> Json:
    """Return a Reference to the Group of a group of patients."""
    return reference("Group", context.resource_id(study, group), group.name)


def study_reference(study: Study) -> Json:
    """Return a Reference to the ResearchStudy of a study."""
    return reference("ResearchStudy", study.id, study.short)


def publication_id(study: Study) -> str:
    """Return the source that describes a study best: its publication, else the document read."""
    return study.publication or study.source


def source_references(context: Context, *facts: Fact) -> list[Json]:
    """Return a Reference to the DocumentReference of each source of some facts, once each."""
    ids = dict.fromkeys(str(cite.source) for fact in facts for cite in fact.cite)
    sources = context.knowledge.sources
    return [reference("DocumentReference", id, sources[id].name) for id in ids]
