"""Each rule is published: what it looks for, where it comes from, what it does not use."""

from dataclasses import fields

import pytest

from fhir_kb.facts import Knowledge
from fhir_kb.facts.rule import SourceAttributes
from fhir_kb.formats import Json
from fhir_kb.resources import code_set, rule_plan
from fhir_kb.resources.context import Context
from fhir_kb.settings import CANONICAL

ATTRIBUTES = f"{CANONICAL}/StructureDefinition/source-attributes"


@pytest.fixture(scope="module")
def built(context: Context) -> dict[str, Json]:
    resources = [*rule_plan.build(context), *code_set.build(context)]
    return {f"{each['resourceType']}/{each['id']}": each for each in resources}


def test_each_rule_has_a_plan_and_a_library_that_name_each_other(
    built: dict[str, Json], knowledge: Knowledge
) -> None:
    for rule in knowledge.rules.values():
        plan = built[f"PlanDefinition/{rule_plan.rule_id(rule)}"]
        assert plan["library"] == [built[f"Library/{rule_plan.rule_id(rule)}"]["url"]]


def test_both_write_out_all_thirteen_source_attributes(built: dict[str, Json]) -> None:
    """An attribute that is not used says so: that is what the regulation asks for."""
    for name, resource in built.items():
        if not name.startswith("ValueSet/"):
            [mark] = [each for each in resource["extension"] if each["url"] == ATTRIBUTES]
            said = {part["url"]: part["valueString"] for part in mark["extension"]}
            assert len(said) == len(fields(SourceAttributes)) == 13
            assert said["race"] == "not used"


def test_an_action_is_a_criterion_with_its_sources(
    built: dict[str, Json], knowledge: Knowledge
) -> None:
    for rule in knowledge.rules.values():
        actions = built[f"PlanDefinition/{rule_plan.rule_id(rule)}"]["action"]
        assert [action["id"] for action in actions] == [fact.id for fact in rule]
        for action, fact in zip(actions, rule, strict=True):
            sources = [
                part["valueReference"]["reference"]
                for mark in action["extension"]
                for part in mark["extension"]
                if part["url"] == "source"
            ]
            assert sources[: len(fact.cite)] == [
                f"DocumentReference/{citation.source}" for citation in fact.cite
            ]


def test_what_is_switched_off_has_no_trigger_and_says_why(built: dict[str, Json]) -> None:
    actions = {
        action["id"]: action for action in built["PlanDefinition/rule-blood-counts"]["action"]
    }
    off = actions["thalidomide-neutrophils-start"]
    assert "trigger" not in off
    assert "Switched off: That treatment must not be started" in off["description"]
    assert actions["thalidomide-neutrophils"]["trigger"] == [
        {"type": "named-event", "name": "order-sign"},
        {"type": "named-event", "name": "patient-view"},
    ]


def test_the_data_a_rule_asks_for_is_in_value_sets_that_exist(built: dict[str, Json]) -> None:
    urls = {each["url"] for each in built.values() if each["resourceType"] == "ValueSet"}
    asked = {
        filter["valueSet"]
        for each in built.values()
        for requirement in each.get("dataRequirement", [])
        for filter in requirement["codeFilter"]
    }
    assert asked <= urls
    assert f"{CANONICAL}/ValueSet/code-set-pregnancy-test" in asked


def test_a_system_that_is_left_out_stands_in_no_value_set(knowledge: Knowledge) -> None:
    """ATC may be switched off by who has no licence for it."""
    atc = "http://www.whocc.no/atc"
    held = [each for each in code_set.build(Context(knowledge, "r4")) if atc in str(each)]
    left = [
        each
        for each in code_set.build(Context(knowledge, "r4", frozenset({atc})))
        if atc in str(each)
    ]
    assert (bool(held), left) == (True, [])
