"""PlanDefinition and Library: each rule of decision support, as it is carried out and cited.

https://hl7.org/fhir/R4/plandefinition.html, https://hl7.org/fhir/R4/library.html; all versions
write these alike. The card of a rule links to its PlanDefinition.

A criterion is an action in words: an expression that is always true would make a rule always
apply. One that is switched off has no trigger and states nothing but why: a figure whose text was
not read is not published. The Library names the data and the
sources; both hold the thirteen source attributes of 45 CFR 170.315(b)(11)(iv)(A).
"""

from collections.abc import Iterator
from dataclasses import fields

from fhir_kb.facts.criteria import ClearanceFormula
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.knowledge import Rule
from fhir_kb.facts.rule import Criterion, Indicator, Population, SourceAttributes
from fhir_kb.formats import Json
from fhir_kb.resources.bibliography import citation_text, link
from fhir_kb.resources.canonical import canonical_opening
from fhir_kb.resources.code_set import code_set_url, code_sets_in
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coded, complex_extension, present
from fhir_kb.resources.sourcing import sourced
from fhir_kb.resources.use_context import medicines_in_focus
from fhir_kb.settings import CANONICAL

_THO = "http://terminology.hl7.org/CodeSystem"
_PRIORITIES: dict[Indicator, str] = {"info": "routine", "warning": "urgent", "critical": "stat"}
_PLACES = {"US": "United States", "EU": "European Union", "DE": "Germany"}
_TYPES = {
    "patient": "Patient",
    "medications": "MedicationRequest",
    "conditions": "Condition",
    "allergies": "AllergyIntolerance",
    "procedures": "Procedure",
    "pregnancyTests": "Observation",
    "labs": "Observation",
    "measurements": "Observation",
}


def rule_id(rule: Rule) -> str:
    """Return the id of a rule's PlanDefinition and of its Library."""
    return f"rule-{rule.id}"


def build(context: Context) -> Iterator[Json]:
    """Yield a PlanDefinition and a Library for each rule, switched on or off."""
    for rule in context.knowledge.rules.values():
        yield _plan(context, rule)
        yield _library(context, rule)


def _plan(context: Context, rule: Rule) -> Json:
    header = rule.header
    hooks = ", ".join(f"{row.hook} ({row.indicator})" for row in header.hooks)
    off = [("Switched off", header.reason)] if header.enabled == "no" else []
    rows = [
        ("Purpose", header.purpose),
        ("Speaks at", hooks),
        *off,
        *((_title(fact), _description(fact)) for fact in rule),
        *_attribute_rows(header.attributes),
    ]
    opening = canonical_opening(
        context, "PlanDefinition", rule_id(rule), "drug-knowledge", header.title, rows
    )
    return opening | present(
        extension=[_attributes(header.attributes)],
        type=coded(f"{_THO}/plan-definition-type", "eca-rule", "ECA Rule"),
        description=header.purpose,
        useContext=medicines_in_focus(context, header.drugs),
        usage=f"CDS Hooks: {hooks}",
        library=[f"{CANONICAL}/Library/{rule_id(rule)}"],
        action=[_action(context, rule, fact) for fact in rule],
    )


def _action(context: Context, rule: Rule, fact: Fact) -> Json:
    on = isinstance(fact, Criterion) and fact.enabled == "yes" and rule.header.enabled == "yes"
    loudest = getattr(fact, "indicator", None) or rule.header.hooks[0].indicator
    triggers = [{"type": "named-event", "name": row.hook} for row in rule.header.hooks]
    action = present(
        id=fact.id,
        title=_title(fact),
        description=_description(fact),
        priority=_PRIORITIES[loudest] if on else None,
        trigger=triggers if on else None,
    )
    return sourced(context, action, fact, *_populations(rule, fact))


def _populations(rule: Rule, fact: Fact) -> Iterator[Population]:
    """Yield the populations that a criterion is limited to, whose sources are its own too."""
    for name in ("population", "outside"):
        population = getattr(fact, name, None)
        if population is not None:
            yield rule.populations[population]


def _title(fact: Fact) -> str:
    return fact.id.replace("-", " ").capitalize()


def _description(fact: Fact) -> str:
    """Return what a criterion says, or why it is switched off, and where."""
    if isinstance(fact, ClearanceFormula):
        return fact.says or ""
    if not isinstance(fact, Criterion):
        raise TypeError(f"no words for {fact!r}")
    places = " and ".join(_PLACES[place] for place in fact.jurisdiction)
    words = f"Switched off: {fact.reason}" if fact.enabled == "no" else fact.says or fact.summary
    return f"{places}: {words}" if places else words


def _library(context: Context, rule: Rule) -> Json:
    header = rule.header
    title = f"{header.title}: data and sources"
    sources = [context.knowledge.sources[id] for id in _source_ids(rule)]
    rows = [
        *((source.name, citation_text(source)) for source in sources),
        *_attribute_rows(header.attributes),
    ]
    opening = canonical_opening(context, "Library", rule_id(rule), "drug-knowledge", title, rows)
    opening["meta"]["profile"] = [f"{CANONICAL}/StructureDefinition/kb-rule-library"]
    return opening | present(
        extension=[_attributes(header.attributes)],
        type=coded(f"{_THO}/library-type", "logic-library", "Logic Library"),
        description=header.purpose,
        relatedArtifact=[
            present(
                type="citation",
                display=source.name,
                citation=citation_text(source),
                document={"url": url} if (url := link(source)) else None,
            )
            for source in sources
        ],
        dataRequirement=[
            {
                "type": _TYPES[code_set.category],
                "codeFilter": [
                    {
                        "path": "medication" if code_set.category == "medications" else "code",
                        "valueSet": code_set_url(code_set),
                    }
                ],
            }
            for code_set in code_sets_in(context, rule)
        ],
    )


def _source_ids(rule: Rule) -> Iterator[str]:
    """Yield the sources that a rule's criteria and populations cite, each once."""
    cited: list[Fact] = list(rule)
    cited += [population for fact in rule for population in _populations(rule, fact)]
    yield from dict.fromkeys(str(cite.source) for fact in cited for cite in fact.cite)


def _attributes(attributes: SourceAttributes) -> Json:
    return complex_extension(
        "source-attributes",
        [
            (_camel(field.name), {"valueString": getattr(attributes, field.name)})
            for field in fields(attributes)
        ],
    )


def _attribute_rows(attributes: SourceAttributes) -> Iterator[tuple[str, str]]:
    for field in fields(attributes):
        words = field.name.replace("_", " ").capitalize()
        yield f"Source attribute: {words}", getattr(attributes, field.name)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
