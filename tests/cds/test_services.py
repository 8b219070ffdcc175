"""What is announced is what works, in words that CDS Hooks 2.0 knows."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_kb.cds import SERVICES, DecisionSupport, discovery, service_of
from fhir_kb.chart import Request, read_chart
from fhir_kb.checks import run_checks
from fhir_kb.errors import UnknownType

FHIR_SEARCH = re.compile(
    r"[A-Z][A-Za-z]+(/\{\{context\.patientId\}\}|\?(patient|code|status|_sort|_count)=[^&]+"
    r"(&(patient|code|status|_sort|_count)=[^&]+)*)"
)


TOKEN = re.compile(
    r"context\.((draftOrders|medications)\.entry\.resource|dispatchedOrders\.resolve\(\))"
    r"\.ofType\(MedicationRequest\)(\.medication\.resolve\(\)\.ofType\(Medication\))?\.id"
)


@pytest.fixture(scope="session")
def announced(support: DecisionSupport) -> list[dict[str, Any]]:
    services: list[dict[str, Any]] = discovery(support)["services"]
    return services


def test_each_service_says_all_that_is_required(announced: list[dict[str, Any]]) -> None:
    """[D1] [D2] hook, id and description; and a title, since it is recommended."""
    for entry in announced:
        for name in ("hook", "id", "description", "title", "usageRequirements"):
            assert isinstance(entry[name], str), name
            assert entry[name]
        assert all(isinstance(query, str) for query in entry["prefetch"].values())


def test_editions_are_semantic_versions(announced: list[dict[str, Any]]) -> None:
    """[D2] 3.0 adds ``version`` and ``hookVersion``; a 2.0 client passes over them."""
    assert {entry["version"] for entry in announced} == {"2.0.0"}
    assert {entry["hook"]: entry["hookVersion"] for entry in announced} == {
        "order-select": "1.0",
        "order-sign": "1.0",
        "medication-refill": "0.1.0",
        "patient-view": "1.0",
        "order-dispatch": "1.1",
    }


def test_order_select_and_order_sign_share_an_id(announced: list[dict[str, Any]]) -> None:
    """[D3] So what is said at signing takes the place of what was said at selecting."""
    ids = {entry["hook"]: entry["id"] for entry in announced}
    assert ids["order-select"] == ids["order-sign"] == ids["medication-refill"]
    assert len(set(ids.values())) == 3


def test_the_medicines_are_named(announced: list[dict[str, Any]]) -> None:
    """The words come from the knowledge: a medicine that is added is announced."""
    for entry in announced:
        assert "lenalidomide, pomalidomide and thalidomide" in entry["description"]
        assert "{" not in entry["description"]


def test_templates_use_only_what_2_0_has(announced: list[dict[str, Any]]) -> None:
    """[P6] [P7] [P8] One token, no draftOrders, and only the simplest of searches."""
    for entry in announced:
        for query in entry["prefetch"].values():
            assert FHIR_SEARCH.fullmatch(query), query
            assert set(re.findall(r"{{(.*?)}}", query)) == {"context.patientId"}
            assert len(query) < 2000


def test_a_client_of_3_0_is_asked_for_what_orders_refer_to(
    support: DecisionSupport, announced: list[dict[str, Any]]
) -> None:
    """[P7] [D2] The same queries, and those that need FHIRPath; off unless it is set."""
    later = discovery(replace(support, edition="3.0"))["services"]
    added = {
        (entry["hook"], key): query
        for entry, before in zip(later, announced, strict=True)
        for key, query in entry["prefetch"].items()
        if key not in before["prefetch"]
    }
    assert added.keys() == {
        ("order-select", "orderedMedications"),
        ("order-sign", "orderedMedications"),
        ("medication-refill", "orderedMedications"),
        ("order-dispatch", "dispatchedOrders"),
        ("order-dispatch", "orderedMedications"),
    }
    for query in added.values():
        type, _, token = query.removesuffix("}}").partition("?_id={{")
        assert TOKEN.fullmatch(token), query
        assert type == re.findall(r"ofType\((\w+)\)", token)[-1]
    assert {entry["version"] for entry in later} == {"3.0.0-ballot"}


def test_what_a_rule_can_miss_is_asked_for(support: DecisionSupport) -> None:
    """[P1] A rule that looks at data no template asks for could never be carried out."""
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    for hook, rules in support.rules.items():
        for drug in ("10432", "342369", "1369713"):
            chart = read_chart(call_without_data(hook, drug, moment), support.vocabulary)
            for result in run_checks(rules, chart, moment):
                missed = {gap.category for gap in result.gaps} - {None}
                assert missed <= support.templates[hook].keys(), (hook, result.rule.id)


def call_without_data(hook: str, drug: str, moment: datetime) -> Request:
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": drug}
    medicine = {
        "resourceType": "MedicationRequest",
        "id": "1",
        "status": "active",
        "subject": {"reference": "Patient/1"},
        "medicationCodeableConcept": {"coding": [coding]},
    }
    taken = {"resourceType": "Bundle", "entry": [{"resource": medicine}]}
    if hook == "patient-view":
        return Request(hook=hook, patient_id="1", moment=moment, supplied={"medications": taken})
    return Request(hook=hook, patient_id="1", moment=moment, orders=taken)


def test_an_unknown_service_is_refused_with_what_would_work() -> None:
    """[1h 404] Unknown ids are the only 404."""
    with pytest.raises(UnknownType, match="did you mean 'imid-orders'") as refusal:
        service_of("imid-order")
    assert refusal.value.status == 404


@pytest.mark.parametrize("id", SERVICES)
def test_a_service_is_found_by_its_id(id: str) -> None:
    """Also the one that a client kept from an earlier discovery."""
    assert service_of(id).id == id
