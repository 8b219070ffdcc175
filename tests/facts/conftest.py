"""A small, complete folder of knowledge that a test may spoil in one place."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts import load_knowledge

FILES = {
    "release.yaml": """\
        version: "1"
        date: "2026-01-01T00:00:00Z"
        """,
    "not-modelled.yaml": """\
        not_modelled:
          - {rows: AB-009, reason: navigation text}
        """,
    "concepts.yaml": """\
        concepts:
          - {id: willowine, text: willowine, group: drug}
          - {id: headache, text: headache, group: condition}
          - id: nausea
            text: nausea
            group: event
            codings:
              - {system: "http://example.org/c", code: "1", display: Nausea, verified_at: a list}
        """,
    "sources.yaml": """\
        sources:
          - id: leaflet
            kind: information-page
            name: leaflet
            publication: {title: Willowine}
            publisher: press
          - id: trial-report
            kind: article
            name: report
            publication: {title: "Willowine in headache", year: "2001"}
            cited_by: leaflet
        organizations:
          - id: press
            name: The Press
            type: company
            cite: {source: leaflet, at: Footer}
        """,
    "drugs/willowine.yaml": """\
        drug: willowine
        concept: willowine
        source: leaflet
        dosing:
          - id: headache-dose
            condition: headache
            study: headache-trial
            steps:
              - {dose: 50 mg/d, role: initial}
              - {increment: 25..50 mg/d, every: 1 per 2 wk}
            cite: {at: Doses, lines: "3", printed: [50 mg, 27.00]}
            rows: AB-001
        programmes:
          - id: safe-use
            name: Safe use
            mandatory: "yes"
            authority: press
            cite: {at: Safety, lines: "4"}
        requirements:
          - id: consent
            programme: safe-use
            who: headache
            requirement: nausea
            cite:
              - {at: Safety, lines: "5"}
              - at: Safety
                lines: "6"
                source: trial-report
        """,
    "studies/headache-trial.yaml": """\
        study: headache-trial
        title: Willowine in headache
        short: Headache 2001
        kind: single-study
        condition: headache
        drugs: willowine
        source: leaflet
        publication: trial-report
        groups:
          - {id: all, name: all patients, n: "27", kind: enrolled, cite: {at: Results}}
          - id: women
            name: women
            n: "15"
            of: all
            kind: subgroup
            cite: {at: Results}
        counted_events:
          - id: nausea-count
            event: nausea
            group: all
            n: "9"
            percent: "33.3"
            cite: {at: Results, lines: "7"}
        splits:
          - id: by-sex
            group: all
            by: headache
            parts:
              - {trait: headache, n: "12"}
              - {trait: nausea, n: "15", group: women}
            cite: {at: Results}
        group_comparisons:
          - id: relief
            factor: headache
            values:
              - {group: all, n: "18", percent: "66.7"}
              - {group: women, n: "10", percent: "67"}
            cite: {at: Results}
        outcomes:
          - id: seen-again
            group: all
            outcome: headache
            n: "5"
            of: "16"
            percent: "31.3"
            cite: {at: Results}
        dose_changes:
          - {id: raised, group: all, n: "4", direction: increase, cite: {at: Results}}
        estimates:
          - id: relief-ratio
            measure: RR
            outcome: headache
            exposure: willowine
            group: all
            value: "1.50"
            interval: 1.10..2.05
            p: "= 0.01"
            cite: {at: Results}
        group_measures:
          - id: age
            group: all
            measure: headache
            value: 27.00 ± 0.110
            unit: a
            cite: {at: Results}
        """,
}


@pytest.fixture
def knowledge_folder(tmp_path: Path) -> Path:
    """The small knowledge, without a mistake."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return tmp_path


@pytest.fixture
def refusal(knowledge_folder: Path) -> Callable[[str, str, str], str]:
    """Spoils a file: returns what the loader says, file names made relative to the folder."""

    def spoil(name: str, old: str, new: str) -> str:
        file = knowledge_folder / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(KnowledgeError) as refused:
            load_knowledge(knowledge_folder)
        return str(refused.value).replace(f"{knowledge_folder}/", "")

    return spoil
