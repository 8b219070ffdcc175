"""A client that repeats itself is told to wait, and the others are answered."""

import pytest

from fhir_kb.cds.pace import Pace
from fhir_kb.errors import TooManyCalls


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_answered_and_what_exceeds_it_is_not() -> None:
    """[1h 429] The caller learns when to come again."""
    pace = Pace(6, Clock())
    for _ in range(6):
        pace.check("ehr")
    with pytest.raises(TooManyCalls) as refusal:
        pace.check("ehr")
    assert (refusal.value.status, refusal.value.seconds) == (429, 10)


def test_who_waits_as_told_is_answered() -> None:
    """[1h 429] Retry-After must not be too short."""
    clock = Clock()
    pace = Pace(7, clock)
    for _ in range(7):
        pace.check("ehr")
    with pytest.raises(TooManyCalls) as refusal:
        pace.check("ehr")
    clock.now += refusal.value.seconds
    pace.check("ehr")
    with pytest.raises(TooManyCalls):
        pace.check("ehr")


def test_an_even_pace_is_answered_for_ever() -> None:
    clock = Clock()
    pace = Pace(60, clock)
    for _ in range(1000):
        pace.check("ehr")
        clock.now += 1


def test_one_client_does_not_use_up_what_another_has() -> None:
    pace = Pace(1, Clock())
    pace.check("ehr")
    pace.check("another")
    with pytest.raises(TooManyCalls):
        pace.check("ehr")


def test_without_a_bound_every_call_is_answered() -> None:
    """[1h 429] A hospital sets the bound that fits it, or none."""
    pace = Pace(0, Clock())
    for _ in range(1000):
        pace.check("ehr")
