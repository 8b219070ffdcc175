"""A mistake of form is reported with its file, its line and what was expected."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.facts import load_knowledge
from fhir_kb.facts.study_facts import GroupMeasure

DRUG = "drugs/willowine.yaml"
STUDY = "studies/headache-trial.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        pytest.param(
            STUDY,
            "event: nausea",
            "evnt: nausea",
            f"{STUDY}:19: counted_events.0.evnt: is not known here; did you mean 'event'?",
            id="unknown key",
        ),
        pytest.param(
            STUDY,
            "short: Headache 2001",
            "colour: red\n",
            f"{STUDY}:3: colour: is not known here (known: study, title, short, kind, condition, ",
            id="unknown key like no other",
        ),
        pytest.param(
            STUDY,
            "counted_events:",
            "counted_event:",
            f"{STUDY}:17: counted_event: is not known here; did you mean 'counted_events'?",
            id="unknown section",
        ),
        pytest.param(
            DRUG,
            "{at: Doses, lines",
            "{at: Doses, line",
            f"{DRUG}:11: dosing.0.cite.line: is not known here; did you mean 'lines'?",
            id="unknown key of the only citation",
        ),
        pytest.param(
            DRUG,
            "source: trial-report",
            "sorce: trial-report",
            f"{DRUG}:28: requirements.0.cite.1.sorce: is not known here; did you mean 'source'?",
            id="unknown key of one citation of several",
        ),
        pytest.param(
            DRUG,
            "50 mg/d, role",
            "50mg/d, role",
            f"{DRUG}:9: dosing.0.steps.0.dose: '50mg/d' is not of the form '50 mg/d' or ",
            id="bad amount",
        ),
        pytest.param(
            DRUG,
            "25..50 mg/d",
            "50..25 mg/d",
            f"{DRUG}:10: dosing.0.steps.1.increment: 50..25 runs backwards; write 25..50",
            id="range in the wrong order",
        ),
        pytest.param(
            DRUG,
            "1 per 2 wk",
            "fortnightly",
            f"{DRUG}:10: dosing.0.steps.1.every: 'fortnightly' is not of the form '1 per d' or ",
            id="bad frequency",
        ),
        pytest.param(
            STUDY,
            'n: "9"',
            "n: nine",
            f"{STUDY}:21: counted_events.0.n: 'nine' is not of the form '62'",
            id="bad number",
        ),
        pytest.param(
            STUDY,
            "    event: nausea\n",
            "",
            f"{STUDY}:18: counted_events.0: 'event' is a required property",
            id="missing field",
        ),
        pytest.param(
            STUDY,
            "condition: headache\n",
            "",
            f"{STUDY}:1: : 'condition' is a required property",
            id="missing header",
        ),
        pytest.param(
            DRUG,
            "role: initial",
            "role: first",
            f"{DRUG}:9: dosing.0.steps.0.role: 'first' is not one of initial, step, maximum",
            id="wrong word",
        ),
        pytest.param(
            DRUG,
            "id: headache-dose",
            "id: Headache_Dose",
            f"{DRUG}:5: dosing.0.id: 'Headache_Dose' is not of the form 'multiple-myeloma'",
            id="id that is no slug",
        ),
        pytest.param(
            DRUG,
            "rows: AB-001",
            "rows: [AB-001, AB1]",
            f"{DRUG}:12: dosing.0.rows.1: 'AB1' is not of the form 'TH-075'",
            id="bad row in a list",
        ),
        pytest.param(
            "release.yaml",
            'version: "1"',
            "versoin: 1",
            "release.yaml:1: : 'version' is missing",
            id="release without a version",
        ),
    ],
)
def test_a_mistake_of_form_is_reported_where_it_stands(
    refusal: Callable[[str, str, str], str], file: str, old: str, new: str, told: str
) -> None:
    """A pharmacist mends the line that is named, without reading Python."""
    assert any(line.startswith(told) for line in refusal(file, old, new).splitlines())


def test_every_mistake_of_a_file_is_reported_at_once(
    refusal: Callable[[str, str, str], str], knowledge_folder: Path
) -> None:
    file = knowledge_folder / DRUG
    file.write_text(file.read_text(encoding="utf-8").replace("role: initial", "role: first"))
    assert len(refusal(DRUG, 'mandatory: "yes"', "mandatory: perhaps").splitlines()) == 2


def test_the_digits_of_a_figure_survive_from_file_to_value(knowledge_folder: Path) -> None:
    """Nothing on the way may turn ``27.00`` into a float."""
    (age,) = load_knowledge(knowledge_folder).studies["headache-trial"].of(GroupMeasure)
    assert (str(age.value.mean), str(age.value.sd)) == ("27.00", "0.110")


def test_one_value_stands_for_a_list_of_one(knowledge_folder: Path) -> None:
    dose = load_knowledge(knowledge_folder).facts["willowine.headache-dose"]
    assert dose.rows == ("AB-001",)
