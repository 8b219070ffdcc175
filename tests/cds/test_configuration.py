"""Settings become what decision support works with, or are refused by their names."""

from pathlib import Path

import pytest
from cds_tokens import ISSUER, KEY_SET, URL, key_set, public_jwk, token

from fhir_kb.cds.configuration import authentication, decision_support
from fhir_kb.errors import KnowledgeError, Unauthenticated
from fhir_kb.net import Origin
from fhir_kb.settings import Settings

CLIENT = frozenset({f"{ISSUER},{KEY_SET}"})


def no_file(path: str) -> bytes:
    raise FileNotFoundError(path)


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        (Settings(), False),
        (Settings(host="::1"), False),
        (Settings(host="0.0.0.0"), True),
        (Settings(cds_clients=CLIENT), True),
        (Settings(cds_authentication="required"), True),
        (Settings(host="0.0.0.0", cds_authentication="off"), False),
        (Settings(cds_clients=CLIENT, cds_authentication="off"), False),
    ],
)
def test_tokens_are_asked_for_off_loopback(settings: Settings, asked: bool) -> None:
    """[1h] Off on this machine, on by one setting, and on by itself for everyone else."""
    assert (authentication(settings, no_file) is not None) == asked


def test_without_clients_nobody_gets_in() -> None:
    """[1h] A server that listens to the world and knows no client answers none."""
    checked = authentication(Settings(host="0.0.0.0"), no_file)
    assert checked is not None
    with pytest.raises(Unauthenticated):
        checked.check(f"Bearer {token()}", URL)


def test_keys_may_be_handed_over_as_a_file(tmp_path: Path) -> None:
    """[1h] A client that publishes no key set gives its keys by another way."""
    file = tmp_path / "keys.json"
    file.write_bytes(key_set(public_jwk("EC", "key-1")))
    settings = Settings(data=tmp_path, cds_clients=frozenset({f"{ISSUER},{file},{URL}"}))
    checked = authentication(settings, lambda path: Path(path).read_bytes())
    assert checked is not None
    assert checked.check(f"Bearer {token(jku=None)}", URL) == ISSUER


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(cds_authentication="on"), "FHIR_KB_CDS_AUTHENTICATION"),
        (Settings(cds_clients=frozenset({"https://ehr.example.org"})), "FHIR_KB_CDS_CLIENTS"),
        (Settings(cds_clients=frozenset({f"{ISSUER},https://a:b@x/"})), "FHIR_KB_CDS_CLIENTS"),
        (Settings(cds_clients=frozenset({f"{ISSUER},nothing.json"})), "FHIR_KB_CDS_CLIENTS"),
        (Settings(cds_jurisdictions=frozenset({"FR"})), "FHIR_KB_CDS_JURISDICTIONS"),
        (Settings(cds_jurisdictions=frozenset()), "FHIR_KB_CDS_JURISDICTIONS"),
        (Settings(cds_fhir_servers=frozenset({"ehr.example.org"})), "FHIR_KB_CDS_FHIR_SERVERS"),
        (Settings(cds_networks=frozenset({"10.0.0.0/99"})), "FHIR_KB_CDS_NETWORKS"),
        (Settings(cds_cards_max=1), "FHIR_KB_CDS_CARDS_MAX"),
        (Settings(cds_discovery="shut"), "FHIR_KB_CDS_DISCOVERY"),
        (Settings(cds_comments="maybe"), "FHIR_KB_CDS_COMMENTS"),
    ],
)
def test_a_setting_that_is_wrong_is_refused(settings: Settings, words: str) -> None:
    """At the start, not at the first call: a typing error must not open a door."""
    with pytest.raises(KnowledgeError, match=words):
        decision_support(settings)
        authentication(settings, no_file)


def test_servers_and_networks_are_taken_over() -> None:
    """What an operator allows is allowed, exactly."""
    settings = Settings(
        cds_fhir_servers=frozenset({"https://ehr.example.org:8443/fhir"}),
        cds_networks=frozenset({"10.0.0.0/8"}),
        cds_seconds=1.5,
        cds_jurisdictions=frozenset({"EU", "DE"}),
    )
    support = decision_support(settings)
    assert support.outside.origins == {Origin("https", "ehr.example.org", 8443)}
    assert [str(network) for network in support.outside.networks] == ["10.0.0.0/8"]
    assert support.seconds == 1.5
    assert support.jurisdictions == {"EU", "DE"}
