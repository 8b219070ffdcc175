"""A body is read strictly where it matters and leniently where old clients differ."""

from typing import Any

import pytest
from cds_calls import body, bundle, order, without, written

from fhir_kb.cds import SERVICES, Call, read_call
from fhir_kb.errors import RequestError, TooLarge

ORDERS = SERVICES["imid-orders"].answered


def read(content: Any, hooks: tuple[str, ...] = ORDERS) -> Call:
    return read_call(written(content), hooks, max_bytes=1_000_000)


@pytest.mark.parametrize(
    "extra",
    [
        {"user": "Practitioner/1", "patient": "pat-1"},
        {"applyCql": "true"},
        {"extension": {"com.example.setting": {"alert": True}}},
        {"extension": ["not as it should be"]},
        {"fhirServer": None, "fhirAuthorization": None},
    ],
)
def test_fields_that_are_not_known_are_let_through(extra: dict[str, Any]) -> None:
    """[G3] [G4] Old clients name user and patient at the top, write null, add settings."""
    assert read({**body(), **extra}).patient_id == "pat-1"


@pytest.mark.parametrize("beside", ["user", "userId"])
def test_the_user_may_stand_beside_the_context(beside: str) -> None:
    """[G3] Before 1.0 the user stood at the top of the body."""
    content = without(body(), "context", "userId")
    assert read({**content, beside: "Practitioner/1"}).context["userId"] == "Practitioner/1"


def test_the_patient_may_stand_beside_the_context() -> None:
    """[G3] So did the patient; it may be written as a reference."""
    content = without(body(), "context", "patientId")
    assert read({**content, "patient": "Patient/7"}).patient_id == "7"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("hook",), "hook"),
        (("hookInstance",), "hookInstance"),
        (("context",), "context"),
        (("context", "userId"), "context.userId"),
        (("context", "patientId"), "context.patientId"),
        (("context", "draftOrders"), "context.draftOrders"),
    ],
)
def test_a_required_field_is_missed_by_its_name(path: tuple[str, ...], place: str) -> None:
    """[1d 400] 404 for a missing field once broke an EHR's simulator."""
    with pytest.raises(RequestError) as refusal:
        read(without(body(), *path))
    assert refusal.value.status == 400
    assert refusal.value.expression == place
    assert f"{place} is missing" in refusal.value.message


def test_order_select_needs_selections() -> None:
    """[1c order-select] What is selected is what advice is asked for."""
    with pytest.raises(RequestError, match=r"context\.selections is missing"):
        read(without(body(hook="order-select"), "context", "selections"))


@pytest.mark.parametrize("missing", ["dispatchedOrders", "performer", "patientId"])
def test_order_dispatch_needs_orders_and_performer(missing: str) -> None:
    """[1c order-dispatch]"""
    context = {"dispatchedOrders": ["MedicationRequest/1"], "performer": "Organization/1"}
    content = without(body(hook="order-dispatch", context=context), "context", missing)
    with pytest.raises(RequestError, match=f"context.{missing} is missing"):
        read(content, SERVICES["imid-dispatch"].answered)


def test_order_dispatch_of_version_1_0_has_one_order() -> None:
    """[1c order-dispatch] Version 1.0 of the hook wrote ``order`` and ``task``."""
    context = {"order": "MedicationRequest/1", "task": {}, "performer": "Organization/1"}
    call = read(body(hook="order-dispatch", context=context), ("order-dispatch",))
    assert call.references("dispatchedOrders") == ("MedicationRequest/1",)


@pytest.mark.parametrize(
    ("hook", "field"), [("medication-prescribe", "medications"), ("order-review", "orders")]
)
def test_deprecated_hooks_are_read_as_order_sign(hook: str, field: str) -> None:
    """[1c deprecated] A fifth of the bodies in public repositories still use them."""
    call = read(body(hook=hook, context={field: bundle(order())}))
    assert call.hook.rules == "order-sign"
    assert [entry["resource"]["id"] for entry in call.draft_entries()] == ["order-1"]


