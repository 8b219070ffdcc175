"""Pregnancy: what counts as a record of it, and what answers one."""

from typing import Any

import pytest
from charts import (
    ICD,
    LOINC,
    MYELOMA,
    PREGNANT,
    SNOMED,
    ago,
    ask,
    coded,
    condition,
    days_ago,
    found,
    observation,
    patient,
    pregnancy_test,
    quantity,
)

OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception"}],
}


def worded(text: str) -> dict[str, Any]:
    return condition("1", id="c-text") | {"code": {"text": text}}


FOUND = "found"
NOTHING = "nothing-found"
NOT_DONE = "not-done"


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        pytest.param(condition(PREGNANT), FOUND, id="active"),
        pytest.param(condition("Z33.1", ICD), FOUND, id="ICD-10-CM"),
        pytest.param(condition("Z331", ICD), FOUND, id="ICD-10-CM as claims write it"),
        pytest.param(condition("O09.91", ICD), FOUND, id="below a category of ICD-10-CM"),
        pytest.param(condition("60001007"), NOTHING, id="not pregnant"),
        pytest.param(
            condition(PREGNANT, clinicalStatus=coded("x", "resolved")), NOTHING, id="resolved"
        ),
        pytest.param(condition(PREGNANT, abatementDateTime="2026-01-01"), NOTHING, id="abated"),
        pytest.param(
            condition(PREGNANT, verificationStatus=coded("x", "refuted")), NOTHING, id="refuted"
        ),
        pytest.param(
            condition(PREGNANT, verificationStatus=coded("x", "provisional")),
            FOUND,
            id="provisional",
        ),
        pytest.param(
            condition(PREGNANT, verificationStatus=coded("x", "entered-in-error")),
            NOT_DONE,
            id="entered in error",
        ),
        pytest.param(
            condition(PREGNANT, modifierExtension=[{"url": "http://x", "valueBoolean": True}]),
            NOT_DONE,
            id="unknown modifier",
        ),
        pytest.param(worded("Pregnant, 8 weeks"), FOUND, id="words"),
        pytest.param(worded("Not pregnant"), NOTHING, id="words that deny"),
        pytest.param(worded("Possible pregnancy"), NOT_DONE, id="words that doubt"),
        pytest.param(condition("99999999999"), NOT_DONE, id="a code nobody knows, without words"),
        pytest.param(
            condition("1", id="c") | {"code": coded("http://other", PREGNANT, display="-")},
            NOTHING,
            id="the code of another system",
        ),
    ],
)
def test_a_condition(record: dict[str, Any], outcome: str) -> None:
    """A condition that cannot be read must not reassure."""
    assert ask("pregnancy", conditions=[record]).outcome == outcome


