"""A narrative tells every value of a fact in words, so a reader needs no codes."""

from fhir_kb.facts import Fact, Knowledge, Study
from fhir_kb.resources.context import Context
from fhir_kb.resources.fact_words import fact_rows, fact_text, full_text


def fact(study: Study, id: str) -> Fact:
    return next(item for item in study if item.id == id)


def rows(knowledge: Knowledge, study: str, id: str) -> dict[str, str]:
    file = knowledge.studies[study]
    return dict(fact_rows(Context(knowledge, "r4"), file, fact(file, id)))


def test_names_are_replaced_by_words(knowledge: Knowledge) -> None:
    row = rows(knowledge, "yang2020", "hb-ntdt-3m")
    assert row["Measure"] == "haemoglobin"
    assert row["Group"] == knowledge_group(knowledge, "ntdt")
    assert row["Before"] == "6.8 ± 1.1"
    assert row["P value"] == "P < 0.001"


def knowledge_group(knowledge: Knowledge, id: str) -> str:
    found = fact(knowledge.studies["yang2020"], id)
    return str(getattr(found, "name", ""))


def test_a_row_says_where_the_fact_stands_and_what_is_printed(knowledge: Knowledge) -> None:
    row = rows(knowledge, "tosi2000", "sex")
    assert row["Source"] == "Tosi 2000 abstract: Abstract > methods, lines 8"
    assert row["As printed"] == "17M/1 OF"
    assert row["Flags"] == "ocr"
    assert "10F is meant" in row["Note"]


def test_parts_inside_a_fact_are_told_too(knowledge: Knowledge) -> None:
    assert rows(knowledge, "tosi2000", "sex")["Parts"] == "male 17, female 10"


def test_medicines_and_organizations_have_their_names(knowledge: Knowledge) -> None:
    assert rows(knowledge, "ifm-2012", "low-dose")["Drugs"] == "thalidomide"
    party = rows(knowledge, "ifm-2012", "group-responsible")
    assert party["Organization"] == "Intergroupe Francophone du Myélome"


def test_our_own_sentence_stands_for_the_values(knowledge: Knowledge) -> None:
    study = knowledge.studies["wang2016"]
    context = Context(knowledge, "r4")
    pooled = fact(study, "pooled-trials")
    assert fact_text(context, study, pooled) == pooled.says
    assert full_text(context, study, pooled) == (
        f"{pooled.says} (Terms: randomised controlled trials; Phase: phase 3; Trials pooled: 18)"
    )


def test_values_stand_alone_without_a_sentence(knowledge: Knowledge) -> None:
    study = knowledge.studies["tosi2000"]
    words = fact_text(Context(knowledge, "r4"), study, fact(study, "age"))
    assert words == "Group: patients enrolled; Measure: age; Value: median 60; Unit: a"
