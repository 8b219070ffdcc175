"""Tabulated results are found by the measure's code, and hold their figures as printed."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fhir_kb.facts import Citation, Fact, Knowledge
from fhir_kb.facts.fact import ConceptId, DrugId, GroupId, Slug, SourceId
from fhir_kb.facts.study_facts import (
    BeforeAfter,
    ComparedValue,
    GroupComparison,
    GroupMeasure,
    OutcomeCount,
    StudyGroup,
)
from fhir_kb.facts.values import Figure, Summary
from fhir_kb.formats import Json
from fhir_kb.resources import observation
from fhir_kb.resources.context import Context

LOINC = "http://loinc.org"


@pytest.fixture(scope="module")
def results(r4: Context) -> dict[str, Json]:
    return {resource["id"]: resource for resource in observation.build(r4)}


def codes(concept: Json) -> set[str]:
    return {coding["code"] for coding in concept["coding"]}


def parts(result: Json, code: str) -> Iterator[Json]:
    return (part for part in result["component"] if code in codes(part["code"]))


def part(result: Json, code: str) -> Json:
    return next(parts(result, code))


def extension(element: Json, name: str) -> Json:
    return next(item for item in element["extension"] if item["url"].endswith(f"/{name}"))


def printed(result: Json) -> list[str]:
    return [
        item["valueString"]
        for mark in result["extension"]
        if mark["url"].endswith("/fact-source")
        for item in mark["extension"]
        if item["url"] == "printed"
    ]


# --- a row of Table 1 ---


def test_haemoglobin_of_a_group_is_found_by_its_loinc_code(results: dict[str, Json]) -> None:
    """``Observation?subject=Group/yang2020-ntdt&code=718-7`` is what an EHR asks.

    Table 1, lines 303-315: Hb, NTDT, 3M (n=39): 6.8±1.1, 9.7±1.9, <0.001.
    """
    found = [
        result
        for result in results.values()
        if result["subject"]["reference"] == "Group/yang2020-ntdt"
        and {"system": LOINC, "code": "718-7"}
        in [{"system": c["system"], "code": c["code"]} for c in result["code"]["coding"]]
        and "Table 1" in str(result["extension"])
    ]
    months = [part(result, "time-point")["valueQuantity"]["value"] for result in found]
    assert sorted(months) == [3, 12, 24]


def test_the_value_is_the_mean_after_treatment_with_its_spread(results: dict[str, Json]) -> None:
    row = results["yang2020-hb-ntdt-3m"]
    value = row["valueQuantity"]
    assert (value["value"], value["code"]) == (Decimal("9.7"), "g/dL")
    assert extension(value, "iso21090-uncertainty")["valueDecimal"] == Decimal("1.9")
    assert extension(value, "summary-statistic")["valueCodeableConcept"]["text"] == "Mean"


def test_before_number_time_and_p_value_are_components(results: dict[str, Json]) -> None:
    row = results["yang2020-hb-ntdt-3m"]
    before = part(row, "before-treatment")["valueQuantity"]
    assert before["value"] == Decimal("6.8")
    assert extension(before, "iso21090-uncertainty")["valueDecimal"] == Decimal("1.1")
    assert part(row, "number-of-patients")["valueInteger"] == 39
    assert part(row, "time-point")["valueQuantity"]["code"] == "mo"
    p = part(row, "p-value")["valueQuantity"]
    assert (p["value"], p["comparator"]) == (Decimal("0.001"), "<")


def test_no_result_has_an_invented_date(results: dict[str, Json]) -> None:
    """The documents give times since the start of treatment, never a day."""
    assert [
        id for id, result in results.items() if any(k.startswith("effective") for k in result)
    ] == []


def test_a_p_value_is_never_the_value_of_a_measure(results: dict[str, Json]) -> None:
    """A test of haemoglobin has the code of the test: its F of 58.682 is no haemoglobin."""
    test = results["yang2020-haemoglobin-ntdt-baseline-3-12-months"]
    assert "718-7" not in codes(test["code"])
    assert "718-7" in codes(part(test, "measure")["valueCodeableConcept"])
    assert part(test, "f-statistic")["valueQuantity"]["value"] == Decimal("58.682")
    assert not [key for key in test if key.startswith("value")]


def test_a_cell_left_empty_is_said_to_be_empty(results: dict[str, Json]) -> None:
    """Table 1 has dashes for HbF in TDT at 24 months."""
    cell = results["yang2020-hbf-tdt-24m"]
    assert codes(cell["dataAbsentReason"]) == {"unknown"}
    assert part(cell, "time-point")["valueQuantity"]["value"] == Decimal("24")
    assert not [key for key in cell if key.startswith("value")]


def test_a_change_alone_is_not_taken_for_a_level(knowledge: Knowledge) -> None:
    """An average rise of 2.9 g/dl must not be found as a haemoglobin of 2.9 g/dl."""
    rise = BeforeAfter(
        group=GroupId("all"),
        measure=ConceptId("haemoglobin"),
        unit="g/dL",
        change=Summary(mean=Decimal("2.9"), sd=Decimal("1.6")),
        **slug("rise"),
    )
    (result,) = built(knowledge, rise)
    assert "valueQuantity" not in result
    assert part(result, "change")["valueQuantity"]["value"] == Decimal("2.9")


def test_a_level_before_treatment_is_not_taken_for_the_result(knowledge: Knowledge) -> None:
    baseline = BeforeAfter(
        group=GroupId("all"),
        measure=ConceptId("haemoglobin"),
        unit="g/dL",
        before=Summary(mean=Decimal("6.8")),
        **slug("baseline"),
    )
    (result,) = built(knowledge, baseline)
    assert "valueQuantity" not in result
    assert part(result, "before-treatment")["valueQuantity"]["value"] == Decimal("6.8")


# --- counts ---


def test_a_count_is_n_of_the_groups_number_with_the_printed_share(
    results: dict[str, Json],
) -> None:
    """Main responders 62.9% (39/62) at 3 months, line 230."""
    ratio = next(
        result
        for result in results.values()
        if "main-response" in codes(result["code"])
        and result["subject"]["reference"] == "Group/yang2020-analysed"
    )
    value = ratio["valueRatio"]
    assert (value["numerator"]["value"], value["denominator"]["value"]) == (39, 62)
    assert part(ratio, "percent")["valueQuantity"]["value"] == Decimal("62.9")


def test_a_share_that_is_not_printed_says_that_it_was_computed(results: dict[str, Json]) -> None:
    """Tosi 2000: 4/9 alive and progression-free; 44.4 % is ours."""
    result = results["tosi2000-alive-progression-free"]
    assert part(result, "percent-computed")["valueQuantity"]["value"] == Decimal("44.4")
    assert list(parts(result, "percent")) == []


def test_a_derived_share_is_not_passed_off_as_printed(results: dict[str, Json]) -> None:
    """9 of 20 are 45 %, a sum that Tosi's abstract does not print."""
    result = results["tosi2000-any-response"]
    assert part(result, "percent-computed")["valueQuantity"]["value"] == Decimal("45")
    assert list(parts(result, "percent")) == []


