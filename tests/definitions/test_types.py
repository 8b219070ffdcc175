"""The types of each release, held against numbers and facts of the published specification."""

from collections import Counter

import pytest

from fhir_kb.definitions import Definitions, TypeDefinition, load


def defined(definitions: Definitions, name: str) -> TypeDefinition:
    definition = definitions.type(name)
    assert definition is not None
    return definition


def all_types(definitions: Definitions) -> list[TypeDefinition]:
    return [defined(definitions, name) for name in definitions._types]


@pytest.mark.parametrize(
    ("release", "counts"),
    [
        ("R4", {"resource": 148, "complex-type": 43, "primitive-type": 20, "backbone": 473}),
        ("R4B", {"resource": 143, "complex-type": 45, "primitive-type": 20, "backbone": 496}),
        ("R5", {"resource": 162, "complex-type": 50, "primitive-type": 21, "backbone": 630}),
    ],
)
def test_every_type_of_the_release_is_there(release: str, counts: dict[str, int]) -> None:
    assert counts == Counter(definition.kind for definition in all_types(load(release)))


@pytest.mark.parametrize(("release", "count"), [("R4", 146), ("R4B", 141), ("R5", 158)])
def test_abstract_types_are_not_resource_types(release: str, count: int) -> None:
    resource_types = load(release).resource_types
    assert count == len(resource_types)
    assert not resource_types & {"Resource", "DomainResource", "MetadataResource"}


def test_resource_types_are_those_of_the_published_value_set(definitions: Definitions) -> None:
    """An independent source in the same packages: the codes a resource type may have."""
    value_set = definitions.value_set("http://hl7.org/fhir/ValueSet/resource-types")
    assert value_set is not None
    assert definitions.resource_types == value_set.codes - {"Resource", "DomainResource"}


def test_every_type_that_an_element_names_is_defined(definitions: Definitions) -> None:
    unknown = {
        (element.path, type.code)
        for definition in all_types(definitions)
        for element in definition.elements.values()
        for type in element.types
        if definitions.type(type.code) is None and not type.code.startswith("System.")
    }
    assert unknown == set()


def test_every_target_is_a_type_or_a_url(definitions: Definitions) -> None:
    unknown = {
        target
        for definition in all_types(definitions)
        for element in definition.elements.values()
        for type in element.types
        for target in (*type.targets, *type.profiles)
        if definitions.type(target) is None and not target.startswith("http")
    }
    assert unknown == set()


def test_every_element_has_a_type(definitions: Definitions) -> None:
    untyped = [
        element.path
        for definition in all_types(definitions)
        for element in definition.elements.values()
        if not element.types
    ]
    assert untyped == []


def test_no_constraint_is_listed_twice(definitions: Definitions) -> None:
    doubled = [
        definition.name
        for definition in all_types(definitions)
        if len({each.key for each in definition.constraints}) != len(definition.constraints)
    ]
    assert doubled == []


@pytest.mark.parametrize(
    ("release", "path", "names"),
    [
        (
            "R4",
            "MedicationKnowledge.drugCharacteristic",
            ["id", "extension", "modifierExtension", "type", "value"],
        ),
        (
            "R5",
            "MedicationKnowledge.packaging",
            ["id", "extension", "modifierExtension", "cost", "packagedProduct"],
        ),
        ("R4", "Bundle.link", ["id", "extension", "modifierExtension", "relation", "url"]),
        ("R4", "Extension", ["id", "extension", "url", "value"]),
        ("R4", "Timing", ["id", "extension", "modifierExtension", "event", "repeat", "code"]),
    ],
)
def test_elements_come_in_order_with_the_inherited_ones_first(
    release: str, path: str, names: list[str]
) -> None:
    """XML is written in this order."""
    assert names == list(defined(load(release), path).elements)


