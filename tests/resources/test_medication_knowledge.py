"""MedicationKnowledge gathers what is known of a medicine, in each version's own elements."""

from decimal import Decimal

from fhir_kb.formats import Json
from fhir_kb.resources import medication_knowledge
from fhir_kb.resources.context import Context


def thalidomide(resources: list[Json]) -> Json:
    return next(resource for resource in resources if resource["id"] == "thalidomide")


def doses(guideline: Json) -> list[Json]:
    """Return the Dosages of an R4 administration guideline or an R5 indication guideline."""
    dosings = guideline.get("dosingGuideline", [guideline])
    return [
        dose
        for dosing in dosings
        for dosage in dosing.get("dosage", [])
        for dose in dosage["dosage"]
    ]


def rates(guidelines: list[Json]) -> list[Decimal]:
    return [
        dose["doseAndRate"][0]["rateQuantity"]["value"]
        for guideline in guidelines
        for dose in doses(guideline)
        if "rateQuantity" in dose.get("doseAndRate", [{}])[0]
    ]


def test_r4_and_r5_carry_the_same_doses(r4: Context, r5: Context) -> None:
    """The beta-thalassemia protocol starts with 50 mg/d, or 100 mg/d (Yang, lines 141-143)."""
    in_r4 = thalidomide(list(medication_knowledge.build_r4(r4)))["administrationGuidelines"]
    in_r5 = thalidomide(list(medication_knowledge.build_r5(r5)))["indicationGuideline"]
    assert rates(in_r4) == rates(in_r5)
    assert {Decimal(50), Decimal(100)} <= set(rates(in_r4))


def test_a_daily_dose_does_not_claim_a_number_of_intakes(r5: Context) -> None:
    """The sources print mg/day; how often a day is not said and not filled in."""
    for resource in medication_knowledge.build_r5(r5):
        for guideline in resource.get("indicationGuideline", []):
            for dose in doses(guideline):
                if "rateQuantity" in dose.get("doseAndRate", [{}])[0]:
                    assert "timing" not in dose


def test_the_maximum_of_a_dosing_is_a_ratio_per_day(r4: Context, r5: Context) -> None:
    """Tosi, line 8: at most 800 mg/day."""
    maxima = [
        dose["maxDosePerPeriod"]
        for guideline in thalidomide(list(medication_knowledge.build_r4(r4)))[
            "administrationGuidelines"
        ]
        for dose in doses(guideline)
        if "maxDosePerPeriod" in dose
    ]
    assert [(m["numerator"]["value"], m["denominator"]["code"]) for m in maxima] == [
        (Decimal(800), "d")
    ]
    in_r5 = [
        dose["maxDosePerPeriod"]
        for guideline in thalidomide(list(medication_knowledge.build_r5(r5)))["indicationGuideline"]
        for dose in doses(guideline)
        if "maxDosePerPeriod" in dose
    ]
    assert in_r5 == [maxima]


def test_contraindications_lead_to_each_versions_home(r4: Context, r5: Context) -> None:
    """R4 points to DetectedIssue, R5 to ClinicalUseDefinition; both name the condition."""
    in_r4 = thalidomide(list(medication_knowledge.build_r4(r4)))["contraindication"]
    in_r5 = thalidomide(list(medication_knowledge.build_r5(r5)))["clinicalUseIssue"]
    assert in_r4[0]["reference"].startswith("DetectedIssue/")
    assert in_r5[0]["reference"].startswith("ClinicalUseDefinition/")
    conditions = [
        issue["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]
        for issue in (in_r4[0], in_r5[0])
    ]
    assert conditions == ["77386006", "77386006"]


def test_code_systems_can_be_left_out(r4: Context) -> None:
    """A deployment without a licence for a code system publishes none of its codes."""
    without = Context(r4.knowledge, r4.edition, frozenset({"http://www.whocc.no/atc"}))
    code = thalidomide(list(medication_knowledge.build_r4(without)))["code"]
    systems = [coding["system"] for coding in code["coding"]]
    assert "http://www.whocc.no/atc" not in systems
    assert "http://www.nlm.nih.gov/research/umls/rxnorm" in systems
