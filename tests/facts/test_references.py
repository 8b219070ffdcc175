"""A name that leads nowhere is refused with its line and the nearest name there is."""

from collections.abc import Callable

import pytest

DRUG = "drugs/willowine.yaml"
STUDY = "studies/headache-trial.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        pytest.param(
            STUDY,
            "event: nausea",
            "event: nausae",
            f"{STUDY}:19: counted_events.0.event: no concept 'nausae'; did you mean 'nausea'?",
            id="concept",
        ),
        pytest.param(
            STUDY,
            "    group: all\n    n:",
            "    group: al\n    n:",
            f"{STUDY}:20: counted_events.0.group: no group 'al'; did you mean 'all'?",
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