@pytest.mark.parametrize(
    ("path", "releases"),
    [
        ("MedicationKnowledge.amount", {"R4", "R4B"}),
        ("MedicationKnowledge.medicineClassification", {"R4", "R4B", "R5"}),
        ("MedicationKnowledge.definitional", {"R5"}),
        ("MedicationKnowledge.indicationGuideline", {"R5"}),
        ("AdverseEvent.suspectEntity", {"R4", "R4B", "R5"}),
        ("AdverseEvent.event", {"R4", "R4B"}),
        ("Evidence.exposureBackground", {"R4"}),
        ("Evidence.variableDefinition", {"R4B", "R5"}),
        ("ClinicalUseDefinition.undesirableEffect", {"R4B", "R5"}),
    ],
)
def test_a_release_has_its_own_elements(path: str, releases: set[str]) -> None:
    owner, name = path.split(".")
    having = set()
    for release in ("R4", "R4B", "R5"):
        definition = load(release).type(owner)
        if definition and name in definition.elements:
            having.add(release)
    assert releases == having


@pytest.mark.parametrize(
    ("release", "path", "base"),
    [
        ("R4", "Observation.component", "BackboneElement"),
        ("R4", "Timing.repeat", "Element"),
        ("R4", "Dosage.doseAndRate", "Element"),
        ("R4B", "Evidence.statistic.modelCharacteristic.variable", "BackboneElement"),
        ("R5", "Evidence.statistic.modelCharacteristic.variable", "BackboneElement"),
        ("R5", "MedicationKnowledge.definitional.drugCharacteristic", "BackboneElement"),
    ],
)
def test_backbone_elements_are_types_by_their_path(release: str, path: str, base: str) -> None:
    definition = defined(load(release), path)
    assert ("backbone", base) == (definition.kind, definition.base)


@pytest.mark.parametrize(
    ("release", "owner", "name", "path"),
    [
        ("R4", "Questionnaire.item", "item", "Questionnaire.item"),
        ("R5", "Questionnaire.item", "item", "Questionnaire.item"),
        ("R4", "Bundle.entry", "link", "Bundle.link"),
        ("R4", "Observation.component", "referenceRange", "Observation.referenceRange"),
        ("R5", "MedicationKnowledge.packaging", "cost", "MedicationKnowledge.cost"),
        ("R4", "Parameters.parameter", "part", "Parameters.parameter"),
    ],
)
def test_a_content_reference_leads_to_the_defining_element(
    release: str, owner: str, name: str, path: str
) -> None:
    element = defined(load(release), owner).elements[name]
    assert [path] == [type.code for type in element.types]
    assert f"{owner}.{name}" == element.path


def test_a_choice_is_one_element_with_a_json_name_per_type(r4: Definitions) -> None:
    definition = defined(r4, "RiskAssessment.prediction")
    names = {
        key: type.code
        for key, (element, type) in definition.json_names.items()
        if element.name == "probability"
    }
    assert names == {"probabilityDecimal": "decimal", "probabilityRange": "Range"}
    assert definition.elements["probability"].path == "RiskAssessment.prediction.probability[x]"


def test_cardinality_and_flags_are_those_published(r4: Definitions) -> None:
    observation = defined(r4, "Observation").elements
    assert (
        observation["status"].min,
        observation["status"].max,
        observation["status"].summary,
        observation["status"].modifier,
    ) == (1, 1, True, True)
    assert (
        observation["category"].min,
        observation["category"].max,
        observation["category"].is_list,
    ) == (0, None, True)
    assert not observation["code"].is_list


def test_references_name_their_targets(r4: Definitions) -> None:
    subject = defined(r4, "AdverseEvent").elements["subject"].types[0]
    assert (
        subject.code,
        subject.targets,
    ) == ("Reference", ("Patient", "Group", "Practitioner", "RelatedPerson"))


def test_profiled_types_are_kept_apart_from_their_type(r4: Definitions) -> None:
    dose = defined(r4, "Dosage.doseAndRate").elements["dose"]
    assert {type.code: type.profiles for type in dose.types} == {
        "Range": (),
        "Quantity": ("SimpleQuantity",),
    }
    assert defined(r4, "SimpleQuantity").elements["comparator"].max == 0