@pytest.mark.parametrize(
    ("tests", "outcome"),
    [
        pytest.param([pregnancy_test(ago(hours=5), negative=False)], FOUND, id="positive"),
        pytest.param([pregnancy_test(ago(hours=5))], NOTHING, id="negative"),
        pytest.param(
            [pregnancy_test(ago(days=3), False, "a"), pregnancy_test(ago(days=2), True, "b")],
            NOTHING,
            id="a later negative answers it",
        ),
        pytest.param(
            [pregnancy_test(ago(days=2), False, "a"), pregnancy_test(ago(days=3), True, "b")],
            FOUND,
            id="an earlier negative does not",
        ),
        pytest.param(
            [pregnancy_test(days_ago(2), False, "a"), pregnancy_test(days_ago(2), True, "b")],
            FOUND,
            id="a negative of the same day may have come first",
        ),
        pytest.param(
            [pregnancy_test(ago(days=2), False, "a"), pregnancy_test(ago(days=-90), True, "b")],
            FOUND,
            id="a negative of the future answers nothing",
        ),
        pytest.param([pregnancy_test(ago(days=-90))], NOT_DONE, id="a negative of the future"),
        pytest.param([pregnancy_test(ago(days=-90), False)], FOUND, id="a positive of the future"),
        pytest.param([pregnancy_test(ago(weeks=41), False)], FOUND, id="41 weeks ago"),
        pytest.param([pregnancy_test(ago(weeks=43), False)], NOTHING, id="43 weeks ago"),
        pytest.param([pregnancy_test("", negative=False)], FOUND, id="undated"),
        pytest.param(
            [pregnancy_test(ago(hours=5), valueCodeableConcept=None, valueString="Not detected")],
            NOTHING,
            id="not detected, in words",
        ),
        pytest.param(
            [pregnancy_test(ago(hours=5), valueCodeableConcept=None, valueString="Detected")],
            FOUND,
            id="detected, in words",
        ),
        pytest.param(
            [pregnancy_test(ago(hours=5), valueCodeableConcept=None)], NOT_DONE, id="no result"
        ),
        pytest.param(
            [
                pregnancy_test(ago(days=5), id="a", valueCodeableConcept=None),
                pregnancy_test(ago(days=2), id="b"),
            ],
            NOTHING,
            id="no result, and a later negative",
        ),
        pytest.param(
            [pregnancy_test(ago(hours=5), False, status="entered-in-error")],
            NOT_DONE,
            id="entered in error",
        ),
        pytest.param(
            [observation("82810-3", ago(days=1), valueCodeableConcept=coded(SNOMED, PREGNANT))],
            FOUND,
            id="pregnancy status",
        ),
        pytest.param(
            [observation("82810-3", ago(weeks=60), valueCodeableConcept=coded(SNOMED, PREGNANT))],
            NOTHING,
            id="pregnancy status of an earlier pregnancy",
        ),
        pytest.param(
            [
                observation("1", ago(hours=1), valueCodeableConcept=coded(SNOMED, "10828004"))
                | {"code": coded("urn:oid:2.16.840.1.113883.6.238", "2106-3", display="White")}
            ],
            NOTHING,
            id="the same code of another system: a race in CDC's",
        ),
    ],
)
def test_tests(tests: list[dict[str, Any]], outcome: str) -> None:
    assert ask("pregnancy", pregnancyTests=tests).outcome == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param({"valueCodeableConcept": coded(LOINC, "LA6576-8")}, FOUND, id="LOINC"),
        pytest.param({"valueCodeableConcept": coded(LOINC, "LA11882-0")}, FOUND, id="detected"),
        pytest.param({"valueCodeableConcept": coded(LOINC, "LA6577-6")}, NOTHING, id="negative"),
        pytest.param({"valueCodeableConcept": coded(LOINC, "LA26683-5")}, NOTHING, id="not so"),
        pytest.param({"valueString": "POS"}, FOUND, id="POS"),
        pytest.param({"valueString": " pos. "}, FOUND, id="POS with a full stop"),
        pytest.param({"valueCodeableConcept": {"text": "NEG"}}, NOTHING, id="NEG"),
        pytest.param({"valueString": "Positional"}, NOT_DONE, id="POS begins another word"),
        pytest.param({"valueString": "see post note"}, NOT_DONE, id="POS within other words"),
        pytest.param({"valueString": "not positive"}, NOT_DONE, id="not positive"),
        pytest.param({"valueString": "Not negative"}, NOT_DONE, id="not negative"),
        pytest.param({"valueString": "False positive"}, NOT_DONE, id="false positive"),
        pytest.param({"valueString": "Equivocal, not clearly negative"}, NOT_DONE, id="equivocal"),
        pytest.param(
            {"valueQuantity": quantity(5000, "m[IU]/mL")}, NOT_DONE, id="a figure has no threshold"
        ),
    ],
)
def test_how_laboratories_write_a_result(answer: dict[str, Any], outcome: str) -> None:
    """LOINC has answers of its own, and many send a word: none may be read as its contrary."""
    test = pregnancy_test(ago(hours=5), valueCodeableConcept=None) | answer
    assert ask("pregnancy", pregnancyTests=[test]).outcome == outcome


def test_a_status_in_the_words_of_the_patient_summary() -> None:
    status = observation("82810-3", ago(days=1), valueCodeableConcept=coded(LOINC, "LA15173-0"))
    assert ask("pregnancy", pregnancyTests=[status]).outcome == FOUND


@pytest.mark.parametrize(
    ("gender", "more", "outcome"),
    [
        ("male", {}, NOTHING),
        ("female", {}, NOT_DONE),
        ("other", {}, NOT_DONE),
        (None, {}, NOT_DONE),
        (
            "male",
            {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
                        "valueCode": "F",
                    }
                ]
            },
            NOT_DONE,
        ),
    ],
)
def test_only_a_male_patient_needs_no_data(
    gender: str | None, more: dict[str, Any], outcome: str
) -> None:
    """The gender on record is administrative: a recorded sex comes first."""
    person = patient(gender=gender, **more)
    assert ask("pregnancy", without="conditions", patient=person).outcome == outcome


@pytest.mark.parametrize("hook", ["order-select", "order-sign", "order-dispatch"])
def test_pregnancy_is_critical_and_suggests_to_withdraw_the_order(hook: str) -> None:
    [finding] = ask("pregnancy", hook=hook, conditions=[condition(PREGNANT)]).findings
    assert finding.indicator == "critical"
    assert [(change.order.reference, change.stop) for change in finding.changes] == [
        ("MedicationRequest/order", True)
    ]
    assert [evidence.origin.reference for evidence in finding.evidence] == [
        f"Condition/c-{PREGNANT}"
    ]


def test_a_finding_says_what_was_not_looked_at_beside_it() -> None:
    result = ask("pregnancy", conditions=[condition(PREGNANT)], pregnancyTests=OUTCOME)
    assert found(result) == ["pregnant"]
    assert [(gap.category, gap.reason) for gap in result.gaps] == [
        ("pregnancyTests", "pregnancy tests: the search for it failed")
    ]