def test_a_count_without_a_denominator_stays_a_count(knowledge: Knowledge) -> None:
    few = OutcomeCount(
        group=GroupId("unsized"), outcome=ConceptId("relapse"), n=4, **slug("relapses")
    )
    (result,) = built(knowledge, few)
    assert result["valueQuantity"]["value"] == 4
    assert result.get("component", []) == []


def test_patients_of_a_split_are_counted_per_trait(results: dict[str, Json]) -> None:
    """17 men and 10 women, printed 17M/1 OF (line 8)."""
    split = results["tosi2000-sex"]
    counts = {
        item["code"]["text"]: item["valueRatio"]["numerator"]["value"]
        for item in split["component"]
    }
    assert counts == {"male": 17, "female": 10}
    assert printed(split) == ["17M/1 OF"]


def test_a_harm_not_seen_is_none_of_the_group(results: dict[str, Json]) -> None:
    """No haematological toxicity and no marrow suppression, lines 750-752."""
    absence = results["yang2020-no-haematological-toxicity"]
    (myelosuppression,) = parts(absence, "myelosuppression")
    ratio = myelosuppression["valueRatio"]
    assert (ratio["numerator"]["value"], ratio["denominator"]["value"]) == (0, 62)


def test_a_dose_change_keeps_its_steps_in_order(results: dict[str, Json]) -> None:
    """50, 25, 12.5 mg/d and then 12.5 mg, printed mg/q.d. (lines 680-683)."""
    steps = results["yang2020-reduced-in-steps"]
    doses = [item["valueQuantity"] for item in parts(steps, "dose")]
    assert [(dose["value"], dose["code"]) for dose in doses] == [
        (Decimal("50"), "mg/d"),
        (Decimal("25"), "mg/d"),
        (Decimal("12.5"), "mg/d"),
        (Decimal("12.5"), "mg"),
    ]
    kept = part(steps, "718-7")["valueQuantity"]
    assert (kept["comparator"], kept["value"]) == (">", Decimal("9"))


# --- Table 2 ---


def test_each_side_of_a_comparison_is_found_under_the_factor(results: dict[str, Json]) -> None:
    """Table 2, fetal haemoglobin before thalidomide: 46.14±22.09 against 28.49±20.54, P 0.003."""
    row = results["yang2020-table-2-baseline-fetal-haemoglobin"]
    members = [member["reference"].removeprefix("Observation/") for member in row["hasMember"]]
    values = [results[id]["valueQuantity"]["value"] for id in members]
    assert values == [Decimal("46.14"), Decimal("28.49")]
    assert part(row, "p-value")["valueQuantity"]["value"] == Decimal("0.003")
    assert part(row, "related")["valueBoolean"] is True
    assert row["subject"]["reference"] == "Group/yang2020-analysed"
    assert [results[id]["subject"]["reference"] for id in members] == [
        "Group/yang2020-mar",
        "Group/yang2020-mir-nr",
    ]


