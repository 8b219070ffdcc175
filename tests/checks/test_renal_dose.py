"""Renal dosing: the clearance by hand, the bands at their edges, and what leaves them open."""

from typing import Any

import pytest
from charts import (
    LENALIDOMIDE_5,
    LENALIDOMIDE_25,
    MDS,
    MYELOMA,
    POMALIDOMIDE_4,
    ask,
    condition,
    days_ago,
    dosed,
    found,
    measured,
    observation,
    order,
    patient,
    procedure,
    quantity,
)

CREATININE, MOLAR, WEIGHT, REPORTED = "2160-0", "14682-9", "29463-7", "35591-7"
MAN = patient(gender="male", birthDate="1956-01-01")
"""70 years old at the moment of the tests: his clearance is 70 x kg / (72 x mg/dL)."""


def renal(
    creatinine: object = "1.0",
    kilograms: object = "72",
    *,
    orders: list[dict[str, Any]] | None = None,
    disease: str = MYELOMA,
    person: dict[str, Any] = MAN,
    labs: list[dict[str, Any]] | None = None,
    rule: str = "lenalidomide-renal-dose",
    **more: Any,
) -> Any:
    values = [measured(CREATININE, creatinine, "mg/dL")] if labs is None else labs
    return ask(
        rule,
        [dosed(LENALIDOMIDE_25, 25)] if orders is None else orders,
        patient=person,
        conditions=[condition(disease)],
        labs=values,
        measurements=[measured(WEIGHT, kilograms, "kg", days_ago(30))],
        **more,
    )


@pytest.mark.parametrize(
    ("creatinine", "kilograms", "jurisdiction", "expected"),
    [
        ("1.0", "72", "US", []),
        ("1.0", "61.8", "US", []),
        ("1.0", "61.7", "US", ["myeloma-us-30-60"]),
        ("2.0", "61.8", "US", ["myeloma-us-30-60"]),
        ("2.0", "61.7", "US", ["myeloma-us-below-30"]),
        ("1.0", "61.7", "EU", []),
        ("1.0", "51.5", "EU", []),
        ("1.0", "51.4", "EU", ["eu-30-50"]),
        ("2.0", "61.7", "EU", ["eu-below-30"]),
    ],
)
def test_the_bands_include_their_lower_end(
    creatinine: str, kilograms: str, jurisdiction: str, expected: list[str]
) -> None:
    """70 x 61.7 / 72 is 59.99 mL/min. The European band ends at 50, the American at 60."""
    assert found(renal(creatinine, kilograms, jurisdiction=jurisdiction)) == expected


@pytest.mark.parametrize(
    ("kilograms", "jurisdiction", "expected"),
    [
        ("60", "US", []),
        ("30", "US", ["myeloma-us-30-60"]),
        ("50", "EU", []),
        ("30", "EU", ["eu-30-50"]),
    ],
)
def test_an_edge_belongs_to_the_band_above_it(
    kilograms: str, jurisdiction: str, expected: list[str]
) -> None:
    """At 68 years a man's clearance is his weight by his creatinine."""
    person = patient(gender="male", birthDate="1958-01-01")
    assert found(renal("1.0", kilograms, person=person, jurisdiction=jurisdiction)) == expected


def test_the_card_shows_the_clearance_and_what_it_follows_from() -> None:
    [finding] = renal("1.5", "72").findings
    assert finding.summary == (
        "lenalidomide at 25 mg a day; 47 mL/min: the label starts with 10 mg once a day."
    )
    assert [evidence.words for evidence in finding.evidence] == [
        "creatinine in serum: 1.5 mg/dL on 2026-11-19",
        "body weight: 72 kg on 2026-10-21",
    ]
    [change] = finding.changes
    assert change.daily_dose is not None
    assert str(change.daily_dose.value) == "10"


@pytest.mark.parametrize(
    ("labs", "expected"),
    [
        ([measured(MOLAR, "132.6", "umol/L")], ["myeloma-us-30-60"]),
        ([measured(MOLAR, "88.4", "umol/L")], []),
        ([measured(MOLAR, "0.1326", "mmol/L")], ["myeloma-us-30-60"]),
        ([measured(CREATININE, "15", "mg/L")], ["myeloma-us-30-60"]),
        ([measured("35203-9", "132.6", "umol/L")], ["myeloma-us-30-60"]),
    ],
)
def test_an_amount_of_substance_is_the_same_creatinine(
    labs: list[dict[str, Any]], expected: list[str]
) -> None:
    """88.4 umol/L are 1 mg/dL: taken for a mass it would be a disaster."""
    assert found(renal(labs=labs)) == expected


@pytest.mark.parametrize(
    ("creatinine", "amount", "repeat", "expected"),
    [
        ("1.5", 10, {}, []),
        ("1.5", 15, {"period": 2}, []),
        ("1.5", 25, {"period": 2}, ["myeloma-us-30-60"]),
        ("3.0", 15, {"period": 2}, []),
        ("3.0", 10, {"frequency": 21, "period": 28}, ["myeloma-us-below-30"]),
    ],
)
def test_every_other_day_is_spread_out_and_three_weeks_of_four_are_not(
    creatinine: str, amount: int, repeat: dict[str, int], expected: list[str]
) -> None:
    """15 mg every other day is the label's own 7.5 mg a day; 10 mg on 21 days of 28 is 10 mg."""
    orders = [dosed(LENALIDOMIDE_5, amount, **repeat)]
    assert found(renal(creatinine, orders=orders)) == expected


