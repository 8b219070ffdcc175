"""The search parameters of each release."""

from collections import Counter

import pytest

from fhir_kb.definitions import Definitions, load

COMMON = {"_id", "_lastUpdated", "_profile", "_tag", "_security", "_source"}


@pytest.mark.parametrize(("release", "count"), [("R4", 1703), ("R4B", 1737), ("R5", 1971)])
def test_every_published_parameter_is_there(release: str, count: int) -> None:
    """Counted apart from those that every resource has."""
    definitions = load(release)
    own = sum(
        len(definitions.search_parameters(name).keys() - {"_language", *COMMON})
        for name in definitions.resource_types
    )
    assert count == own


def test_every_resource_type_has_the_common_parameters(definitions: Definitions) -> None:
    lacking = [
        name
        for name in definitions.resource_types
        if not definitions.search_parameters(name).keys() >= COMMON
    ]
    assert lacking == []


def test_every_parameter_has_an_expression_and_a_known_type(definitions: Definitions) -> None:
    types = Counter(
        parameter.type
        for name in definitions.resource_types
        for parameter in definitions.search_parameters(name).values()
        if parameter.expression
    )
    assert types.total() == sum(
        len(definitions.search_parameters(name)) for name in definitions.resource_types
    )
    assert types.keys() == {
        "composite",
        "date",
        "number",
        "quantity",
        "reference",
        "special",
        "string",
        "token",
        "uri",
    }


@pytest.mark.parametrize(
    ("release", "resource_type", "code", "expression"),
    [
        ("R4", "Condition", "code", "Condition.code"),
        (
            "R4",
            "MedicationRequest",
            "code",
            "(MedicationRequest.medication as CodeableConcept)",
        ),
        (
            "R4",
            "AllergyIntolerance",
            "code",
            "AllergyIntolerance.code | AllergyIntolerance.reaction.substance",
        ),
        ("R4", "MedicationKnowledge", "ingredient", None),
        ("R4", "Patient", "phone", "Patient.telecom.where(system='phone')"),
        (
            "R4",
            "Observation",
            "value-quantity",
            "(Observation.value as Quantity) | (Observation.value as SampledData)",
        ),
        ("R4", "InsurancePlan", "name", "name | alias"),
        ("R5", "Appointment", "date", "(start | requestedPeriod.start).first()"),
        ("R5", "FamilyMemberHistory", "date", "FamilyMemberHistory.date"),
        ("R5", "CareTeam", "date", "CareTeam.period"),
        ("R5", "Medication", "form", "Medication.doseForm"),
        (
            "R4B",
            "ClinicalUseDefinition",
            "contraindication",
            "ClinicalUseDefinition.contraindication.diseaseSymptomProcedure.concept",
        ),
    ],
)
def test_a_type_gets_its_own_part_of_a_shared_expression(
    release: str, resource_type: str, code: str, expression: str | None
) -> None:
    parameter = load(release).search_parameters(resource_type)[code]
    if expression is None:
        assert parameter.expression.startswith(f"({resource_type}.")
    else:
        assert expression == parameter.expression


def test_a_parameter_is_left_out_where_no_part_is_meant_for_the_type(r5: Definitions) -> None:
    """R5 lists EvidenceVariable as a base of topic, an element it does not have."""
    assert "topic" not in r5.search_parameters("EvidenceVariable")
    assert "topic" in r5.search_parameters("Library")


def test_the_description_is_that_of_the_type(r4: Definitions) -> None:
    parameters = r4.search_parameters
    assert (
        parameters("AllergyIntolerance")["code"].description
    ) == "Code that identifies the allergy or intolerance"
    assert parameters("Condition")["code"].description == "Code for the condition"


@pytest.mark.parametrize(
    ("release", "resource_type", "code", "components", "types"),
    [
        (
            "R4",
            "Observation",
            "code-value-quantity",
            (("code", "code"), ("value-quantity", "value.as(Quantity)")),
            ("token", "quantity"),
        ),
        (
            "R5",
            "Observation",
            "code-value-string",
            (("code", "code"), ("value-string", "value.ofType(string)")),
            ("token", "string"),
        ),
        (
            "R5",
            "ResearchStudy",
            "progress-status-state-period",
            (("state", "state"), ("period", "period")),
            ("token", "date"),
        ),
    ],
)
def test_a_composite_names_its_components_and_their_types(
    release: str,
    resource_type: str,
    code: str,
    components: tuple[tuple[str, str], ...],
    types: tuple[str, ...],
) -> None:
    """R5 refers to component parameters that it does not define; their type is known yet."""
    parameter = load(release).search_parameters(resource_type)[code]
    assert (components, types) == (parameter.components, parameter.component_types)


def test_only_composites_have_components(definitions: Definitions) -> None:
    for name in definitions.resource_types:
        for parameter in definitions.search_parameters(name).values():
            assert bool(parameter.components) == (parameter.type == "composite")


def test_references_name_their_targets(r4: Definitions) -> None:
    subject = r4.search_parameters("AdverseEvent")["subject"]
    assert {"Practitioner", "Group", "Patient", "RelatedPerson"} == set(subject.targets)


def test_targets_that_are_not_published_are_those_of_the_element(r4b: Definitions) -> None:
    """Without them a chained search cannot tell which type it goes on with."""
    assert r4b.search_parameters("Ingredient")["manufacturer"].targets == ("Organization",)


@pytest.mark.parametrize(
    "code", ["_text", "_content", "_query", "_filter", "_has", "_in", "part-agree"]
)
def test_what_no_expression_answers_is_not_listed(definitions: Definitions, code: str) -> None:
    assert code not in definitions.search_parameters("Patient")