@pytest.mark.parametrize(
    ("release", "path", "type"),
    [
        ("R4", "Patient.id", "id"),
        ("R4", "Element.id", "string"),
        ("R4", "HumanName.id", "string"),
        ("R4", "Patient.contact.id", "string"),
        ("R4B", "Patient.id", "id"),
        ("R4B", "HumanName.id", "string"),
        ("R5", "Patient.id", "id"),
        ("R5", "HumanName.id", "string"),
        ("R4", "Extension.url", "uri"),
        ("R4", "Narrative.div", "xhtml"),
        ("R4", "boolean.value", "System.Boolean"),
        ("R5", "instant.value", "System.DateTime"),
    ],
)
def test_system_types_are_mapped_to_fhir_types(release: str, path: str, type: str) -> None:
    """R4 publishes Resource.id as string, R4B and R5 Element.id as id: both are corrected."""
    owner, _, name = path.rpartition(".")
    assert [type] == [each.code for each in defined(load(release), owner).elements[name].types]


def test_only_id_url_and_value_are_xml_attributes(definitions: Definitions) -> None:
    attributes = {
        (element.name, definition.kind == "primitive-type")
        for definition in all_types(definitions)
        for element in definition.elements.values()
        if element.xml_attribute
    }
    assert {("id", True), ("value", True), ("id", False), ("url", False)} == attributes
    assert not defined(definitions, "Patient").elements["id"].xml_attribute


def test_bindings_have_strength_and_value_set(r4: Definitions) -> None:
    binding = defined(r4, "AdverseEvent").elements["actuality"].binding
    assert binding is not None
    assert (
        binding.strength,
        binding.value_set,
        binding.maximum,
    ) == ("required", "http://hl7.org/fhir/ValueSet/adverse-event-actuality", None)


def test_a_preferred_binding_may_have_a_maximum(r4: Definitions) -> None:
    binding = defined(r4, "Patient.communication").elements["language"].binding
    assert binding is not None
    assert (
        binding.strength,
        binding.maximum,
    ) == ("preferred", "http://hl7.org/fhir/ValueSet/all-languages")


def test_a_type_may_be_bound_itself(definitions: Definitions) -> None:
    binding = defined(definitions, "Age").binding
    assert binding is not None
    assert binding.value_set == "http://hl7.org/fhir/ValueSet/age-units"


def test_constraints_are_inherited_once(definitions: Definitions) -> None:
    assert [each.key for each in defined(definitions, "Age").constraints] == [
        "ele-1",
        "qty-3",
        "age-1",
    ]


@pytest.mark.parametrize("name", ["Patient", "MedicationKnowledge", "ValueSet", "Evidence"])
def test_every_resource_has_the_rules_of_a_domain_resource(
    definitions: Definitions, name: str
) -> None:
    """R5 forgets dom-2 to dom-6 in many snapshots; they hold all the same."""
    keys = {each.key for each in defined(definitions, name).constraints}
    assert {"dom-2", "dom-3", "dom-4", "dom-5", "dom-6"} <= keys
    assert "ele-1" not in keys


def test_a_constraint_on_a_backbone_element_belongs_to_its_type(r4: Definitions) -> None:
    """So it holds wherever a content reference leads to it."""
    assert "obs-3" in {each.key for each in defined(r4, "Observation.referenceRange").constraints}
    assert defined(r4, "Observation").elements["referenceRange"].constraints == ()


def test_an_element_states_only_what_its_type_does_not(r4: Definitions) -> None:
    narrative = defined(r4, "Narrative").elements["div"]
    assert [each.key for each in narrative.constraints] == ["txt-1", "txt-2"]
    assert defined(r4, "Patient").elements["extension"].constraints == ()


@pytest.mark.parametrize(
    ("name", "ancestor", "expected"),
    [
        ("Patient", "Patient", True),
        ("Patient", "DomainResource", True),
        ("Patient", "Resource", True),
        ("Bundle", "DomainResource", False),
        ("Age", "Quantity", True),
        ("Quantity", "Age", False),
        ("code", "string", True),
        ("Observation.component", "BackboneElement", True),
        ("Observation.component", "Element", True),
        ("Narnia", "Element", False),
    ],
)
def test_subtypes(r4: Definitions, name: str, ancestor: str, expected: bool) -> None:
    assert expected is r4.is_subtype(name, ancestor)


def test_max_length_is_kept(definitions: Definitions) -> None:
    """JSON Schema and the walker both use it; the specification states it in one place only."""
    lengths = {
        element.path: element.max_length
        for definition in all_types(definitions)
        for element in definition.elements.values()
        if element.max_length
    }
    assert lengths == {"string.value": 1048576}
