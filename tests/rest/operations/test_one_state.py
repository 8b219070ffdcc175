"""One answer is made of one state of the store, however many parts of it are asked for."""

from dataclasses import replace

from flask import Flask

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request
from fhir_kb.rest.operations.expand import expand_type
from fhir_kb.store.interface import Store
from fhir_kb.web.served import ENDPOINTS

URL = "http://hl7.org/fhir/ValueSet/administrative-gender"


def test_an_expansion_asks_for_the_state_once(writable_app: Flask) -> None:
    """Codes of one commit under the timestamp of the next would be an answer that never was."""
    served: Endpoint = writable_app.extensions[ENDPOINTS]["r5"]
    states: list[Store] = []

    def state() -> Store:
        states.append(served.store())
        return states[-1]

    asked = Request("GET", "http://kb.example/fhir/r5", ("ValueSet", "$expand"), (("url", URL),))
    assert expand_type(replace(served, store=state), asked).status == 200
    assert len(states) == 1
