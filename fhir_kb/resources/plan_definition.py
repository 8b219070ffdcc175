"""PlanDefinition: what a risk programme, a medicine's monitoring or a protocol asks to be done.

https://hl7.org/fhir/R4/plandefinition.html, https://hl7.org/fhir/R5/plandefinition.html. R4
lists an action's codes, R5 allows one; one is all that is given here.

Conditions are given in words: an expression that is always true would make a rule always apply.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fhir_kb.facts.drug_facts import (
    DoseAdjustment,
    Management,
    Monitoring,
    ProgrammeRequirement,
    RiskProgramme,
)
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Drug, FactFile, Study
from fhir_kb.facts.values import Amount
from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import (
    amount_choice,
    amount_quantity,
    codeable,
    coding,
    complex_extension,
    identifier,
    own_extension,
    present,
    timing,
)
from fhir_kb.resources.frame import frame
from fhir_kb.resources.sourcing import sourced
from fhir_kb.resources.use_context import medicines_in_focus
from fhir_kb.resources.wording import amount_words, frequency_words
from fhir_kb.settings import CANONICAL

_COUNTRIES = "urn:iso:std:iso:3166"
_ACTIONS = {
    "add-medication": "add another medicine",
    "discontinue": "stop the medicine",
    "halve": "halve the dose",
    "increase": "raise the dose",
    "interrupt": "interrupt the medicine",
    "reduce": "lower the dose",
    "temporarily-stop": "stop the medicine for a time",
    "measure": "measure",
    "report": "report to the doctor",
    "report-immediately": "report to the doctor at once",
    "seek-care-immediately": "seek medical care at once",
    "visit": "follow-up visit",
}


def build_r4(context: Context) -> Iterator[Json]:
    """Yield risk programmes, safety plans and protocols, in R4 and R4B."""
    for plan in build_r5(context):
        for action in plan.get("action", []):
            for step in (action, *action.get("action", [])):
                if "code" in step:
                    step["code"] = [step["code"]]
        yield plan


def build_r5(context: Context) -> Iterator[Json]:
    """Yield risk programmes, safety plans of medicines and protocols of studies, in R5."""
    for drug in context.knowledge.drugs.values():
        for programme in context.about(drug, RiskProgramme):
            yield _programme(context, drug, programme)
        actions = list(_actions(context, drug))
        if actions:
            title = f"{context.text(drug.concept)}: monitoring and adjustment"
            focus = medicines_in_focus(context, [drug.id])
            yield _plan(
                context, f"{drug.id}-safety", title, "drug-knowledge", actions, useContext=focus
            )
    for study in context.knowledge.studies.values():
        actions = list(_actions(context, study))
        if actions:
            title = f"{study.short}: protocol rules"
            yield _plan(context, f"{study.id}-protocol", title, "published-aggregate", actions)


def _plan(
    context: Context,
    id: str,
    title: str,
    kind: str,
    actions: list[Json],
    goals: tuple[str, ...] = (),
    **header: Any,
) -> Json:
    rows = [(action["title"], action["description"]) for action in actions]
    paragraphs = [f"Goal: {goal}" for goal in goals]
    return frame("PlanDefinition", id, kind, title, rows, paragraphs) | present(
        url=f"{CANONICAL}/PlanDefinition/{id}",
        identifier=[identifier("plan", id)],
        version=context.knowledge.release.version,
        title=title,
        status="active",
        **header,
        goal=[{"description": {"text": goal}} for goal in goals],
        action=actions,
    )


# --- a risk programme and its requirements ---


def _programme(context: Context, drug: Drug, programme: RiskProgramme) -> Json:
    requirements = [
        fact for fact in drug.of(ProgrammeRequirement) if str(fact.programme) == programme.id
    ]
    authority = programme.authority and context.knowledge.organizations[programme.authority]
    place = programme.jurisdiction
    plan = _plan(
        context,
        context.resource_id(drug, programme),
        programme.name,
        "drug-knowledge",
        [_requirement(context, fact) for fact in requirements],
        programme.goals,
        publisher=authority.name if authority else None,
        useContext=medicines_in_focus(context, [drug.id]),
        jurisdiction=[{"coding": [coding(_COUNTRIES, place)]}] if place else None,
    )
    if programme.mandatory:
        mandatory = own_extension("programme-mandatory", valueBoolean=programme.mandatory == "yes")
        plan["extension"] = [mandatory]
    return sourced(context, plan, programme)


def _requirement(context: Context, fact: ProgrammeRequirement) -> Json:
    who = ", ".join(context.text(population) for population in fact.who)
    words = [
        frequency_words(fact.frequency) if fact.frequency else "",
        f"starting {amount_words(fact.starts)} after the first dose" if fact.starts else "",
        f"for {amount_words(fact.until)}" if fact.until else "",
        f"from {amount_words(fact.before)} before treatment" if fact.before else "",
        "throughout treatment" if fact.during else "",
        f"until {amount_words(fact.after)} after treatment" if fact.after else "",
    ]
    number = f" ({fact.number})" if fact.number else ""
    populations = [
        own_extension("applies-to", valueCodeableConcept=codeable(context, population))
        for population in fact.who
    ]
    action = present(
        id=fact.id,
        extension=[*populations, *_window(fact)],
        title=context.text(fact.requirement) + number,
        description=f"{who}: {', '.join(filter(None, words)) or 'required'}",
        code=codeable(context, fact.requirement),
        timingTiming=timing(fact.frequency, fact.until) if fact.frequency else None,
    )
    return sourced(context, action, fact)


def _window(fact: ProgrammeRequirement) -> Iterator[Json]:
    if fact.before or fact.during or fact.after or fact.starts or fact.number:
        yield complex_extension(
            "therapy-window",
            [
                ("before", _duration(fact.before)),
                ("starts", _duration(fact.starts)),
                ("during", {"valueBoolean": True} if fact.during else None),
                ("after", _duration(fact.after)),
                ("number", {"valuePositiveInt": fact.number} if fact.number else None),
            ],
        )


def _duration(amount: Amount | None) -> Json | None:
    return {"valueDuration": amount_quantity(amount)} if amount else None


# --- monitoring, management and dose adjustment ---


def _actions(context: Context, file: FactFile) -> Iterator[Json]:
    """Yield the actions a file asks for; ``about`` gathers a medicine's from every file."""
    kinds: tuple[tuple[type[Fact], Callable[..., Json]], ...] = (
        (Monitoring, _monitoring),
        (Management, _management),
        (DoseAdjustment, _adjustment),
    )
    for kind, action in kinds:
        facts = file.of(kind) if isinstance(file, Study) else _own(file, kind)
        for fact in facts:
            yield sourced(context, {"id": fact.id, **action(context, fact)}, fact)


