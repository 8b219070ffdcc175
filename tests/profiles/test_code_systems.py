"""Each code that facts and builders can yield has its place, and nothing else has one."""

from typing import Any, get_args, get_type_hints

import pytest

from fhir_kb.facts import drug_facts, study_facts
from fhir_kb.facts.fact import Flag
from fhir_kb.facts.kinds import SECTIONS
from fhir_kb.facts.remarks import SourceDetail, Statement
from fhir_kb.formats import Json
from fhir_kb.resources.frame import CONTENT_KIND, KINDS
from fhir_kb.resources.local_code import LOCAL_CODE_SYSTEMS, LocalCodeSystem
from fhir_kb.settings import CANONICAL
from fhir_kb.versions import VERSIONS

CONFORMANCE = VERSIONS["r4"].conformance
SYSTEMS = {each["url"]: each for each in CONFORMANCE if each["resourceType"] == "CodeSystem"}


def displays(name: str) -> dict[str, str]:
    concepts = SYSTEMS[f"{CANONICAL}/CodeSystem/{name}"]["concept"]
    return {concept["code"]: concept["display"] for concept in concepts}


def choices(kind: type, field: str) -> set[str]:
    """Return the words that a field of a fact may hold."""
    return set(_words(get_type_hints(kind)[field]))


def _words(hint: Any) -> list[str]:
    arms = get_args(hint)
    return [arm for arm in arms if isinstance(arm, str)] or [
        word for arm in arms for word in _words(arm)
    ]


def test_every_flag_of_a_fact_is_explained() -> None:
    assert set(get_args(Flag)) == displays("fact-flag").keys()


@pytest.mark.parametrize(
    ("name", "kind", "field"),
    [
        ("case-aspect", study_facts.CaseDetail, "aspect"),
        ("dose-action", drug_facts.DoseAdjustment, "actions"),
        ("dose-role", drug_facts.DoseStep, "role"),
        ("effect-aspect", drug_facts.EffectDetail, "aspect"),
        ("finding-direction", study_facts.Finding, "direction"),
        ("indication-status", drug_facts.Indication, "status"),
        ("risk-change", study_facts.CountedEvent, "direction"),
    ],
)
def test_a_word_of_a_fact_is_a_code(name: str, kind: type, field: str) -> None:
    assert choices(kind, field) == displays(name).keys()


def test_every_topic_of_a_statement_is_a_code() -> None:
    kinds = {kind.__name__ for kind in SECTIONS.values()}
    names = {"".join(f"-{c.lower()}" if c.isupper() else c for c in kind) for kind in kinds}
    known = displays("statement-topic").keys()
    topics = choices(Statement, "topic") | choices(SourceDetail, "aspect")
    topics |= choices(drug_facts.DoseLimit, "kind")
    assert topics <= known
    of_kinds = {name.removeprefix("-") for name in names}
    spoken = {"comparison", "history", "not-a-member-of-class"}
    assert known - topics - of_kinds == spoken


@pytest.mark.parametrize("system", LOCAL_CODE_SYSTEMS, ids=lambda system: system.name)
def test_a_code_system_of_the_builders_is_published_as_it_is_used(system: LocalCodeSystem) -> None:
    assert displays(system.name) == system.codes
    assert SYSTEMS[system.url]["title"] == system.title


def test_the_kinds_of_content_are_published_as_they_are_used() -> None:
    assert displays(CONTENT_KIND.rpartition("/")[2]) == KINDS


@pytest.mark.parametrize(
    "system", [each for each in SYSTEMS.values() if "valueSet" in each], ids=lambda each: each["id"]
)
def test_the_value_set_of_a_code_system_is_all_its_codes_and_no_others(system: Json) -> None:
    """Else valueSet, which says that they are the same, must not be given."""
    value_sets = (each for each in CONFORMANCE if each["url"] == system["valueSet"])
    assert [each["compose"] for each in value_sets] == [{"include": [{"system": system["url"]}]}]


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=lambda system: system["id"])
def test_a_code_system_defines_each_of_its_codes_once(system: Json) -> None:
    codes = [concept["code"] for concept in system["concept"]]
    assert len(codes) == len(set(codes)) == system["count"]
    assert all(concept["definition"].endswith(".") for concept in system["concept"])
