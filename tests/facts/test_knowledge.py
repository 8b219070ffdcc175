"""The whole of the authored files: what can be asked of it, and what its names must stand."""

import re
from collections import Counter
from pathlib import Path

from fhir_kb.facts import load_knowledge
from fhir_kb.facts.drug_facts import Dosing
from fhir_kb.facts.study_facts import CountedEvent

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def test_file_and_slug_make_a_legal_and_unique_fhir_id() -> None:
    """Facts become resources under these names: https://hl7.org/fhir/R4/datatypes.html#id."""
    names = [f"{file.id}-{fact.id}" for file in load_knowledge().files() for fact in file]
    assert [name for name in names if not FHIR_ID.fullmatch(name)] == []
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_facts_of_one_kind_come_in_the_authors_order(knowledge_folder: Path) -> None:
    knowledge = load_knowledge(knowledge_folder)
    assert [fact.id for fact in knowledge.drugs["willowine"].of(Dosing)] == ["headache-dose"]
    assert [fact.id for fact in knowledge.drugs["willowine"].of(CountedEvent)] == []


def test_a_fact_knows_its_full_id(knowledge_folder: Path) -> None:
    knowledge = load_knowledge(knowledge_folder)
    assert {knowledge.fact_id(fact) for fact in knowledge.facts.values()} == set(knowledge.facts)


def test_the_studies_of_a_drug_are_those_that_name_it(knowledge_folder: Path) -> None:
    knowledge = load_knowledge(knowledge_folder)
    assert knowledge.study_of_drug("willowine") == ("headache-trial",)
    assert knowledge.study_of_drug("aspirin") == ()


def test_the_packaged_knowledge_is_read_once() -> None:
    """Every caller shares one value; reading takes half a second."""
    assert load_knowledge() is load_knowledge()
