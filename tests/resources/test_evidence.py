"""A ratio keeps its interval and P value; a finding in words gets no figure."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from fhir_kb.facts import Knowledge
from fhir_kb.formats import Json
from fhir_kb.resources import evidence, evidence_variable
from fhir_kb.resources.context import Context


@pytest.fixture(scope="module")
def syntheses(r4: Context) -> dict[str, Json]:
    return {resource["id"]: resource for resource in evidence.build_r4(r4)}


@pytest.fixture(scope="module")
def r4b(knowledge: Knowledge) -> Context:
    return Context(knowledge, "r4b")


@pytest.fixture(scope="module", params=["r4b", "r5"])
def found(request: pytest.FixtureRequest, r4b: Context, r5: Context) -> dict[str, Json]:
    older = request.param == "r4b"
    resources = evidence.build_r4b(r4b) if older else evidence.build_r5(r5)
    return {resource["id"]: resource for resource in resources}


def variables(resource: Json, role: str) -> Iterator[Json]:
    return (
        variable
        for variable in resource["variableDefinition"]
        if variable["variableRole"]["coding"][0]["code"] == role
    )


def extension(element: Json, name: str) -> Json:
    return next(item for item in element["extension"] if item["url"].endswith(f"/{name}"))


RATIOS = [
    # Results, line 9: HR, 0.62; 95% CI, 0.57 – 0.67; P < .001
    ("wang2016-hr-progression-free-survival", "0.62", "0.57", "0.67", "<", "0.001"),
    # line 9: HR = 0.93; 95% CI, 0.85 – 1.01; P = .082
    ("wang2016-hr-overall-survival", "0.93", "0.85", "1.01", None, "0.082"),
    # line 13: risk ratio = 2.52; 95% CI, 1.41 – 4.52; P = .002
    ("wang2016-rr-thromboembolism", "2.52", "1.41", "4.52", None, "0.002"),
    # Yang, lines 716-718: P=0.038, OR=1.111, 95% CI: 1.006-1.226
    ("yang2020-baseline-fetal-haemoglobin-odds-ratio", "1.111", "1.006", "1.226", None, "0.038"),
]
EACH_RATIO = pytest.mark.parametrize(("id", "value", "low", "high", "comparator", "p"), RATIOS)


@EACH_RATIO
def test_evidence_has_the_ratio_as_printed(
    id: str,
    value: str,
    low: str,
    high: str,
    comparator: str | None,
    p: str,
    found: dict[str, Json],
) -> None:
    (statistic,) = found[id]["statistic"]
    interval, p_value = statistic["attributeEstimate"]
    assert statistic["quantity"]["value"] == Decimal(value)
    assert interval["level"] == Decimal("0.95")
    bounds = interval["range"]
    assert (bounds["low"]["value"], bounds["high"]["value"]) == (Decimal(low), Decimal(high))
    assert p_value["quantity"]["value"] == Decimal(p)
    assert p_value["quantity"].get("comparator") == comparator


@EACH_RATIO
def test_r4_has_the_same_ratio_as_an_effect_evidence_synthesis(
    id: str,
    value: str,
    low: str,
    high: str,
    comparator: str | None,
    p: str,
    syntheses: dict[str, Json],
) -> None:
    (estimate,) = syntheses[id]["effectEstimate"]
    (interval,) = estimate["precisionEstimate"]
    assert estimate["value"] == Decimal(value)
    assert (interval["from"], interval["to"]) == (Decimal(low), Decimal(high))
    quantity = extension(estimate, "p-value")["valueQuantity"]
    assert quantity["value"] == Decimal(p)
    assert quantity.get("comparator") == comparator


@pytest.mark.parametrize(
    ("id", "r4_code", "code"),
    [
        ("wang2016-hr-overall-survival", "relative-HR", "C93150"),
        ("wang2016-rr-thromboembolism", "relative-RR", "C93152"),
        ("yang2020-baseline-fetal-haemoglobin-odds-ratio", "relative-OR", "C16932"),
    ],
)
def test_hazard_risk_and_odds_ratios_are_told_apart(
    id: str, r4_code: str, code: str, syntheses: dict[str, Json], found: dict[str, Json]
) -> None:
    assert syntheses[id]["effectEstimate"][0]["type"]["coding"][0]["code"] == r4_code
    assert found[id]["statistic"][0]["statisticType"]["coding"][0]["code"] == code


def test_a_pooled_estimate_says_whom_it_counts_and_what_is_not_said(
    found: dict[str, Json],
) -> None:
    """18 trials and 7,730 patients are the whole pool, not those of each estimate."""
    size = found["wang2016-rr-thromboembolism"]["statistic"][0]["sampleSize"]
    assert (size["numberOfStudies"], size["numberOfParticipants"]) == (18, 7730)
    assert "not stated" in size["description"]


def test_an_estimate_whose_patients_are_left_open_counts_none(
    found: dict[str, Json], syntheses: dict[str, Json]
) -> None:
    """The article does not say whether the odds ratio is about all 62 or the 39 with NTDT."""
    id = "yang2020-baseline-fetal-haemoglobin-odds-ratio"
    assert "sampleSize" not in found[id]["statistic"][0]
    assert "sampleSize" not in syntheses[id]


def test_what_is_doubtful_about_an_estimate_stands_beside_it(
    found: dict[str, Json], syntheses: dict[str, Json]
) -> None:
    id = "yang2020-baseline-fetal-haemoglobin-odds-ratio"
    (note,) = syntheses[id]["note"]
    assert found[id]["note"] == [note]
    assert "unit of the ratio is not stated" in note["text"]


def test_what_an_exposure_was_compared_with_is_not_made_up(syntheses: dict[str, Json]) -> None:
    """R4 requires exposureAlternative; the news item names none."""
    alternative = syntheses["wang2016-hr-overall-survival"]["exposureAlternative"]
    assert alternative["extension"][0]["valueCode"] == "unknown"
    assert "reference" not in alternative


def test_the_grade_of_an_event_stands_on_its_variable(found: dict[str, Json]) -> None:
    (outcome,) = variables(found["wang2016-rr-thromboembolism"], "measuredVariable")
    (text,) = extension(outcome, "grade-range")["extension"]
    assert text["valueString"] == "3–4"


def test_a_result_called_not_significant_says_so(found: dict[str, Json]) -> None:
    p_value = found["wang2016-hr-overall-survival"]["statistic"][0]["attributeEstimate"][1]
    assert extension(p_value, "significant")["valueBoolean"] is False


def test_a_finding_in_words_has_variables_but_no_statistic(found: dict[str, Json]) -> None:
    """GEM05: median progression-free survival longer with both drugs; no median is given."""
    finding = found["gem05-maintenance-progression-free-survival"]
    assert "statistic" not in finding
    assert "significantly longer" in finding["assertion"]
    (exposure,) = variables(finding, "exposure")
    others = [variable["description"] for variable in variables(finding, "referenceExposure")]
    assert exposure["description"] == "maintenance therapy with thalidomide and bortezomib"
    assert others == [
        "maintenance therapy with thalidomide",
        "maintenance therapy with interferon alfa-2b",
    ]


def test_a_count_is_a_proportion_of_its_group(found: dict[str, Json]) -> None:
    """Tosi 2000: 5 (25%) of the 20 evaluable."""
    (statistic,) = found["tosi2000-m-protein-reduction-over-50"]["statistic"]
    assert statistic["numberAffected"] == 5
    assert statistic["sampleSize"]["numberOfParticipants"] == 20
    assert statistic["quantity"]["value"] == Decimal("25")


def test_a_harm_not_seen_affected_nobody(found: dict[str, Json]) -> None:
    """Yang 2020, lines 750-752: one statistic for each harm, none of 62."""
    statistics = found["yang2020-no-haematological-toxicity"]["statistic"]
    assert [item["numberAffected"] for item in statistics] == [0, 0]
    assert {item["sampleSize"]["numberOfParticipants"] for item in statistics} == {62}


def test_evidence_is_derived_from_its_study_in_every_version(
    r4: Context, r4b: Context, r5: Context
) -> None:
    (newer,) = next(evidence.build_r5(r5))["relatedArtifact"]
    assert newer["resourceReference"]["reference"].startswith("ResearchStudy/")
    for older in (evidence.build_r4(r4), evidence.build_r4b(r4b)):
        derived = next(older)["relatedArtifact"][0]
        assert derived["type"] == "derived-from"
        assert derived["extension"][0]["valueReference"]["reference"].startswith("ResearchStudy/")


def test_every_variable_that_evidence_names_is_built(
    r4: Context, r4b: Context, r5: Context
) -> None:
    for context, results, terms in (
        (r4, evidence.build_r4, evidence_variable.build_r4),
        (r4b, evidence.build_r4b, evidence_variable.build_r4b),
        (r5, evidence.build_r5, evidence_variable.build_r5),
    ):
        built = {f"EvidenceVariable/{variable['id']}" for variable in terms(context)}
        assert named(list(results(context))) == built


def named(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*(named(item) for item in value))
    if isinstance(value, dict):
        target = value.get("reference")
        inside = named(list(value.values()))
        own = isinstance(target, str) and target.startswith("EvidenceVariable/")
        return inside | {target} if own else inside
    return set()


def test_a_variable_is_defined_by_a_code_or_by_a_group(r4: Context) -> None:
    """R4 asks that the population be a variable too; it is the Group itself."""
    terms = {variable["id"]: variable for variable in evidence_variable.build_r4(r4)}
    (outcome,) = terms["progression-free-survival"]["characteristic"]
    coding = outcome["definitionCodeableConcept"]["coding"][-1]
    assert coding["code"] == "progression-free-survival"
    (population,) = terms["wang2016-pooled"]["characteristic"]
    assert population["definitionReference"]["reference"] == "Group/wang2016-pooled"
