"""Which rules belong to a type and to an element: the table that ``shapes`` compiles from.

https://hl7.org/fhir/R4/elementdefinition.html
"""

from collections.abc import Mapping

from fhir_kb.definitions import Definitions, Element, ElementType, TypeDefinition
from fhir_kb.validation.attachment import check_attachment
from fhir_kb.validation.bindings import binding_rule
from fhir_kb.validation.bundle import check_bundle
from fhir_kb.validation.code_system import check_code_system
from fhir_kb.validation.coding import check_coding, check_quantity
from fhir_kb.validation.concept_map import check_concept_map
from fhir_kb.validation.contained import check_contained
from fhir_kb.validation.expressions import check_expression, check_fhirpath
from fhir_kb.validation.extensions import check_extension
from fhir_kb.validation.identifier import check_identifier
from fhir_kb.validation.identity import (
    check_canonical_url,
    check_element_id,
    check_fragment,
    check_meta,
)
from fhir_kb.validation.invariants import invariant_rules
from fhir_kb.validation.narrative import check_narrative
from fhir_kb.validation.questionnaire import check_questionnaire
from fhir_kb.validation.references import TARGETED, reference_rule
from fhir_kb.validation.structure_definition import check_structure_definition
from fhir_kb.validation.value_set import check_value_set
from fhir_kb.validation.walk import Rule

TYPE_RULES: Mapping[str, tuple[Rule, ...]] = {
    "Attachment": (check_attachment,),
    "Bundle": (check_bundle,),
    "CodeSystem": (check_code_system,),
    "Coding": (check_coding,),
    "ConceptMap": (check_concept_map,),
    "DomainResource": (check_contained,),
    "ElementDefinition.constraint": (check_fhirpath,),
    "Expression": (check_expression,),
    "Extension": (check_extension,),
    "Identifier": (check_identifier,),
    "Meta": (check_meta,),
    "Narrative": (check_narrative,),
    "Quantity": (check_quantity,),
    "Questionnaire": (check_questionnaire,),
    "SearchParameter": (check_fhirpath,),
    "StructureDefinition": (check_structure_definition,),
    "ValueSet": (check_value_set,),
}
"""Rules of the text that no invariant states; a type has those of its base types too."""


def type_rules(definition: TypeDefinition, definitions: Definitions) -> tuple[Rule, ...]:
    """Return the rules of every node of a type."""
    own = [
        rule
        for name, rules in TYPE_RULES.items()
        if definitions.is_subtype(definition.name, name)
        for rule in rules
    ]
    bound = binding_rule(definition.binding, definition.name) if definition.binding else None
    invariants = invariant_rules(definition.constraints, definitions, definition.name)
    return (*((bound,) if bound else ()), *own, *invariants)


def element_rules(
    element: Element, type: ElementType, definitions: Definitions
) -> tuple[Rule, ...]:
    """Return the rules that an element adds to those of its ``type``."""
    rules: list[Rule] = []
    if element.binding and not code_set(element, type, definitions):
        bound = binding_rule(element.binding, type.code)
        rules += [bound] if bound else []
    if type.code == "canonical":
        rules.append(check_fragment)
    elif element.name == "url" and _is_canonical(element.path, definitions):
        rules.append(check_canonical_url)
    elif element.name == "id" and element.xml_attribute:
        rules.append(check_element_id)
    if type.code in TARGETED:
        rules.append(reference_rule(type))
    rules += invariant_rules(element.constraints, definitions, type.code)
    return tuple(rules)


def _is_canonical(path: str, definitions: Definitions) -> bool:
    """Whether ``path`` is the ``url`` of a resource that others refer to by it."""
    owner = definitions.type(path.rpartition(".")[0])
    return (
        owner is not None
        and owner.kind == "resource"
        and {"version", "status"} <= owner.elements.keys()
    )


def code_set(
    element: Element, type: ElementType, definitions: Definitions
) -> frozenset[str] | None:
    """Return the codes that a required binding allows to a code, where all of them are known."""
    binding = element.binding
    if binding is None or binding.strength != "required" or type.code != "code":
        return None
    value_set = definitions.value_set(binding.value_set)
    return value_set.codes if value_set is not None and value_set.complete else None