@pytest.mark.parametrize("hook", ["patient-view", "encounter-start", "secret-of-the-caller"])
def test_a_hook_that_the_service_does_not_answer_is_refused(hook: str) -> None:
    """[1d wrong hook] 400, with the hooks that would work, and no text of the caller's own."""
    with pytest.raises(RequestError) as refusal:
        read(body(hook=hook))
    assert refusal.value.status == 400
    assert "this service answers order-select, order-sign" in refusal.value.message
    assert "secret" not in refusal.value.message


@pytest.mark.parametrize("instance", ["html-test", "randomGUIDforthehookevent", "A" * 200])
def test_any_hook_instance_is_taken(instance: str) -> None:
    """[1d hookInstance] It should be a UUID; clients send what they like."""
    assert read(body(instance=instance)).hook_instance == instance


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hookInstance": ""}, "hookInstance must not be empty"),
        ({"hookInstance": "x" * 201}, "hookInstance must have at most 200 characters"),
        ({"hook": 5}, "hook must be a string"),
        ({"context": []}, "context must be an object"),
        ({"prefetch": []}, "prefetch must be an object"),
        ({"fhirAuthorization": "token"}, "fhirAuthorization must be an object"),
        ({"fhirAuthorization": {}}, "fhirAuthorization.access_token is missing"),
        ({"fhirServer": 7}, "fhirServer must be a string"),
    ],
)
def test_a_field_of_another_kind_is_refused(changed: dict[str, Any], words: str) -> None:
    """[1d 400] What was expected is said; what was there is not repeated."""
    with pytest.raises(RequestError, match=words.replace(".", r"\.")):
        read({**body(), **changed})


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"draftOrders": {"resourceType": "List"}}, "context.draftOrders.resourceType must be"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": {}}}, "entry must be an array"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": ["x"]}}, r"entry\[0\] must be an obj"),
        ({"patientId": 7}, "context.patientId must be a string"),
        ({"draftOrders": None}, "context.draftOrders is missing"),
    ],
)
def test_a_context_of_another_kind_is_refused(context: dict[str, Any], words: str) -> None:
    """[1d 400]"""
    with pytest.raises(RequestError, match=words):
        read(body(context=context))


def test_an_entry_may_be_the_resource_itself() -> None:
    """Some clients leave out the wrapper around a resource in a Bundle."""
    call = read(body(context={"draftOrders": {"resourceType": "Bundle", "entry": [order()]}}))
    assert [entry["id"] for entry in call.draft_entries()] == ["order-1"]


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b'{"hook":1,"hook":2}', b'{"hook":"\xff"}', b"\xef\xbb\xbf{}"]
    + [b'{"a":NaN}', b'{"a":1e9999}', b'{"a":"\\ud800"}', b"[" * 2000],
)
def test_what_is_no_strict_json_is_refused(text: bytes) -> None:
    """[G1] [1d 400] Two readers must not see two different orders in one body."""
    with pytest.raises(RequestError):
        read_call(text, ORDERS, max_bytes=1_000_000)


def test_a_body_beyond_the_limit_is_refused() -> None:
    """[1h 413]"""
    with pytest.raises(TooLarge):
        read_call(written(body()), ORDERS, max_bytes=100)


def test_a_token_is_no_part_of_any_text() -> None:
    """[P9] Whoever logs a call must not log its token."""
    grant = {"access_token": "a sentinel", "token_type": "Bearer"}
    call = read(body(fhirServer="https://ehr.example.org", fhirAuthorization=grant))
    assert call.token == grant["access_token"]
    assert "sentinel" not in repr(call)


def test_a_token_without_a_server_is_of_no_use_and_no_harm() -> None:
    """[1d fhirAuthorization] Some clients send a grant and forget the address."""
    assert read(body(fhirAuthorization={"access_token": "x"})).fhir_server is None
    assert read(body(fhirServer="https://ehr.example.org")).token is None
