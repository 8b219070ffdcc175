"""A name that leads nowhere, or a count that contradicts itself, is refused with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.facts import load_knowledge

DRUG = "drugs/willowine.yaml"
STUDY = "studies/headache-trial.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        pytest.param(
            STUDY,
            "event: nausea",
            "event: nausae",
            f"{STUDY}:13: counted_events.0.event: no concept 'nausae'; did you mean 'nausea'?",
            id="concept",
        ),
        pytest.param(
            STUDY,
            "    group: all\n    n:",
            "    group: al\n    n:",
            f"{STUDY}:14: counted_events.0.group: no group 'al'; did you mean 'all'?",
            id="group",
        ),
        pytest.param(
            DRUG,
            "study: headache-trial",
            "study: hedache-trial",
            f"{DRUG}:7: dosing.0.study: no study 'hedache-trial'; did you mean 'headache-trial'?",
            id="study",
        ),
        pytest.param(
            DRUG,
            "programme: safe-use",
            "programme: risk-sharing",
            f"{DRUG}:21: requirements.0.programme: no programme 'risk-sharing'",
            id="programme",
        ),
        pytest.param(
            DRUG,
            "authority: press",
            "authority: pres",
            f"{DRUG}:17: programmes.0.authority: no organization 'pres'; did you mean 'press'?",
            id="organization",
        ),
        pytest.param(
            DRUG,
            "                source: trial-report".removeprefix("        "),
            "                source: report".removeprefix("        "),
            f"{DRUG}:28: requirements.0.cite.1.source: no source 'report'",
            id="source of one citation",
        ),
        pytest.param(
            DRUG,
            "concept: willowine",
            "concept: willow",
            f"{DRUG}:2: concept: no concept 'willow'; did you mean 'willowine'?",
            id="concept of a drug",
        ),
        pytest.param(
            STUDY,
            "condition: headache",
            "condition: hedache",
            f"{STUDY}:5: condition: no concept 'hedache'; did you mean 'headache'?",
            id="condition of a study",
        ),
        pytest.param(
            STUDY,
            "drugs: willowine",
            "drugs: [willowine, aspirin]",
            f"{STUDY}:6: drugs.1: no drug 'aspirin'",
            id="drug of a study",
        ),
        pytest.param(
            STUDY,
            "publication: trial-report",
            "publication: trial",
            f"{STUDY}:8: publication: no source 'trial'",
            id="publication of a study",
        ),
        pytest.param(
            "sources.yaml",
            "cited_by: leaflet",
            "cited_by: leaf",
            "sources.yaml:11: sources.1.cited_by: no source 'leaf'",
            id="document that cites a work",
        ),
        pytest.param(
            "sources.yaml",
            "publisher: press",
            "publisher: pres",
            "sources.yaml:6: sources.0.publisher: no organization 'pres'; did you mean 'press'?",
            id="publisher of a document",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_reported_where_it_stands(
    refusal: Callable[[str, str, str], str], file: str, old: str, new: str, told: str
) -> None:
    """Unseen, it would become a broken reference in three versions of a resource."""
    assert told in refusal(file, old, new).splitlines()[0]


def test_more_patients_than_the_group_has_are_refused(
    refusal: Callable[[str, str, str], str],
) -> None:
    assert refusal(STUDY, 'n: "9"', 'n: "28"') == (
        f"{STUDY}:15: counted_events.0.n: 28 is more than the group's 27"
    )


@pytest.mark.parametrize("percent", ["34", "33.4", "33.30"])
def test_a_percentage_that_is_not_the_share_is_refused(
    refusal: Callable[[str, str, str], str], percent: str
) -> None:
    """9 of 27 is 33.33 %: a slip in either number shows."""
    assert refusal(STUDY, 'percent: "33.3"', f'percent: "{percent}"') == (
        f"{STUDY}:16: counted_events.0.percent: 9 of 27 is 33.33 %, not {percent} %"
    )


@pytest.mark.parametrize(
    ("n", "percent"), [("9", "33"), ("9", "33.3"), ("9", "33.33"), ("18", "67"), ("27", "100")]
)
def test_a_percentage_may_be_rounded_as_it_is_printed(
    knowledge_folder: Path, n: str, percent: str
) -> None:
    file = knowledge_folder / STUDY
    text = file.read_text(encoding="utf-8")
    text = text.replace('n: "9"', f'n: "{n}"').replace('"33.3"', f'"{percent}"')
    file.write_text(text, encoding="utf-8")
    assert load_knowledge(knowledge_folder)


def test_a_percentage_without_a_count_is_left_alone(knowledge_folder: Path) -> None:
    """Documents print percentages whose denominator nobody knows."""
    file = knowledge_folder / STUDY
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('    n: "9"\n', ""), encoding="utf-8")
    assert load_knowledge(knowledge_folder)