def test_a_misprinted_unit_stays_as_printed_and_gets_no_code(results: dict[str, Json]) -> None:
    """Table 2 prints 63.76 g/dl; a search for g/dL must not find a deadly haemoglobin."""
    side = results["yang2020-table-2-baseline-haemoglobin-mar"]["valueQuantity"]
    assert (side["value"], side["unit"]) == (Decimal("63.76"), "g/dl")
    assert not {"system", "code"} & set(side)
    reading = extension(side, "quantity-reading")["valueQuantity"]
    assert (reading["value"], reading["code"]) == (Decimal("63.76"), "g/L")
    assert extension(side, "iso21090-uncertainty")["valueDecimal"] == Decimal("13.49")


def test_printed_digits_are_kept(results: dict[str, Json]) -> None:
    """Table 2 prints an age of 27.00, not 27."""
    age = results["yang2020-table-2-age-mar"]["valueQuantity"]
    assert str(age["value"]) == "27.00"
    assert extension(age, "printed-unit")["valueString"] == "years"


def test_a_median_keeps_its_quartiles(results: dict[str, Json]) -> None:
    """Table 2: thalidomide dose, median (IQR) 50 (50-50)."""
    dose = results["yang2020-table-2-dose-mar"]["valueQuantity"]
    assert extension(dose, "summary-statistic")["valueCodeableConcept"]["text"] == "Median"
    quartiles = extension(dose, "quartiles")["valueRange"]
    assert (quartiles["low"]["value"], quartiles["high"]["value"]) == (50, 50)


def test_a_comparison_without_figures_is_a_statement_of_its_own(knowledge: Knowledge) -> None:
    unrelated = GroupComparison(factor=ConceptId("age"), related="no", **slug("age"))
    (result,) = built(knowledge, unrelated)
    assert part(result, "related")["valueBoolean"] is False
    assert "hasMember" not in result


def test_a_comparison_is_about_the_group_that_its_sides_are_part_of(knowledge: Knowledge) -> None:
    sides = (
        ComparedValue(group=GroupId("few"), n=1, percent=Figure(Decimal("25"))),
        ComparedValue(group=GroupId("more"), n=3, percent=Figure(Decimal("50"))),
    )
    row = GroupComparison(factor=ConceptId("male"), values=sides, **slug("male"))
    head, few, _ = built(knowledge, row)
    assert head["subject"]["reference"] == "Group/study-some"
    assert few["subject"]["reference"] == "Group/study-few"
    assert few["valueRatio"]["denominator"]["value"] == 4


# --- every result ---


def test_a_result_points_at_its_study_and_its_document(results: dict[str, Json]) -> None:
    row = results["yang2020-hb-ntdt-3m"]
    study = extension(row, "workflow-researchStudy")["valueReference"]["reference"]
    assert study == "ResearchStudy/yang2020"
    assert [item["reference"] for item in row["derivedFrom"]] == ["DocumentReference/yang2020"]


def test_a_result_says_in_words_what_it_is_and_what_is_doubtful(results: dict[str, Json]) -> None:
    """The last step is printed 12.5 mg/q.d., which is no unit (lines 680-683)."""
    notes = [note["text"] for note in results["yang2020-reduced-in-steps"]["note"]]
    assert notes[0] == "Haemoglobin stayed above 9 g/dl through all the steps down."
    assert "12.5 mg/q.d." in notes[1]


def test_a_result_about_one_medicine_names_it(knowledge: Knowledge) -> None:
    dose = GroupMeasure(
        group=GroupId("all"),
        measure=ConceptId("age"),
        value=Summary(median=Decimal("60")),
        unit="a",
        drug=DrugId("thalidomide"),
        **slug("age"),
    )
    (result,) = built(knowledge, dose)
    assert "10432" in codes(part(result, "medication")["valueCodeableConcept"])


# --- a small study of our own ---


def slug(id: str) -> dict[str, Any]:
    return {"id": Slug(id), "cite": (Citation(source=SourceId("tosi2000"), at="here"),)}


def built(knowledge: Knowledge, fact: Fact) -> list[Json]:
    """Return the Observations of one fact in a study with a few groups."""
    groups = tuple(
        StudyGroup(name=name, n=n, of=of, kind=kind, **slug(name))
        for name, n, of, kind in (
            ("all", 20, None, "analysed"),
            ("some", 10, GroupId("all"), "subgroup"),
            ("few", 4, GroupId("some"), "subgroup"),
            ("more", 6, GroupId("some"), "subgroup"),
            ("unsized", None, None, "subgroup"),
        )
    )
    study = replace(
        knowledge.studies["tosi2000"],
        id="study",
        sections={"groups": groups, "facts": (fact,)},
    )
    small = replace(knowledge, studies={"study": study})
    return list(observation.build(Context(small, "r4")))
