"""Figures that contradict each other are refused, unless the document prints them so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.facts import load_knowledge

STUDY = "studies/headache-trial.yaml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            'n: "9"',
            'n: "28"',
            "counted_events.0.n: 28 is more than the group's 27",
            id="more events than patients",
        ),
        pytest.param(
            'n: "9"\n    percent: "33.3"',
            'n: "16"\n    at_risk: women',
            "counted_events.0.n: 16 is more than the group's 15",
            id="more events than patients at risk",
        ),
        pytest.param(
            'n: "5"\n',
            'n: "17"\n',
            "outcomes.0.n: 17 is more than the group's 16",
            id="more outcomes than patients looked at",
        ),
        pytest.param(
            'of: "16"',
            'of: "26"',
            "outcomes.0.percent: 5 of 26 is 19.23 %, not 31.3 %",
            id="percentage of an outcome",
        ),
        pytest.param(
            'group: all, n: "4"',
            'group: all, n: "40"',
            "dose_changes.0.n: 40 is more than the group's 27",
            id="more doses changed than patients",
        ),
        pytest.param(
            '    n: "15"\n',
            '    n: "28"\n',
            "groups.1.n: 28 is more than the group's 27",
            id="subgroup larger than its group",
        ),
        pytest.param(
            "value: 27.00 ± 0.110",
            'n: "30"\n    value: 27.00 ± 0.110',
            "group_measures.0.n: 30 is more than the group's 27",
            id="more measured than there are",
        ),
        pytest.param(
            'trait: headache, n: "12"',
            'trait: headache, n: "13"',
            "splits.0.parts: the parts add up to 28, more than the group's 27",
            id="parts larger than the whole",
        ),
        pytest.param(
            'n: "15", group: women',
            'n: "14", group: women',
            "splits.0.parts.1.n: 14 here, 15 where the group 'women' is",
            id="part of another size than its group",
        ),
        pytest.param(
            'n: "10", percent: "67"',
            'n: "11", percent: "67"',
            "group_comparisons.0.values.1.percent: 11 of 15 is 73.33 %, not 67 %",
            id="percentage in a comparison",
        ),
        pytest.param(
            'value: "1.50"',
            'value: "15.0"',
            "estimates.0.value: 15.0 lies outside its interval 1.10..2.05",
            id="ratio outside its interval",
        ),
    ],
)
def test_figures_that_contradict_each_other_are_refused(
    refusal: Callable[[str, str, str], str], old: str, new: str, told: str
) -> None:
    """A slip in one of two figures shows in the other."""
    way_out = "if it is printed so, flag the fact internal-inconsistency"
    mistakes = [line.split(": ", 1)[1] for line in refusal(STUDY, old, new).splitlines()]
    assert f"{told}; {way_out}" in mistakes


def change(folder: Path, old: str, new: str) -> None:
    file = folder / STUDY
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("percent", ["34", "33.4", "33.30"])
def test_a_percentage_that_is_not_the_share_is_refused(
    refusal: Callable[[str, str, str], str], percent: str
) -> None:
    """9 of 27 is 33.33 %, to as many digits as are printed."""
    told = refusal(STUDY, 'percent: "33.3"', f'percent: "{percent}"')
    assert f": counted_events.0.percent: 9 of 27 is 33.33 %, not {percent} %; " in told


@pytest.mark.parametrize(
    ("n", "percent"), [("9", "33"), ("9", "33.33"), ("18", "67"), ("27", "100"), ("0", "0")]
)
def test_a_percentage_may_be_rounded_as_it_is_printed(
    knowledge_folder: Path, n: str, percent: str
) -> None:
    change(knowledge_folder, 'n: "9"', f'n: "{n}"')
    change(knowledge_folder, 'percent: "33.3"', f'percent: "{percent}"')
    assert load_knowledge(knowledge_folder)


@pytest.mark.parametrize("percent", ["31.2", "31.3"])
def test_a_half_may_be_rounded_either_way(knowledge_folder: Path, percent: str) -> None:
    """5 of 16 is 31.25 %, and programs differ."""
    change(knowledge_folder, 'percent: "31.3"', f'percent: "{percent}"')
    assert load_knowledge(knowledge_folder)


def test_a_percentage_without_a_count_is_left_alone(knowledge_folder: Path) -> None:
    """Documents print percentages whose denominator nobody knows."""
    change(knowledge_folder, '    n: "9"\n', "")
    assert load_knowledge(knowledge_folder)


def test_parts_may_leave_patients_out(knowledge_folder: Path) -> None:
    """A document need not say where everyone belongs."""
    change(knowledge_folder, 'trait: headache, n: "12"', 'trait: headache, n: "2"')
    assert load_knowledge(knowledge_folder)


@pytest.mark.parametrize("flag", ["internal-inconsistency", "statistic-not-reproducible"])
def test_what_the_document_prints_so_may_be_recorded(knowledge_folder: Path, flag: str) -> None:
    """A contradiction of the document is published with its flag, not mended and not refused."""
    change(knowledge_folder, 'percent: "33.3"', f'percent: "34"\n    flags: {flag}')
    assert load_knowledge(knowledge_folder)
