"""A folder of authored files becomes one knowledge, and a file that does not fit is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts import load_knowledge
from fhir_kb.facts.loader import check_file

DRUG = "drugs/willowine.yaml"
STUDY = "studies/headache-trial.yaml"


def test_every_fact_is_found_by_file_and_slug(knowledge_folder: Path) -> None:
    assert set(load_knowledge(knowledge_folder).facts) == {
        "sources.press",
        "willowine.headache-dose",
        "willowine.safe-use",
        "willowine.consent",
        "headache-trial.all",
        "headache-trial.women",
        "headache-trial.by-sex",
        "headache-trial.nausea-count",
        "headache-trial.relief",
        "headache-trial.seen-again",
        "headache-trial.raised",
        "headache-trial.relief-ratio",
        "headache-trial.age",
    }


def test_a_fact_is_cited_from_the_source_of_its_file_unless_it_names_another(
    knowledge_folder: Path,
) -> None:
    consent = load_knowledge(knowledge_folder).facts["willowine.consent"]
    assert [citation.source for citation in consent.cite] == ["leaflet", "trial-report"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        pytest.param(
            DRUG,
            "id: consent",
            "id: safe-use",
            f"{DRUG}:20: requirements.0.id: 'safe-use' is taken in programmes",
            id="slug of another section",
        ),
        pytest.param(
            "concepts.yaml",
            "id: headache",
            "id: willowine",
            "concepts.yaml:3: concepts.1.id: 'willowine' stands twice",
            id="concept twice",
        ),
        pytest.param(
            DRUG,
            "drug: willowine",
            "drug: willow",
            f"{DRUG}:1: drug: 'willow' must be the file's name 'willowine'",
            id="file of another name",
        ),
        pytest.param(
            DRUG,
            "source: leaflet\n",
            "",
            f"{DRUG}:10: dosing.0.cite: no source here, and the file names none",
            id="no source at all",
        ),
    ],
)
def test_what_does_not_fit_is_reported_where_it_stands(
    refusal: Callable[[str, str, str], str], file: str, old: str, new: str, told: str
) -> None:
    assert refusal(file, old, new) == told


def test_a_study_with_the_name_of_a_drug_is_refused(knowledge_folder: Path) -> None:
    """Facts are named by file and slug, so two files of one name would mix theirs."""
    study = knowledge_folder / STUDY
    text = study.read_text(encoding="utf-8").replace("study: headache-trial", "study: willowine")
    namesake = study.with_name("willowine.yaml")
    namesake.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        load_knowledge(knowledge_folder)
    assert str(refused.value) == (
        f"{namesake}:1: study: 'willowine' is the name of a drug's file already"
    )


def test_one_file_can_be_checked_while_the_others_are_unfinished(knowledge_folder: Path) -> None:
    """An editor checks the file at hand, whatever its neighbours look like."""
    (knowledge_folder / "concepts.yaml").write_text("concepts: [", encoding="utf-8")
    check_file(knowledge_folder / DRUG)
    with pytest.raises(KnowledgeError, match=r"concepts\.yaml:\d+: "):
        check_file(knowledge_folder / "concepts.yaml")


def test_a_file_that_is_no_part_of_the_knowledge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="not a file of drugs/ or studies/"):
        check_file(tmp_path / "notes.yaml")
