"""Keys are fetched when they are needed, kept for a while, and fetched anew when they rotate."""

import ipaddress
from typing import Any

import pytest
from cds_tokens import key_set, public_jwk
from loopback_ehr import LoopbackEhr

from fhir_kb.cds.key_sets import KEPT_SECONDS, PAUSE_SECONDS, KeySets, read_keys
from fhir_kb.errors import MalformedContent
from fhir_kb.net import Origin, Outside

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def key_sets(ehr: LoopbackEhr, clock: Clock) -> KeySets:
    ehr.answers = {"jwks.json": (200, key_set(public_jwk("EC", "old")))}
    return KeySets(Outside(frozenset({Origin.of(ehr.base)}), LOOPBACK), clock)


def test_keys_are_kept(ehr: LoopbackEhr, key_sets: KeySets) -> None:
    """One fetch for many calls."""
    url = f"{ehr.base}/jwks.json"
    assert all(key_sets.key(url, "old") for _ in range(5))
    assert len(ehr.asked) == 1


def test_a_new_key_is_found_after_a_rotation(
    ehr: LoopbackEhr, key_sets: KeySets, clock: Clock
) -> None:
    """[1h rotation] A client changes its keys without telling anyone."""
    url = f"{ehr.base}/jwks.json"
    key_sets.key(url, "old")
    ehr.answers = {"jwks.json": (200, key_set(public_jwk("EC", "new")))}
    clock.now += PAUSE_SECONDS
    assert key_sets.key(url, "new")
    assert key_sets.key(url, "old") is None


def test_invented_key_ids_do_not_cause_a_flood(ehr: LoopbackEhr, key_sets: KeySets) -> None:
    """[1h rotation] Whoever calls with random ids must not make this server call out each time."""
    url = f"{ehr.base}/jwks.json"
    assert [key_sets.key(url, str(number)) for number in range(50)] == [None] * 50
    assert len(ehr.asked) == 1


def test_a_key_that_was_withdrawn_ends(ehr: LoopbackEhr, key_sets: KeySets, clock: Clock) -> None:
    """[1h rotation] After an hour at the latest."""
    url = f"{ehr.base}/jwks.json"
    key_sets.key(url, "old")
    ehr.answers = {"jwks.json": (200, key_set())}
    clock.now += KEPT_SECONDS
    assert key_sets.key(url, "old") is None


@pytest.mark.parametrize("answer", [(500, b""), (200, b"<html>"), (200, b'{"keys":7}')])
def test_keys_stay_in_use_while_the_set_cannot_be_had(
    answer: Any, ehr: LoopbackEhr, key_sets: KeySets, clock: Clock
) -> None:
    """A short outage of the client's key server is no outage of decision support."""
    url = f"{ehr.base}/jwks.json"
    key_sets.key(url, "old")
    ehr.answers = {"jwks.json": answer}
    clock.now += KEPT_SECONDS - 1
    assert key_sets.key(url, "unknown") is None
    assert key_sets.key(url, "old")
    clock.now += 2
    assert key_sets.key(url, "old") is None


def test_an_outage_is_not_asked_about_at_every_call(ehr: LoopbackEhr, key_sets: KeySets) -> None:
    """A server that is down would make every call wait."""
    ehr.answers = {}
    assert [key_sets.key(f"{ehr.base}/jwks.json", "old") for _ in range(20)] == [None] * 20
    assert len(ehr.asked) == 1


def test_a_set_that_may_not_be_reached_is_not_asked(ehr: LoopbackEhr, clock: Clock) -> None:
    """[1h trap b] A key set is fetched from registered origins only."""
    assert KeySets(Outside(frozenset()), clock).key(f"{ehr.base}/jwks.json", "old") is None
    assert ehr.asked == []


@pytest.mark.parametrize("body", [b"{}", b'{"keys":{}}', key_set(*[{}] * 101), b"[]"])
def test_what_is_no_key_set_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedContent):
        read_keys(body)
