"""Records are found by code set as if each had been looked at, and looked at only once."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from charts import DEXAMETHASONE, bundle, chart_of, dosed
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.chart.records import Records

LOOKS: Counter[str] = Counter()


@dataclass(frozen=True)
class Note:
    """A record that counts how often it is looked at."""

    id: int
    concerns: frozenset[str]

    @property
    def alike(self) -> Hashable:
        LOOKS["looked"] += 1
        return self.concerns


SETS = st.frozensets(st.sampled_from("abcde"))


@given(st.lists(SETS), SETS)
def test_what_is_found_is_what_a_look_at_each_finds(
    drawn: list[frozenset[str]], wanted: frozenset[str]
) -> None:
    """An index that lost a record would let a check find nothing."""
    notes = [Note(i, concerns) for i, concerns in enumerate(drawn)]
    expected = [note for note in notes if note.concerns & wanted]
    assert list(Records(notes).about(*wanted)) == expected


def test_each_record_is_looked_at_once_however_often_is_asked() -> None:
    """Dozens of rules ask a chart of thousands of records."""
    notes = Records(Note(i, frozenset({"ab"[i % 2]})) for i in range(100))
    LOOKS.clear()
    found = [note for _ in range(50) for note in notes.about("a")]
    assert (len(found), LOOKS["looked"]) == (50 * 50, 100)


def test_records_are_a_tuple() -> None:
    """Readers and tests go through them as through any other."""
    notes = (Note(1, frozenset("a")), Note(2, frozenset("b")))
    assert Records(notes) == notes


def test_a_medicine_of_no_set_is_read_no_further() -> None:
    """Most of a long list has nothing to do with the rules: it costs a glance."""
    other = {**dosed("0", 5), "id": "m2", "medicationCodeableConcept": {"text": "vitamin D"}}
    chart = chart_of(medications=bundle(other, dosed(DEXAMETHASONE, 40)))
    doses = {record.origin.reference: record.dose.per_day for record in chart.medications}
    assert doses == {"MedicationRequest/m2": None, "MedicationRequest/order": Decimal(40)}


MODIFIER = [{"url": "https://example.org/not", "valueBoolean": True}]


@pytest.mark.parametrize(
    "place",
    [
        {"modifierExtension": MODIFIER},
        {"dosageInstruction": [{"modifierExtension": MODIFIER}]},
        {"dispenseRequest": {"initialFill": {"modifierExtension": MODIFIER}}},
        {"dosageInstruction": [{"timing": {"repeat": {}, "modifierExtension": MODIFIER}}]},
        {"contained": [{"resourceType": "Patient", "contact": [{"modifierExtension": MODIFIER}]}]},
    ],
)
def test_a_modifier_is_seen_wherever_it_stands(place: dict[str, Any]) -> None:
    """It may mean "not": what holds one must not be used, however deep it is hidden."""
    (record,) = chart_of(medications=bundle({**dosed(DEXAMETHASONE, 40), **place})).medications
    assert "modifier extension" in record.fault


def test_an_empty_list_of_modifiers_is_none() -> None:
    plain = {**dosed(DEXAMETHASONE, 40), "modifierExtension": []}
    (record,) = chart_of(medications=bundle(plain)).medications
    assert record.fault == ""
