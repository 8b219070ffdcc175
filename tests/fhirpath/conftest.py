"""What the tests of FHIRPath share: a patient, the definitions and the official suite."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.definitions import Definitions, load
from fhir_kb.fhirpath import Environment, Node, compile_expression

ORACLE = Path(__file__).resolve().parents[2] / "../shared/oracle/fhirpath"

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "chalmers",
    "contained": [{"resourceType": "Organization", "id": "org", "name": "Acme"}],
    "identifier": [
        {"system": "urn:mrn", "value": "12345", "period": {"start": "2001-05", "end": "2011"}}
    ],
    "active": True,
    "name": [
        {"use": "official", "family": "Chalmers", "given": ["Peter", "James"]},
        {"use": "usual", "given": ["Jim"]},
        {
            "use": "maiden",
            "family": "Windsor",
            "given": [None, "Pete"],
            "_given": [{"extension": [{"url": "urn:masked", "valueBoolean": True}]}, None],
        },
    ],
    "telecom": [
        {"system": "phone", "value": "(03) 5555 6473", "use": "work", "rank": 1},
        {"system": "email", "value": "peter@example.org", "use": "home", "rank": 2},
    ],
    "gender": "male",
    "birthDate": "1974-12-25",
    "_birthDate": {
        "id": "born",
        "extension": [
            {"url": "urn:birthTime", "valueDateTime": "1974-12-25T14:35:45-05:00"},
            {
                "url": "urn:weight",
                "valueQuantity": {
                    "value": Decimal("3.250"),
                    "unit": "kilogram",
                    "system": "http://unitsofmeasure.org",
                    "code": "kg",
                },
            },
            {
                "url": "urn:age",
                "valueAge": {
                    "value": 46,
                    "system": "http://unitsofmeasure.org",
                    "code": "a",
                },
            },
        ],
    },
    "_deceasedBoolean": {"extension": [{"url": "urn:unknown", "valueCode": "asked"}]},
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "#org"},
    "generalPractitioner": [
        {"reference": "Practitioner/1"},
        {"reference": "http://example.org/fhir/Organization/2/_history/3"},
        {"reference": "urn:uuid:0", "type": "PractitionerRole"},
    ],
}

NOW = datetime(2026, 11, 21, 10, 30, 15, 250_000, tzinfo=UTC)

Values = Callable[..., list[Any]]


@pytest.fixture(scope="session")
def r4() -> Definitions:
    return load("R4")


@pytest.fixture(scope="session")
def patient() -> dict[str, Any]:
    return PATIENT


@pytest.fixture(scope="session")
def nodes(r4: Definitions) -> Callable[..., list[Node]]:
    """Evaluate on the patient."""

    def evaluate(text: str, **environment: Any) -> list[Node]:
        expression = compile_expression(text, r4, "Patient")
        return expression.evaluate(PATIENT, Environment(now=NOW, **environment))

    return evaluate


@pytest.fixture(scope="session")
def values(nodes: Callable[..., list[Node]]) -> Values:
    """Evaluate on the patient: dates and quantities are given as their texts."""

    def evaluate(text: str, **environment: Any) -> list[Any]:
        found = [node.value for node in nodes(text, **environment)]
        return [
            value if isinstance(value, str | int | Decimal | dict | None) else str(value)
            for value in found
        ]

    return evaluate


@pytest.fixture(scope="session")
def oracle() -> Path:
    if not ORACLE.is_dir():
        pytest.skip("the official FHIRPath suite is not there (../shared/oracle/fhirpath)")
    return ORACLE
