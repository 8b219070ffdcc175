"""Terms carry only codes that exist, mean the same thing and may be passed on.

The check digits and forms are those of each system's own publication, so that a slip of a
finger is seen without a terminology server.
"""

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from fhir_kb.definitions import load
from fhir_kb.facts.reading import check_against_schema, read_object
from fhir_kb.facts.source import Coding, Concept
from fhir_kb.facts.yaml_text import read_yaml_text

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
HL7 = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")
UNRELEASED = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
"""The reasons of CDS Hooks 3.0, which stand in its ballot and in no release of terminology yet."""

FORMS = {
    SNOMED: r"[1-9]\d{5,17}",
    LOINC: r"\d{1,5}-\d",
    "http://www.nlm.nih.gov/research/umls/rxnorm": r"[1-9]\d{0,6}",
    "http://fdasis.nlm.nih.gov": r"[0-9A-Z]{10}",
    "http://www.whocc.no/atc": r"[A-Z]\d\d[A-Z]{2}\d\d",
    "http://hl7.org/fhir/sid/icd-10-cm": r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?",
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": r"C\d{3,6}",
    "https://www.nlm.nih.gov/mesh": r"[CD]\d{6,9}",
    "http://purl.obolibrary.org/obo/doid.owl": r"DOID:\d+",
    UNRELEASED: r"[a-z]+(-[a-z]+)*",
}
"""The systems whose codes may be passed on, and the form of a code. MedDRA is not one of them."""

GROUPS = frozenset(
    {
        "chemistry",
        "condition",
        "design",
        "drug",
        "drug-class",
        "event",
        "exposure",
        "factor",
        "finding",
        "interactant",
        "measurement",
        "mechanism",
        "outcome",
        "override-reason",
        "population",
        "purpose",
        "relation",
        "requirement",
        "response",
        "route",
        "setting",
        "target",
        "test",
        "topic",
        "trait",
    }
)

SEMANTIC_TAGS = frozenset(
    {
        "disorder",
        "event",
        "finding",
        "observable entity",
        "procedure",
        "qualifier value",
        "regime/therapy",
        "situation",
        "substance",
    }
)


def _concepts() -> list[Concept]:
    text = read_yaml_text(Path(str(files("fhir_kb") / "knowledge" / "concepts.yaml")))
    check_against_schema(text, "concepts")
    entries = enumerate(text.data["concepts"])
    return [read_object(Concept, entry, text, ("concepts", i)) for i, entry in entries]


CONCEPTS = _concepts()
CODINGS = [(concept, coding) for concept in CONCEPTS for coding in concept.codings]


def _id(value: object) -> str:
    return value.id if isinstance(value, Concept) else getattr(value, "code", "")


def _of(system: str) -> list[tuple[Concept, Coding]]:
    return [(concept, coding) for concept, coding in CODINGS if coding.system == system]


def test_concept_ids_and_terms_stand_once() -> None:
    """Two concepts for one term would split what belongs together in a search."""
    repeated = [
        name
        for names in ([c.id for c in CONCEPTS], [c.text.casefold() for c in CONCEPTS])
        for name, count in Counter(names).items()
        if count > 1
    ]
    assert repeated == []


def test_every_concept_belongs_to_a_known_group() -> None:
    assert {concept.group for concept in CONCEPTS} <= GROUPS


def test_a_term_reads_as_within_a_sentence() -> None:
    odd = [c.id for c in CONCEPTS if c.text != " ".join(c.text.split()) or c.text.endswith(".")]
    assert odd == []


@pytest.mark.parametrize(("concept", "coding"), CODINGS, ids=_id)
def test_code_has_the_form_of_a_system_that_may_be_passed_on(
    concept: Concept, coding: Coding
) -> None:
    """MedDRA and SNOMED CT beyond the free set need licences that a reader may not have."""
    if not coding.system.startswith(HL7) or coding.system in FORMS:
        assert re.fullmatch(FORMS[coding.system], coding.code), coding.system


@pytest.mark.parametrize("concept", [c for c in CONCEPTS if c.codings], ids=_id)
def test_a_concept_has_one_code_of_a_system(concept: Concept) -> None:
    systems = [coding.system for coding in concept.codings]
    assert len(systems) == len(set(systems))


def test_a_code_stands_for_one_concept() -> None:
    codes = Counter((coding.system, coding.code) for _, coding in CODINGS)
    assert [code for code, count in codes.items() if count > 1] == []


@pytest.mark.parametrize(("concept", "coding"), _of(SNOMED), ids=_id)
def test_snomed_code_is_a_concept_with_its_full_name(concept: Concept, coding: Coding) -> None:
    """The partition 00 or 10 marks a concept; the last digit is Verhoeff's check digit."""
    assert coding.code[-3:-1] in ("00", "10")
    assert _verhoeff(coding.code) == 0
    tag = re.search(r" \(([^()]+)\)$", coding.display)
    assert tag is not None
    assert tag[1] in SEMANTIC_TAGS
    assert "ValueSet-snomed-intl-gps.json" in coding.verified_at


@pytest.mark.parametrize(("concept", "coding"), _of(LOINC), ids=_id)
def test_loinc_code_has_its_check_digit(concept: Concept, coding: Coding) -> None:
    number, digit = coding.code.split("-")
    assert _mod_10(number) == int(digit)


@pytest.mark.parametrize(
    ("concept", "coding"),
    [pair for pair in CODINGS if pair[1].system.startswith(HL7) and pair[1].system not in FORMS],
    ids=_id,
)
def test_hl7_code_and_display_are_in_the_release(concept: Concept, coding: Coding) -> None:
    """A code that only one version of FHIR has says so, for it would be wrong in the others."""
    for version in coding.fhir or ("r4", "r4b", "r5"):
        system = load(version.upper()).code_system(coding.system)
        assert system is not None, version
        assert system.displays.get(coding.code) == coding.display


# The multiplication table of the dihedral group of order 10, and Verhoeff's permutation.
_DIHEDRAL = [[(i + j) % 5 if i < 5 else 5 + (i - j) % 5 for j in range(5)] for i in range(10)]
_TIMES = [
    row + [5 + (i + j) % 5 if i < 5 else (i - j) % 5 for j in range(5)]
    for i, row in enumerate(_DIHEDRAL)
]
_PERMUTE = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def _verhoeff(number: str) -> int:
    check = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit)
        for _ in range(position % 8):
            value = _PERMUTE[value]
        check = _TIMES[check][value]
    return check


def _mod_10(number: str) -> int:
    doubled = str(int(number[::-1][::2]) * 2)
    total = sum(int(digit) for digit in doubled + number[::-1][1::2])
    return -total % 10


@pytest.mark.parametrize(
    ("number", "check"), [("74400008", 0), ("74400009", 1), ("74400080", 1)], ids=str
)
def test_check_digit_sees_a_slip(number: str, check: int) -> None:
    assert bool(_verhoeff(number)) == bool(check)
