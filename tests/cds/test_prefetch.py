"""A template becomes a URL of which no part can leave its place."""

import pytest

from fhir_kb.cds import DecisionSupport
from fhir_kb.cds.prefetch import filled


@pytest.mark.parametrize(
    ("template", "patient", "url"),
    [
        ("Patient/{{context.patientId}}", "p-1", "Patient/p-1"),
        ("Patient/{{context.patientId}}", "../x?y#z", "Patient/..%2Fx%3Fy%23z"),
        (
            "Observation?patient={{context.patientId}}&code=http://loinc.org|1,http://loinc.org|2"
            "&_sort=-date",
            "p&q=1",
            "Observation?patient=p%26q%3D1&code=http%3A%2F%2Floinc.org%7C1,"
            "http%3A%2F%2Floinc.org%7C2&_sort=-date",
        ),
    ],
)
def test_a_template_is_filled_and_encoded(template: str, patient: str, url: str) -> None:
    """[P9] What the server asks for itself is what the client would have sent."""
    assert filled(template, patient) == url


def test_each_hook_asks_only_for_what_its_rules_look_at(support: DecisionSupport) -> None:
    """Least data: measurements serve the kidney dose, which speaks at signing only."""
    assert "measurements" in support.templates["order-sign"]
    assert "measurements" not in support.templates["order-select"]
    assert "allergies" in support.templates["order-select"]
    assert "allergies" not in support.templates["patient-view"]


def test_codes_stand_with_their_system(support: DecisionSupport) -> None:
    """[P8] 2106-3 is a pregnancy test in LOINC and a race elsewhere."""
    query = support.templates["order-sign"]["pregnancyTests"]
    codes = query.split("code=")[1].split("&")[0].split(",")
    assert "http://loinc.org|2106-3" in codes
    assert all(code.startswith("http://loinc.org|") for code in codes)