@pytest.mark.parametrize(
    ("gender", "kilograms", "outcome"),
    [
        ("male", "65", "nothing-found"),
        ("female", "65", "found"),
        ("unknown", "65", "not-done"),
        ("unknown", "60", "found"),
        ("unknown", "80", "nothing-found"),
    ],
)
def test_an_unknown_sex_is_both(gender: str, kilograms: str, outcome: str) -> None:
    """63 mL/min for a man is 54 for a woman: only a band that holds for both is a verdict."""
    person = patient(gender=gender, birthDate="1956-01-01")
    assert renal("1.0", kilograms, person=person).outcome == outcome


@pytest.mark.parametrize(
    ("done", "dose", "expected"),
    [
        ([procedure("302497006")], 10, ["myeloma-us-dialysis"]),
        ([procedure("302497006")], 5, []),
        ([procedure("302497006", status="not-done")], 10, []),
    ],
)
def test_dialysis_has_a_dose_of_its_own(done: list[Any], dose: int, expected: list[str]) -> None:
    orders = [dosed(LENALIDOMIDE_5, dose)]
    assert found(renal(orders=orders, procedures=done)) == expected


def test_dialysis_without_a_dose_of_its_own_is_said() -> None:
    """The label's dose in MDS below 30 mL/min is not one for dialysis: silence would reassure."""
    result = renal(
        disease=MDS, orders=[dosed(LENALIDOMIDE_5, 5)], procedures=[procedure("302497006")]
    )
    assert result.outcome == "not-done"
    assert "dialysis" in str(result.gaps)


@pytest.mark.parametrize(
    ("disease", "dose", "creatinine", "expected"),
    [
        (MDS, 10, "1.5", ["mds-us-30-60"]),
        (MDS, 5, "1.5", []),
        (MDS, 5, "3.0", ["mds-us-below-30"]),
        ("443487006", 25, "1.5", ["myeloma-us-30-60"]),
    ],
)
def test_the_disease_chooses_the_table(
    disease: str, dose: int, creatinine: str, expected: list[str]
) -> None:
    orders = [dosed(LENALIDOMIDE_5, dose)]
    assert found(renal(creatinine, disease=disease, orders=orders)) == expected


@pytest.mark.parametrize(
    ("given", "category"),
    [
        pytest.param({"labs": []}, "labs", id="no creatinine"),
        pytest.param(
            {"labs": [measured(CREATININE, "1.5", "mg/dL", days_ago(40))]}, "labs", id="old"
        ),
        pytest.param({"labs": [measured(CREATININE, "1.5", "mg")]}, "labs", id="not a unit of it"),
        pytest.param({"kilograms": "0"}, "labs", id="no weight at all"),
        pytest.param({"without": "measurements"}, "measurements", id="weight not supplied"),
        pytest.param({"without": "procedures"}, "procedures", id="dialysis not known"),
        pytest.param({"without": "patient"}, "patient", id="no patient"),
        pytest.param(
            {"person": patient(gender="male", birthDate=None)}, "patient", id="no birth date"
        ),
        pytest.param(
            {"person": patient(gender="male", birthDate="2035-01-01")}, "patient", id="not born yet"
        ),
        pytest.param(
            {"person": patient(gender="male", birthDate="1850-01-01")}, "patient", id="too old"
        ),
        pytest.param(
            {"labs": [measured(CREATININE, "1.5", "mg/dL", days_ago(-300))]}, "labs", id="to come"
        ),
        pytest.param({"creatinine": "-1.0"}, "labs", id="creatinine below zero"),
        pytest.param({"kilograms": "-72"}, "measurements", id="weight below zero"),
        pytest.param({"orders": [order()], "creatinine": "2.0"}, None, id="no dose"),
        pytest.param({"disease": "22298006"}, "conditions", id="another disease"),
    ],
)
def test_what_is_missing_is_said(given: dict[str, Any], category: str | None) -> None:
    result = renal(**given)
    assert result.outcome == "not-done"
    assert category in {gap.category for gap in result.gaps}


def test_a_reported_clearance_will_do_where_none_can_be_calculated() -> None:
    labs = [observation(REPORTED, days_ago(2), valueQuantity=quantity(45, "mL/min"))]
    assert found(renal(labs=labs)) == ["myeloma-us-30-60"]


def test_a_reported_clearance_of_the_future_does_not_reassure() -> None:
    labs = [observation(REPORTED, days_ago(-300), valueQuantity=quantity(90, "mL/min"))]
    assert renal(labs=labs).outcome == "not-done"


def test_an_estimated_filtration_rate_is_no_clearance() -> None:
    labs = [observation("98979-8", days_ago(2), valueQuantity=quantity(20, "mL/min"))]
    assert renal(labs=labs).outcome == "not-done"


@pytest.mark.parametrize(
    ("disease", "dose", "expected"),
    [
        (MYELOMA, 4, ["myeloma-dialysis"]),
        (MYELOMA, 3, []),
        ("109385007", 5, ["kaposi-dialysis"]),
        ("109385007", 4, []),
    ],
)
def test_pomalidomide_on_dialysis(disease: str, dose: int, expected: list[str]) -> None:
    result = renal(
        rule="pomalidomide-renal-dose",
        orders=[dosed(POMALIDOMIDE_4, dose)],
        disease=disease,
        procedures=[procedure("302497006")],
        labs=[],
    )
    assert found(result) == expected
    assert result.gaps == ()