def test_a_test_coded_by_an_oid_is_the_same_test() -> None:
    test = pregnancy_test(ago(hours=1), negative=False)
    test["code"] = coded("urn:oid:2.16.840.1.113883.6.1", "2106-3")
    assert test["code"] != coded(LOINC, "2106-3")
    assert ask("pregnancy", pregnancyTests=[test]).outcome == FOUND


def test_a_negative_test_of_the_same_moment_answers_no_positive_one() -> None:
    """Of two results of one hour it cannot be told which holds: the graver one does."""
    both = [pregnancy_test(ago(hours=3), negative, id=str(negative)) for negative in (True, False)]
    assert ask("pregnancy", pregnancyTests=both).outcome == "found"
    later = [pregnancy_test(ago(hours=2), id="later"), both[1]]
    assert ask("pregnancy", pregnancyTests=later).outcome == "nothing-found"


MALE = patient(gender="male")
BORN_FEMALE = {
    "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
    "valueCode": "F",
}
EVIDENCE = [
    pytest.param({"conditions": [condition(PREGNANT)]}, "pregnancy", id="condition"),
    pytest.param({"pregnancyTests": [pregnancy_test(ago(days=1), False)]}, "positive", id="test"),
    pytest.param(
        {
            "pregnancyTests": [
                observation("82810-3", ago(days=1), valueCodeableConcept=coded(SNOMED, PREGNANT))
            ]
        },
        "pregnan",
        id="status",
    ),
]


@pytest.mark.parametrize(("records", "said"), EVIDENCE)
@pytest.mark.parametrize(
    ("person", "contradicting"),
    [
        pytest.param(MALE, "gender male", id="gender"),
        pytest.param(
            patient(gender="male", extension=[BORN_FEMALE | {"valueCode": "M"}]),
            "sex male",
            id="sex at birth",
        ),
        pytest.param(patient(gender="male", extension=[BORN_FEMALE]), "", id="a transgender man"),
        pytest.param(patient(gender="other"), "", id="other"),
    ],
)
def test_a_record_of_pregnancy_counts_more_than_the_sex(
    person: dict[str, Any], contradicting: str, records: Any, said: str
) -> None:
    """Gender is administrative, and may be wrong: silence would harm a child that is on its way."""
    result = ask("pregnancy", patient=person, **records)
    [finding] = result.findings
    assert said in finding.summary
    assert finding.indicator == "critical"
    assert ("clarified" in finding.detail) == bool(contradicting)
    assert contradicting in finding.summary and contradicting in finding.detail
    assert ("male" in finding.summary) == bool(contradicting)


@pytest.mark.parametrize(("records", "said"), EVIDENCE)
@pytest.mark.parametrize("jurisdiction", ["US", "EU"])
def test_advice_for_males_is_not_given_to_one_who_is_pregnant(
    records: Any, said: str, jurisdiction: str
) -> None:
    """A condom, as if all were well, is no answer to a pregnancy; tests and contraception are."""
    del said
    given = found(ask("contraception", patient=MALE, jurisdiction=jurisdiction, **records))
    assert not [name for name in given if "condom" in name]
    assert {"us-two-methods", "eu-effective-method"}.intersection(given)
    tests = ask("pregnancy-tests", patient=MALE, jurisdiction=jurisdiction, **records)
    assert tests.outcome == "found"


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(condition(PREGNANT, clinicalStatus=coded("x", "resolved")), id="one before"),
        pytest.param(condition(PREGNANT, abatementDateTime="2015-01-01"), id="one that ended"),
    ],
)
def test_who_was_pregnant_once_can_be_again(record: dict[str, Any]) -> None:
    assert ask("pregnancy", patient=MALE, conditions=[record]).outcome == NOTHING
    assert "us-two-methods" in found(ask("contraception", patient=MALE, conditions=[record]))


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(condition(PREGNANT, verificationStatus=coded("x", "refuted")), id="refuted"),
        pytest.param(worded("Wife pregnant"), id="his wife is pregnant"),
        pytest.param(condition("60001007"), id="not pregnant"),
        pytest.param(condition(MYELOMA), id="nothing of the kind"),
    ],
)
def test_a_male_patient_without_evidence_of_pregnancy_stays_one(record: dict[str, Any]) -> None:
    assert ask("pregnancy", patient=MALE, conditions=[record]).outcome == NOTHING
    assert "us-condom" in found(ask("contraception", patient=MALE, conditions=[record]))


def test_a_sign_of_pregnancy_that_must_not_be_used_is_said_of_a_male_too() -> None:
    """A positive test without a status may have been made: that is no reason for silence."""
    test = pregnancy_test(ago(days=1), False, status="unknown")
    assert ask("pregnancy", patient=MALE, pregnancyTests=[test]).outcome == NOT_DONE
