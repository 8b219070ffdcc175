"""Group: the patients of a study, who may take part in one, and who takes a medicine.

https://hl7.org/fhir/R4/group.html, https://hl7.org/fhir/R5/group.html

A characteristic must be true of every member, so a group's mean age is an Observation, not a
characteristic; the range of ages that were observed is true of all and stands in both places.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fhir_kb.facts.knowledge import Drug, Study
from fhir_kb.facts.study_facts import EligibilityCriterion, GroupMeasure, GroupSplit, StudyGroup
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import amount_choice, codeable, identifier, present, range_
from fhir_kb.resources.fact_words import fact_rows, fact_text
from fhir_kb.resources.frame import frame
from fhir_kb.resources.local_code import GROUP_KIND, GROUP_TRAIT
from fhir_kb.resources.sourcing import fact_sources, sourced
from fhir_kb.resources.study_groups import group_of, group_reference
from fhir_kb.resources.wording import summary_words


class _Group(NamedTuple):
    """What both versions say of a group; ``actual`` tells people counted from criteria."""

    opening: Json
    actual: bool
    description: str | None
    rest: Json


def build_r4(context: Context) -> Iterator[Json]:
    """Yield the Groups of R4 and R4B."""
    for group in _groups(context):
        yield group.opening | {"actual": group.actual} | group.rest


def build_r5(context: Context) -> Iterator[Json]:
    """Yield the Groups of R5: enumerated although no member is named, as people were counted."""
    for group in _groups(context):
        membership = "enumerated" if group.actual else "definitional"
        description = present(description=group.description)
        yield group.opening | {"membership": membership} | group.rest | description


def eligibility_id(study: Study) -> str | None:
    """Return the id of the Group of a study's criteria, or None when the source has none."""
    return f"{study.id}-eligibility" if study.of(EligibilityCriterion) else None


def _groups(context: Context) -> Iterator[_Group]:
    for study in context.knowledge.studies.values():
        for group in study.of(StudyGroup):
            yield _study_group(context, study, group)
        id = eligibility_id(study)
        if id:
            yield _eligibility(context, study, id)
    for drug in context.knowledge.drugs.values():
        yield _exposed(context, drug)


def _group(
    opening: Json, kind: str, name: str, n: int | None, characteristics: list[Json]
) -> tuple[Json, Json]:
    """Return the elements before and after the one in which the versions differ."""
    first = opening | {"identifier": [identifier("group", opening["id"])], "type": "person"}
    return first, present(
        code=GROUP_KIND.concept(kind), name=name, quantity=n, characteristic=characteristics
    )


def _trait(code: str, value: Json) -> Json:
    return {"code": GROUP_TRAIT.concept(code), **value, "exclude": False}


# --- the patients of a study ---


def _study_group(context: Context, study: Study, group: StudyGroup) -> _Group:
    rows = [
        ("Study", study.title),
        *fact_rows(context, study, group),
        *_counted_rows(context, study, group),
    ]
    title = f"{study.short}: {group.name}"
    opening = frame("Group", context.resource_id(study, group), "published-aggregate", title, rows)
    opening["extension"] = fact_sources(context, group)
    characteristics = [
        *_shared_traits(context, study, group),
        *_shared_splits(context, study, group),
        *_observed_ranges(context, study, group),
    ]
    first, rest = _group(opening, group.kind, title, group.n, characteristics)
    return _Group(first, True, group.says, rest)


def _counted_rows(context: Context, study: Study, group: StudyGroup) -> Iterator[tuple[str, str]]:
    """Yield what was counted and measured in the group, to read beside its Observations."""
    for split in study.of(GroupSplit):
        if str(split.group) == group.id:
            words = (f"{context.text(part.trait)} {part.n}" for part in split.parts)
            yield context.text(split.by).capitalize(), ", ".join(words)
    for measure in study.of(GroupMeasure):
        if str(measure.group) == group.id:
            label = context.text(measure.measure).capitalize()
            yield label, summary_words(measure.value, measure.unit)


def _shared_traits(context: Context, study: Study, group: StudyGroup) -> Iterator[Json]:
    yield _trait("diagnosis", {"valueCodeableConcept": codeable(context, study.condition)})
    if group.of:
        whole = group_reference(context, study, group_of(study, group.of))
        yield _trait("part-of", {"valueReference": whole})
    for trait in group.traits:
        yield _trait("trait", {"valueCodeableConcept": codeable(context, trait)})
    if group.drug:
        drug = context.knowledge.drugs[group.drug]
        yield _trait("exposure", {"valueCodeableConcept": codeable(context, drug.concept)})
    if group.lasting:
        yield _trait("time-on-treatment", amount_choice("value", group.lasting))
    if group.dose:
        yield _trait("starting-dose", amount_choice("value", group.dose))
    if group.excluded:
        yield _trait("excluded-from-analysis", {"valueBoolean": True})


def _shared_splits(context: Context, study: Study, group: StudyGroup) -> Iterator[Json]:
    """Yield the traits that a split found in every member: all patients in stage III."""
    for split in study.of(GroupSplit):
        for part in split.parts:
            if str(split.group) == group.id and part.n == group.n:
                shared = {
                    "code": codeable(context, split.by),
                    "valueCodeableConcept": codeable(context, part.trait),
                    "exclude": False,
                }
                yield sourced(context, shared, split)


def _observed_ranges(context: Context, study: Study, group: StudyGroup) -> Iterator[Json]:
    for measure in study.of(GroupMeasure):
        if str(measure.group) == group.id and measure.value.range:
            characteristic = {
                "code": codeable(context, measure.measure),
                "valueRange": range_(measure.value.range, measure.unit),
                "exclude": False,
            }
            yield sourced(context, characteristic, measure)


# --- who may take part ---


def _eligibility(context: Context, study: Study, id: str) -> _Group:
    criteria = study.of(EligibilityCriterion)
    title = f"{study.short}: who could take part"
    rows = [(fact.type.capitalize(), fact_text(context, study, fact)) for fact in criteria]
    opening = frame("Group", id, "published-aggregate", title, [("Study", study.title), *rows])
    characteristics = [_criterion(context, fact) for fact in criteria]
    first, rest = _group(opening, "eligibility", title, None, characteristics)
    return _Group(first, False, None, rest)


def _criterion(context: Context, fact: EligibilityCriterion) -> Json:
    """Return a criterion: a measure with its limits, or a trait to have or not to have."""
    trait = codeable(context, fact.trait)
    if fact.value:
        what: Json = {"code": trait, **amount_choice("value", fact.value)}
    else:
        what = {"code": GROUP_TRAIT.concept("trait"), "valueCodeableConcept": trait}
    return sourced(context, what | {"exclude": fact.type == "exclusion"}, fact)


# --- who takes a medicine ---


def _exposed(context: Context, drug: Drug) -> _Group:
    name = f"people taking {context.text(drug.concept)}"
    rows = [("Meaning", "Anyone who takes the medicine: nobody is counted here.")]
    opening = frame("Group", f"{drug.id}-exposed", "drug-knowledge", name, rows)
    exposure = _trait("exposure", {"valueCodeableConcept": codeable(context, drug.concept)})
    first, rest = _group(opening, "exposed", name, None, [exposure])
    return _Group(first, False, rows[0][1], rest)
