"""A setting is taken as it was meant, or refused with its name and what it takes."""

from dataclasses import fields

import pytest

from fhir_kb.cds.services import EDITIONS
from fhir_kb.errors import SettingError
from fhir_kb.settings import Settings, checked, read_settings, unknown_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("THREADS", "0"),
        ("CACHE_SECONDS", "-1"),
        ("HEADER_SECONDS", "0"),
        ("STOP_SECONDS", "1.5"),
        ("BODY_BYTES_MAX", "0"),
        ("PAGE_SIZE", "0"),
        ("WRITES", "maybe"),
        ("WRITES", "ON"),
        ("BASE_URL", "foo"),
        ("BASE_URL", "ftp://kb.example"),
        ("BASE_URL", "https://kb.example/?a=b"),
        ("DATABASE", "mysql://x"),
        ("SYSTEMS_LEFT_OUT", "atc"),
        ("CDS_AUTHENTICATION", "on"),
        ("CDS_DISCOVERY", "shut"),
        ("CDS_EDITION", "4.0"),
        ("CDS_COMMENTS", "maybe"),
        ("CDS_CARDS_MAX", "1"),
        ("CDS_SECONDS", "0"),
        ("CDS_SECONDS", "nan"),
        ("CDS_SECONDS", "inf"),
        ("CDS_JURISDICTIONS", ""),
        ("CDS_JURISDICTIONS", "US FR"),
        ("CDS_FHIR_SERVERS", "ehr.example.org"),
        ("CDS_ORIGINS", "ehr.example.org"),
    ],
)
def test_a_value_that_is_not_taken_is_refused(name: str, value: str) -> None:
    """A typing error must not start a server that is not what its operator meant."""
    with pytest.raises(SettingError, match=f"^FHIR_KB_{name} .*takes ") as refusal:
        read_settings({f"FHIR_KB_{name}": value})
    assert "\n" not in refusal.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65535"),
        ("WRITES", "on"),
        ("BASE_URL", ""),
        ("BASE_URL", "https://kb.example:8443/a/"),
        ("DATABASE", "postgresql://user:pass@host:5432/name?sslmode=require"),
        ("DATABASE", "postgres://host/name"),
        ("ANSWERS_BYTES_MAX", "0"),
        ("CACHE_SECONDS", "0"),
        ("CDS_SECONDS", "0.5"),
        ("CDS_JURISDICTIONS", "US EU"),
        ("CDS_ORIGINS", "* https://a.example http://localhost:3000"),
        ("CDS_FHIR_SERVERS", ""),
        ("SYSTEMS_LEFT_OUT", "http://www.whocc.no/atc urn:oid:1.2.3"),
        ("CDS_CLIENTS", "anything,at-all"),
    ],
)
def test_a_value_at_the_edge_is_taken(name: str, value: str) -> None:
    """The bounds belong to what is allowed."""
    taken = getattr(read_settings({f"FHIR_KB_{name}": value}), name.lower())
    shown = " ".join(sorted(taken)) if isinstance(taken, frozenset) else str(taken)
    assert sorted(shown.split()) == sorted(value.split())


def test_every_default_is_allowed() -> None:
    """Whoever sets nothing has a server."""
    assert checked(Settings()) == read_settings({})


def test_a_password_is_not_told() -> None:
    """Refusals end up in logs."""
    with pytest.raises(SettingError) as refusal:
        read_settings({"FHIR_KB_DATABASE": "mysql://user:secret@host"})
    assert "secret" not in refusal.value.message
    assert {setting.name for setting in fields(Settings) if setting.metadata["secret"]} == {
        "database",
        "write_token",
    }


def test_an_unknown_variable_is_told_with_its_neighbour() -> None:
    """Half of all wrong settings are misspelt ones, which would change nothing in silence."""
    environment = {"FHIR_KB_WRITE_TOKNE": "x", "FHIR_KB_PORT": "1", "HOME": "/"}
    (line,) = unknown_settings(environment)
    assert line.startswith("FHIR_KB_WRITE_TOKNE is no setting")
    assert line.endswith("FHIR_KB_WRITE_TOKEN")


def test_the_editions_are_those_of_decision_support() -> None:
    """The table of settings stands below decision support and must not fall behind it."""
    for edition in EDITIONS:
        assert read_settings({"FHIR_KB_CDS_EDITION": edition}).cds_edition == edition
