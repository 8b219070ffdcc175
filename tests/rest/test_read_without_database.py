"""Curated knowledge is there when the database of what clients write is away."""

from dataclasses import replace

import pytest
from flask import Flask

from fhir_kb.errors import StoreUnavailable
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request
from fhir_kb.rest.read import read, vread
from fhir_kb.store.interface import Store
from fhir_kb.web.served import ENDPOINTS

ASKED = Request("GET", "http://127.0.0.1:8080/fhir/r5", ())


def away() -> Store:
    raise StoreUnavailable("The database does not answer")


@pytest.fixture
def alone(writable_app: Flask) -> Endpoint:
    """Return an endpoint that takes writes, and whose database is away."""
    return replace(writable_app.extensions[ENDPOINTS]["r5"], store=away)


def test_curated_knowledge_is_read(alone: Endpoint) -> None:
    """No client can change it, so nothing else has to be asked."""
    answer = read(alone, ASKED, "MedicationKnowledge", "thalidomide")
    assert answer.status == 200
    version = answer.headers["ETag"].removeprefix('W/"').removesuffix('"')
    again = vread(alone, ASKED, "MedicationKnowledge", "thalidomide", version)
    assert again.body == answer.body


def test_what_clients_may_have_written_is_not_told_missing(alone: Endpoint) -> None:
    """404 would say that it is not there; it may be."""
    with pytest.raises(StoreUnavailable):
        read(alone, ASKED, "Organization", "a-ward")
