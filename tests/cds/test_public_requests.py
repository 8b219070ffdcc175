"""Bodies found in public repositories, with all their quirks, are answered or refused rightly."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.cds import SERVICES
from fhir_kb.cds.hooks import HOOKS
from fhir_kb.cds.response_schema import response_faults
from fhir_kb.errors import DataMissing, RequestError

FOLDER = Path(__file__).resolve().parents[2] / "../shared/oracle/cds-requests"
BODIES = {file.name: json.loads(file.read_bytes()) for file in sorted(FOLDER.glob("*.json"))}
ANSWERED = [name for name, content in BODIES.items() if content["hook"] in HOOKS]
REFUSED = [name for name in BODIES if name not in ANSWERED]

pytestmark = pytest.mark.skipif(not BODIES, reason=f"{FOLDER} is not there")


def ordered_medicines(content: Any) -> list[Any]:
    """Return the drafts that name a medicine."""
    hook = HOOKS[content["hook"]]
    entries = content["context"].get(hook.orders or "", {}).get("entry", [])
    orders = [entry if "resourceType" in entry else entry["resource"] for entry in entries]
    return [order for order in orders if set(order) & set(MEDICINE)]


MEDICINE = {
    "medicationCodeableConcept": lambda concept: concept,
    "medication": lambda concept: {"concept": concept},
}
ORDERING = [name for name in ANSWERED if ordered_medicines(BODIES[name])]


@pytest.mark.parametrize("name", ANSWERED)
def test_a_known_hook_is_answered(name: str, ask: Any) -> None:
    """None of them is about our medicines: no card, unless a record could not be looked at."""
    answer = ask(BODIES[name])
    assert response_faults(answer) == []
    assert {card["source"]["topic"]["code"] for card in answer["cards"]} <= {"not-checked"}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", REFUSED)
def test_an_unknown_hook_is_refused(name: str, service: str, client: Any) -> None:
    """With 400, by every service, however well the rest is formed."""
    reply = client.post(f"/cds-services/{service}", json=BODIES[name])
    assert reply.status_code == RequestError.status
    assert reply.get_json(force=True)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("name", ORDERING)
def test_the_quirks_of_a_body_do_not_hide_an_order(name: str, ask: Any) -> None:
    """Lenalidomide is put in place of what is ordered: it is seen, or the refusal is said."""
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "643722"}
    content = deepcopy(BODIES[name])
    for order in ordered_medicines(content):
        for element in set(order) & set(MEDICINE):
            order[element] = MEDICINE[element]({"coding": [coding]})
    try:
        assert ask(content)["cards"]
    except DataMissing as refusal:
        assert refusal.keys
