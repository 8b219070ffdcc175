"""What a card calls a record, and what it says when a rule has no figures for a disease."""

from typing import Any

import pytest
from charts import (
    LENALIDOMIDE_10,
    MDS,
    PREGNANT,
    SNOMED,
    THALASSEMIA,
    THALIDOMIDE_50,
    ask,
    coded,
    condition,
    days_ago,
    dosed,
    observation,
    pregnancy_test,
    procedure,
)

STATUS = observation("82810-3", days_ago(2), valueCodeableConcept=coded(SNOMED, PREGNANT))


@pytest.mark.parametrize(
    ("data", "named", "seen"),
    [
        ({"conditions": [condition(PREGNANT)]}, "pregnancy", "Pregnant"),
        (
            {"pregnancyTests": [pregnancy_test(days_ago(1), negative=False)]},
            "pregnancy test: positive",
            "pregnancy test: positive on 2026-11-19",
        ),
        (
            {"pregnancyTests": [STATUS]},
            "pregnancy status: pregnant",
            "pregnancy status: pregnant on 2026-11-18",
        ),
    ],
)
def test_a_card_says_what_is_on_record(data: dict[str, Any], named: str, seen: str) -> None:
    """ "On record: positive" leaves the reader to guess what was."""
    (finding,) = ask("pregnancy", **data).findings
    assert f"On record: {named}." in finding.summary
    assert [evidence.words for evidence in finding.evidence] == [seen]


def test_a_condition_is_called_by_its_code_and_dated_by_its_record() -> None:
    """The reader must find the entry that is meant among many."""
    neuropathy = condition("42658009", recordedDate="2026-10-02")
    (finding,) = ask(
        "peripheral-neuropathy", [dosed(THALIDOMIDE_50, 50)], conditions=[neuropathy]
    ).findings
    assert [evidence.words for evidence in finding.evidence] == [
        "Disorder of the peripheral nervous system, recorded on 2026-10-02"
    ]


def test_a_procedure_is_dated() -> None:
    """Years may lie between a splenectomy and an order."""
    spleen = procedure("234319005", performedDateTime="2020-01-31")
    result = ask(
        "thalassemia-aspirin-splenectomy",
        [dosed(THALIDOMIDE_50, 50)],
        conditions=[condition(THALASSEMIA)],
        procedures=[spleen],
    )
    assert result.findings[0].evidence[0].words.endswith(" on 2020-01-31")


@pytest.mark.parametrize(
    ("order", "data", "reason"),
    [
        (
            dosed(THALIDOMIDE_50, 50),
            {"conditions": [condition(THALASSEMIA)]},
            "the rule has no figures for β-thalassemia",
        ),
        (
            {**dosed(THALIDOMIDE_50, 50), "reasonCode": coded(SNOMED, THALASSEMIA)},
            {"conditions": [condition(MDS)]},
            "the rule has no figures for β-thalassemia",
        ),
        (
            dosed(LENALIDOMIDE_10, 10),
            {"conditions": [condition("42658009")]},
            "what the medicine is given for is not recorded",
        ),
    ],
)
def test_a_disease_that_a_rule_has_no_figures_for_is_named(
    order: dict[str, Any], data: dict[str, Any], reason: str
) -> None:
    """Who recorded the disease should not be told to record it."""
    result = ask("dose-maxima", [order], **data)
    assert (result.outcome, [gap.reason for gap in result.gaps]) == ("not-done", [reason])
