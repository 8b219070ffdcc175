"""Whose type a reference is checked for: of what it names, or of what it leads to alone.

A server may keep anything under ``Practitioner/1``; HL7's validator does not hold the name against
a reference unless it is told to. Here the name counts, unless one says otherwise.
"""

import pytest

from fhir_kb.formats import Json
from fhir_kb.validation import Targets, validate


def patient(organization: Json, **elements: object) -> Json:
    return {"resourceType": "Patient", "managingOrganization": organization, **elements}


def in_bundle(resource: Json) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "http://a.example/fhir/Patient/1", "resource": {**resource, "id": "1"}},
            {
                "fullUrl": "http://a.example/fhir/Practitioner/1",
                "resource": {"resourceType": "Practitioner", "id": "1"},
            },
        ],
    }


NAMED = patient({"reference": "Practitioner/1"})
NAMED_BY_URL = patient({"reference": "http://a.example/fhir/Practitioner/1"})
STATED = patient({"reference": "Practitioner/1", "type": "Practitioner"})
CONTAINED = patient(
    {"reference": "#p"}, contained=[{"resourceType": "Practitioner", "id": "p", "active": True}]
)


@pytest.mark.parametrize(
    ("resource", "targets", "is_wrong"),
    [
        (NAMED, "named", True),
        (NAMED, "resolved", False),
        (NAMED_BY_URL, "named", True),
        (NAMED_BY_URL, "resolved", False),
        (STATED, "resolved", True),
        (CONTAINED, "resolved", True),
        (in_bundle(NAMED), "resolved", True),
        (in_bundle(NAMED_BY_URL), "resolved", True),
    ],
)
def test_the_type_of_a_target(resource: Json, targets: Targets, is_wrong: bool) -> None:
    found = {issue.message_id for issue in validate(resource, "R4", targets=targets)}
    assert ("wrong-target" in found) is is_wrong