def _own(file: FactFile, kind: type[Fact]) -> Iterator[Fact]:
    return (fact for fact in file.of(kind) if fact.drug in (None, file.id))


def _monitoring(context: Context, fact: Monitoring) -> Json:
    concept = fact.test or fact.event
    what = context.text(concept) if concept else ""
    words = [
        f"on {', '.join(fact.signs)}" if fact.signs else "",
        f"for {context.text(fact.event)}" if fact.event else "",
        frequency_words(fact.frequency) if fact.frequency else "",
        f"starting after {amount_words(fact.starts)}" if fact.starts else "",
        f"for {amount_words(fact.until)}" if fact.until else "",
        f"with {', '.join(fact.devices)}" if fact.devices else "",
    ]
    return present(
        title=f"{_ACTIONS[fact.action].capitalize()} {what if fact.test else ''}".strip(),
        description=fact.says or ", ".join(filter(None, words)) or what or "general",
        code=codeable(context, concept) if concept else None,
        reason=[codeable(context, fact.event)] if fact.event else None,
        timingTiming=timing(fact.frequency, fact.until) if fact.frequency else None,
    )


def _management(context: Context, fact: Management) -> Json:
    return {
        "title": f"{context.text(fact.event).capitalize()}: what may help",
        "description": fact.says or ", ".join(fact.measures),
        "reason": [codeable(context, fact.event)],
        "action": [{"title": measure} for measure in fact.measures],
    }


def _adjustment(context: Context, fact: DoseAdjustment) -> Json:
    what = " or ".join(_ACTIONS[action] for action in fact.actions)
    when = [
        context.text(fact.event) if fact.event else "",
        fact.severity or "",
        f"grade {fact.grade}" if fact.grade else "",
        context.text(fact.response) if fact.response else "",
        f"after {amount_words(fact.after)}" if fact.after else "",
    ]
    by = f" by {amount_words(fact.by)}" if fact.by else ""
    every = f", {frequency_words(fact.every)}" if fact.every else ""
    trigger = fact.event or fact.response
    parts: list[tuple[str, Json | None]] = [
        *(("action", {"valueCode": action}) for action in fact.actions),
        ("severity", {"valueCode": fact.severity} if fact.severity else None),
        ("grade", {"valueString": fact.grade} if fact.grade else None),
        ("after", _duration(fact.after)),
        ("by", amount_choice("value", fact.by) if fact.by else None),
    ]
    return present(
        extension=[complex_extension("dose-adjustment", parts)],
        title=f"{what}{by}{every}".capitalize(),
        description=fact.says or f"On {', '.join(filter(None, when))}: {what}{by}{every}",
        reason=[codeable(context, trigger)] if trigger else None,
        timingTiming=timing(fact.every) if fact.every else None,
    )
