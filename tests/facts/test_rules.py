"""Rules, populations and code sets as a pharmacist writes them: what is held, what is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts import load_knowledge
from fhir_kb.facts.knowledge import Rule
from fhir_kb.facts.rule import Criterion

RULES = list(load_knowledge().rules.values())
SETS = list(load_knowledge().code_sets.values())
FILES = {
    "code-sets.yaml": """\
        code_sets:
          - id: willowine
            text: willowine
            category: medications
            names: [willowine]
            codes:
              - {system: "http://example.org/drugs", code: "1", display: W, verified_at: a list}
              - {system: "http://example.org/drugs", code: "2", display: X, verified_at: a list}
        """,
    "populations.yaml": """\
        populations:
          - {id: all-women, text: women, sex: female, cite: {source: leaflet, at: Safety}}
        """,
    "rules/ceiling.yaml": """\
        rule: ceiling
        kind: daily-dose
        title: Much willowine
        purpose: Tells who takes much.
        theme: dose
        drugs: [willowine]
        source: leaflet
        hooks: [{hook: order-sign, indicator: info}]
        override_reasons: [headache]
        attributes:
          citation: leaflet
          developer: press
          funding: none
          dates: "2026"
          race: not used
          ethnicity: not used
          language: not used
          sexual_orientation: not used
          gender_identity: not used
          sex: not used
          date_of_birth: not used
          social_determinants: not used
          health_status: not used
        criteria:
          - id: above-5-mg
            limit: 5 mg/d
            summary: "{drug}: {dose} is much."
            cite: {at: Doses}
          - id: above-9-mg
            limit: 9 mg/d
            enabled: "no"
            reason: The page is lost.
            summary: "{drug}: {dose} is too much."
            cite: {at: Doses}
        """,
}
RULE = "rules/ceiling.yaml"
CODES = "code-sets.yaml"


@pytest.fixture
def rules_folder(knowledge_folder: Path) -> Path:
    """The small knowledge, with a rule."""
    for name, text in FILES.items():
        file = knowledge_folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return knowledge_folder


@pytest.fixture
def refusal(rules_folder: Path) -> Callable[[str, str, str], str]:
    """Spoils a file: returns what the loader says, file names made relative to the folder."""

    def spoil(name: str, old: str, new: str) -> str:
        file = rules_folder / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(KnowledgeError) as refused:
            load_knowledge(rules_folder)
        return str(refused.value).replace(f"{rules_folder}/", "")

    return spoil


def test_a_rule_is_its_header_and_its_criteria(rules_folder: Path) -> None:
    knowledge = load_knowledge(rules_folder)
    rule = knowledge.rules["ceiling"]
    assert rule.header.attributes.race == "not used"
    assert [fact.id for fact in rule] == ["above-5-mg", "above-9-mg"]
    assert {"ceiling.above-5-mg", "populations.all-women"} <= knowledge.facts.keys()


def test_a_criterion_that_is_switched_off_stays_known(rules_folder: Path) -> None:
    rule = load_knowledge(rules_folder).rules["ceiling"]
    assert [fact.id for fact in rule.within(["US"])] == ["above-5-mg"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        pytest.param(
            RULE,
            "kind: daily-dose",
            "kind: daily-does",
            f"{RULE}:2: kind: 'daily-does' is not one of advice, allergy, daily-dose,",
            id="a kind that nobody carries out",
        ),
        pytest.param(
            RULE,
            "limit: 5 mg/d",
            "limits: 5 mg/d",
            f"{RULE}:26: criteria.0.limits: is not known here; did you mean 'limit'?",
            id="a key of no kind",
        ),
        pytest.param(
            RULE,
            "limit: 5 mg/d",
            "limit: five",
            f"{RULE}:26: criteria.0.limit: 'five' is not of the form '50 mg/d' or",
            id="a figure in words",
        ),
        pytest.param(
            RULE,
            "{drug}: {dose} is much.",
            "{drug}: {value} is much.",
            f"{RULE}:27: criteria.0.summary: there is nothing to fill {{value}} with "
            "(known: dose, drug, limit)",
            id="a blank that its kind cannot fill",
        ),
        pytest.param(
            RULE,
            "{drug}: {dose} is much.",
            f"{{drug}}: {'much ' * 30}",
            f"{RULE}:27: criteria.0.summary: is longer than 139 characters",
            id="a summary too long for a card",
        ),
        pytest.param(
            RULE,
            "    reason: The page is lost.\n",
            "",
            f"{RULE}:31: criteria.1.enabled: what is switched off says why: reason is missing",
            id="switched off without a word",
        ),
        pytest.param(
            RULE,
            "  race: not used\n",
            "",
            f"{RULE}:10: attributes: 'race' is a required property",
            id="a source attribute left out",
        ),
        pytest.param(
            RULE,
            "drugs: [willowine]",
            "drugs: [willowin]",
            f"{RULE}:6: drugs: no code set 'willowin'; did you mean 'willowine'?",
            id="medicine",
        ),
        pytest.param(
            RULE,
            "override_reasons: [headache]",
            "override_reasons: [headach]",
            f"{RULE}:9: override_reasons: no concept 'headach'; did you mean 'headache'?",
            id="reason to override",
        ),
        pytest.param(
            RULE,
            "rule: ceiling",
            "rule: floor",
            f"{RULE}:1: rule: 'floor' must be the file's name 'ceiling'",
            id="file of another name",
        ),
        pytest.param(
            RULE,
            "source: leaflet",
            "source: paper",
            f"{RULE}:28: criteria.0.cite.source: no source 'paper'",
            id="source",
        ),
        pytest.param(
            CODES,
            'code: "2"',
            'code: "1"',
            f"{CODES}:8: code_sets.0.codes.1: '1' of http://example.org/drugs stands twice",
            id="a code twice",
        ),
        pytest.param(
            CODES,
            "display: X, verified_at: a list}",
            "display: X, with: descendants, verified_at: a list}",
            f"{CODES}:8: code_sets.0.codes.1: the codes of this system do not show their hierarchy",
            id="descendants where no code shows them",
        ),
        pytest.param(
            CODES,
            "names: [willowine]",
            "parts: [willowine]",
            f"{CODES}:5: code_sets.0.parts: a set cannot be a part of itself",
            id="a set within itself",
        ),
        pytest.param(
            CODES,
            "names: [willowine]",
            "names: [Willowine]",
            f"{CODES}:5: code_sets.0.names: 'Willowine' must be in lower case",
            id="a name that words never match",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(
    refusal: Callable[[str, str, str], str], file: str, old: str, new: str, told: str
) -> None:
    """A pharmacist mends what the message names, without Python."""
    assert any(line.startswith(told) for line in refusal(file, old, new).splitlines())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_cited_and_says_what_it_uses(rule: Rule) -> None:
    knowledge = load_knowledge()
    for fact in rule.of(Criterion):
        assert fact.enabled == "no" or fact.says, fact.id
        for citation in fact.cite:
            source = knowledge.sources[str(citation.source)]
            assert source.file or source.edition or source.publication.year, source.id
            assert (citation.at == "not found") == (fact.enabled == "no"), fact.id
    for population in rule.of(Criterion):
        used = getattr(population, "population", None) or getattr(population, "outside", None)
        if used and rule.id != "supply":
            assert rule.header.attributes.sex != "not used"


def test_every_code_set_is_used() -> None:
    """A list that no rule asks for would only grow old."""
    text = "".join(
        file.read_text(encoding="utf-8")
        for folder in ("rules", ".")
        for file in (Path(__file__).parents[2] / "fhir_kb" / "knowledge" / folder).glob("*.yaml")
        if file.name != "concepts.yaml"
    )
    unused = [
        code_set.id
        for code_set in SETS
        if len(re.findall(rf"(?<![\w-]){re.escape(code_set.id)}(?![\w-])", text)) < 2
    ]
    # "Not pregnant" is recognised so that it is not taken for a record nobody can read.
    assert unused == ["not-pregnant"]
