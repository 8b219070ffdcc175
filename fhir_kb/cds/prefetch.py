"""What data a service asks its client to send along: one query per category of data.

https://cds-hooks.hl7.org/2.0/#prefetch-template

Only tokens and search features that CDS Hooks 2.0 names are used, but for what is asked of a
client that speaks the ballot of 3.0: it can look up what orders refer to
(http://cds-hooks.hl7.org/2026Jan/#prefetch-tokens-containing-simpler-fhirpath). A client
that cannot run one of the queries leaves its key out; it is then asked for through the client's
FHIR server.
"""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from fhir_kb.facts.code_set import CategoryName, CodeSetId
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.facts.references import names_in
from fhir_kb.facts.rule import PopulationId

LOINC = "http://loinc.org"
PATIENT_TOKEN = "{{context.patientId}}"  # noqa: S105  # a placeholder of a query, no secret

_QUERIES: Mapping[CategoryName, str] = {
    "patient": f"Patient/{PATIENT_TOKEN}",
    # Ended prescriptions tell whether therapy begins or goes on.
    "medications": (
        f"MedicationRequest?patient={PATIENT_TOKEN}&status=active,on-hold,completed,stopped"
    ),
    "conditions": f"Condition?patient={PATIENT_TOKEN}",
    "allergies": f"AllergyIntolerance?patient={PATIENT_TOKEN}",
    "procedures": f"Procedure?patient={PATIENT_TOKEN}",
    "pregnancyTests": f"Observation?patient={PATIENT_TOKEN}&code={{codes}}&_sort=-date&_count=50",
    "labs": f"Observation?patient={PATIENT_TOKEN}&code={{codes}}&_sort=-date&_count=100",
    "measurements": f"Observation?patient={PATIENT_TOKEN}&code={{codes}}&_sort=-date&_count=20",
}
_DRAFTS = "context.draftOrders.entry.resource.ofType(MedicationRequest)"
_REFILLED = "context.medications.entry.resource.ofType(MedicationRequest)"
_DISPATCHED = "context.dispatchedOrders.resolve().ofType(MedicationRequest)"
_PRODUCTS = "Medication?_id={{%s.medication.resolve().ofType(Medication).id}}"
DISPATCHED, PRODUCTS = "dispatchedOrders", "orderedMedications"
"""Prefetch keys of what the context only refers to, in 3.0."""
REFERRED: Mapping[str, Mapping[str, str]] = {
    "order-select": {PRODUCTS: _PRODUCTS % _DRAFTS},
    "order-sign": {PRODUCTS: _PRODUCTS % _DRAFTS},
    "medication-refill": {PRODUCTS: _PRODUCTS % _REFILLED},
    "order-dispatch": {
        DISPATCHED: f"MedicationRequest?_id={{{{{_DISPATCHED}.id}}}}",
        PRODUCTS: _PRODUCTS % _DISPATCHED,
    },
}
"""By hook, the templates that look up resources by references in the context."""
_BY_KIND: Mapping[str, frozenset[CategoryName]] = {"allergy": frozenset({"allergies"})}
"""What a kind of rule looks at besides the categories of the code sets that it names."""


def templates(knowledge: Knowledge, rules: Iterable[Rule]) -> dict[CategoryName, str]:
    """Return the prefetch template of each category that these rules look at."""
    wanted: set[CategoryName] = {"patient", "medications"}
    for rule in rules:
        wanted |= {knowledge.code_sets[name].category for name in _named(rule)}
        wanted |= _BY_KIND.get(rule.header.kind, frozenset())
    return {
        category: query.replace("{codes}", _codes(knowledge, category))
        for category, query in _QUERIES.items()
        if category in wanted
    }


def filled(template: str, patient_id: str) -> str:
    """Return the relative URL of a template for one patient, every other character encoded."""
    path, _, query = template.partition("?")
    id = quote(patient_id, safe="")
    start = path.replace(PATIENT_TOKEN, id)
    if not query:
        return start
    pairs = (pair.partition("=") for pair in query.split("&"))
    return f"{start}?" + "&".join(
        f"{name}={id if value == PATIENT_TOKEN else quote(value, safe=',-')}"
        for name, _, value in pairs
    )


def _codes(knowledge: Knowledge, category: CategoryName) -> str:
    codes = dict.fromkeys(
        member.code
        for code_set in knowledge.code_sets.values()
        if code_set.category == category
        for member in code_set.codes
        if member.system == LOINC
    )
    return ",".join(f"{LOINC}|{code}" for code in codes)


def _named(rule: Rule) -> Iterator[str]:
    """Yield the code sets that a rule names, itself or by the populations it speaks of."""
    for fact in rule:
        for _, kind, name in names_in(fact):
            if kind is CodeSetId:
                yield name
            elif kind is PopulationId:
                named = names_in(rule.populations[name])
                yield from (inner for _, inner_kind, inner in named if inner_kind is CodeSetId)
