"""A client's FHIR server may be slow, down, hostile or generous: the answer stays bounded."""

import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cds_calls import EMPTY, RXNORM, body, bundle, concept, condition, order, patient, prefetch
from loopback_ehr import LoopbackEhr, loopback_ehr

from fhir_kb.cds import DecisionSupport
from fhir_kb.cds.answer import EXTENSION
from fhir_kb.errors import DataMissing
from fhir_kb.net import Origin, Outside

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
TOKEN = "sentinel-token"  # noqa: S105
Reading = Callable[..., Any]


def pregnant(**more: Any) -> Any:
    return prefetch(
        patient=patient("female", "1990-05-06"), conditions=bundle(condition("77386006")), **more
    )


@pytest.fixture
def reading(ehr: LoopbackEhr, support: DecisionSupport, ask: Any) -> Reading:
    """Give a function that asks with this server as fhirServer, allowed unless told otherwise."""

    def answered(
        content: Any, allowed: bool = True, seconds: float = 2.0, most: int = 100_000
    ) -> Any:
        origins = frozenset({Origin.of(ehr.base)}) if allowed else frozenset()
        outside = Outside(origins, LOOPBACK, bytes_max=most)
        by = replace(support, outside=outside, seconds=seconds)
        granted = {"fhirServer": ehr.base, "fhirAuthorization": {"access_token": TOKEN}}
        return ask({**content, **granted}, by=by)

    return answered


def missing(answer: Any) -> dict[str, str]:
    rows = answer.get("extension", {}).get(EXTENSION, {}).get("notChecked", [])
    return {row.get("prefetchKey", ""): row["reason"] for row in rows}


def test_nothing_is_read_when_prefetch_suffices(ehr: LoopbackEhr, reading: Reading) -> None:
    """No I/O with full prefetch: it is fast, and the server sees no needless question."""
    assert missing(reading(body())) == {}
    assert ehr.asked == []


def test_nothing_is_read_for_orders_of_other_medicines(ehr: LoopbackEhr, reading: Reading) -> None:
    """Least data: who is not on our medicines is none of our business."""
    reading(body(order(code="197605"), prefetch={}))
    assert ehr.asked == []


def test_what_was_not_sent_is_read(ehr: LoopbackEhr, reading: Reading, support: Any) -> None:
    """[P1] The same query that the client would have run, with the token, once."""
    sent = pregnant()
    ehr.answers = {"Condition": sent.pop("conditions"), "AllergyIntolerance": sent.pop("allergies")}
    answer = reading(body(prefetch=sent))
    assert answer["cards"][0]["summary"].startswith("Contraindicated")
    assert not {"conditions", "allergies"} & {
        key for key, reason in missing(answer).items() if "supplied" in reason
    }
    assert sorted(ehr.asked) == [
        "/fhir/AllergyIntolerance?patient=pat-1",
        "/fhir/Condition?patient=pat-1",
    ]
    assert set(ehr.tokens) == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("sent", [None, {"resourceType": "OperationOutcome"}, EMPTY])
def test_what_was_sent_is_not_read_again(sent: Any, ehr: LoopbackEhr, reading: Reading) -> None:
    """[P2] null, a failed search and an empty Bundle are answers; only an absent key is none."""
    reading(body(prefetch=prefetch(allergies=sent)))
    assert ehr.asked == []


def test_everything_can_be_read(ehr: LoopbackEhr, reading: Reading, ask: Any) -> None:
    """[P1] [P9] A client without prefetch gets the same answer as one with."""
    sent = prefetch()
    types = {"patient": "Patient/pat-1", "medications": "MedicationRequest"}
    types |= {"conditions": "Condition", "allergies": "AllergyIntolerance"}
    types |= {"procedures": "Procedure"}
    ehr.answers = {name: sent[key] for key, name in types.items()}
    observations = [
        entry for key in ("labs", "measurements") for entry in sent[key].get("entry", [])
    ]
    ehr.answers["Observation"] = {"resourceType": "Bundle", "entry": observations}
    assert reading(body(prefetch={})) == ask(body())


def test_opening_a_chart_reads_the_medicines_first(ehr: LoopbackEhr, reading: Reading) -> None:
    """[P1] Of a patient without our medicines nothing else is read."""
    ehr.answers = {"MedicationRequest": EMPTY}
    assert reading(body(hook="patient-view", prefetch={})) == {"cards": []}
    assert [path.partition("?")[0] for path in ehr.asked] == ["/fhir/MedicationRequest"]


def test_pages_are_followed_on_the_same_server(ehr: LoopbackEhr, reading: Reading) -> None:
    """[P4] The pregnancy stands on the second page."""
    sent = pregnant()
    first = {**EMPTY, "link": [{"relation": "next", "url": f"{ehr.base}/Condition?page=2"}]}
    ehr.answers = {"Condition?patient=pat-1": first, "Condition?page=2": sent.pop("conditions")}
    for content in (body(prefetch=sent), body(prefetch=sent | {"conditions": first})):
        answer = reading(content)
        assert answer["cards"][0]["summary"].startswith("Contraindicated")
        assert not any("pages" in reason for reason in missing(answer).values())


def test_pages_do_not_lead_elsewhere(ehr: LoopbackEhr, reading: Reading) -> None:
    """[1h SSRF] [P4] A link to another host is not followed and the token not sent there."""
    away = {**EMPTY, "link": [{"relation": "next", "url": "http://127.0.0.2:9/fhir?page=2"}]}
    assert "more pages" in missing(reading(body(prefetch=prefetch(allergies=away))))["allergies"]
    assert ehr.asked == []


def test_the_token_does_not_follow_a_page_to_another_server(
    ehr: LoopbackEhr, support: DecisionSupport, ask: Any
) -> None:
    """[1h SSRF] Not even to one that the operator allows: it is another client's server."""
    with loopback_ehr() as other:
        allowed = frozenset({Origin.of(ehr.base), Origin.of(other.base)})
        by = replace(support, outside=Outside(allowed, LOOPBACK))
        away = {**EMPTY, "link": [{"relation": "next", "url": f"{other.base}/x?page=2"}]}
        granted = {"fhirServer": ehr.base, "fhirAuthorization": {"access_token": TOKEN}}
        answer = ask(body(prefetch=prefetch(allergies=away), **granted), by=by)
        assert "more pages" in missing(answer)["allergies"]
        assert other.asked == []


def test_pages_come_to_an_end(ehr: LoopbackEhr, reading: Reading) -> None:
    """[P4] A page that links to itself is read a few times, and then said to be incomplete."""
    endless = {**EMPTY, "link": [{"relation": "next", "url": f"{ehr.base}/AllergyIntolerance"}]}
    ehr.answers = {"AllergyIntolerance": endless}
    answer = reading(body(prefetch=prefetch(allergies=endless)))
    assert "more pages" in missing(answer)["allergies"]
    assert len(ehr.asked) < 10


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503, 302, 206])
def test_a_refusal_is_told(status: int, ehr: LoopbackEhr, reading: Reading) -> None:
    """[2a 4] With any other status than 200 the check is not done and the reason said."""
    sent = prefetch()
    del sent["allergies"]
    ehr.answers = {"AllergyIntolerance": (status, json.dumps(EMPTY).encode())}
    assert "FHIR server" in missing(reading(body(prefetch=sent)))["allergies"]


@pytest.mark.parametrize(
    "garbage", [b"", b"<html>", b"[]", b"{}", b'{"resourceType":7}', b"\xff\xfe", b'{"a":1,"a":2}']
)
def test_garbage_is_told(garbage: bytes, ehr: LoopbackEhr, reading: Reading) -> None:
    """What cannot be read strictly is no data."""
    sent = prefetch()
    del sent["allergies"]
    ehr.answers = {"AllergyIntolerance": (200, garbage)}
    assert "not FHIR JSON" in missing(reading(body(prefetch=sent)))["allergies"]


def test_an_answer_of_100_megabytes_is_not_taken(ehr: LoopbackEhr, reading: Reading) -> None:
    """The reader stops at its limit, long before the sender is done."""
    sent = prefetch()
    del sent["allergies"]
    written = 0

    def flood(wire: Any) -> None:
        nonlocal written
        wire.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n\r\n")
        try:
            for _ in range(1600):
                written += wire.write(b" " * 65_536)
        except OSError:
            return

    ehr.raw = flood
    begun = time.monotonic()
    answer = reading(body(prefetch=sent))
    assert "size" in missing(answer)["allergies"]
    assert time.monotonic() - begun < 2
    assert written < 20_000_000


@pytest.mark.parametrize("count", [1, 8])
def test_a_slow_server_is_not_waited_for(count: int, ehr: LoopbackEhr, reading: Reading) -> None:
    """One deadline for the whole call, however many questions are under way."""
    ehr.delay = 1.0
    sent = prefetch()
    for key in list(sent)[:count]:
        del sent[key]
    begun = time.monotonic()
    try:
        told = "\n".join(missing(reading(body(prefetch=sent), seconds=0.15)).values())
    except DataMissing as refusal:
        told = "\n".join(refusal.keys.values())
    assert time.monotonic() - begun < 0.8
    assert "did not answer in time" in told


def test_a_name_that_is_slow_to_resolve_is_not_waited_for(
    support: DecisionSupport, ask: Any
) -> None:
    """Looking up a name cannot be interrupted; it is left behind."""
    url = "https://slow.example.org/fhir"

    def resolve(host: str, port: int) -> list[str]:
        time.sleep(1.0)
        return []

    outside = Outside(frozenset({Origin.of(url)}), resolve=resolve)
    begun = time.monotonic()
    with pytest.raises(DataMissing):
        ask(body(prefetch={}, fhirServer=url), by=replace(support, outside=outside, seconds=0.1))
    assert time.monotonic() - begun < 0.7


def test_a_server_that_is_down_is_told(support: DecisionSupport, ask: Any) -> None:
    """[P5] Nothing can be had: 412, with the reason for each key."""
    down = "http://127.0.0.1:9/fhir"
    outside = Outside(frozenset({Origin.of(down)}), LOOPBACK)
    with pytest.raises(DataMissing) as refusal:
        ask(body(prefetch={}, fhirServer=down), by=replace(support, outside=outside))
    assert refusal.value.keys["patient"] == "the FHIR server did not answer in time"


def test_a_server_that_is_not_allowed_is_not_asked(ehr: LoopbackEhr, reading: Reading) -> None:
    """[1h SSRF] [P5] The caller names the server; the operator decides."""
    with pytest.raises(DataMissing) as refusal:
        reading(body(prefetch={}), allowed=False)
    assert ehr.asked == []
    assert "not among the servers" in refusal.value.keys["patient"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "//x", "ehr", "http://u:p@127.0.0.1/"])
def test_an_address_that_is_none_is_told(url: str, ask: Any) -> None:
    """[1h SSRF]"""
    with pytest.raises(DataMissing) as refusal:
        ask(body(prefetch={}, fhirServer=url))
    assert refusal.value.keys["patient"] == "fhirServer is not an http or https URL"


@pytest.mark.parametrize("form", ["Medication/m1", "{base}/Medication/m1"])
def test_a_medication_elsewhere_is_read(form: str, ehr: LoopbackEhr, reading: Reading) -> None:
    """EHRs order by reference: the medicine is known only after it is read."""
    ehr.answers = {
        "Medication/m1": {
            "resourceType": "Medication",
            "id": "m1",
            "code": concept(RXNORM, "643722"),
        }
    }
    referring = order(medicationReference={"reference": form.format(base=ehr.base)})
    del referring["medicationCodeableConcept"]
    answer = reading(body(referring, prefetch=pregnant()))
    assert answer["cards"][0]["summary"].startswith("Contraindicated")
    assert ehr.asked == ["/fhir/Medication/m1"]


@pytest.mark.parametrize(
    "form",
    ["https://elsewhere.example/fhir/Medication/m1", "Medication/..", "Practitioner/1", "urn:x"],
)
def test_a_medication_of_another_server_is_not_read(
    form: str, ehr: LoopbackEhr, reading: Reading
) -> None:
    """[1h SSRF] Nor is a reference that would leave its path."""
    referring = order(medicationReference={"reference": form})
    del referring["medicationCodeableConcept"]
    assert "could not be recognised" in reading(body(referring))["cards"][0]["summary"]
    assert ehr.asked == []


def test_a_dispatched_order_is_read(ehr: LoopbackEhr, reading: Reading) -> None:
    """[1c order-dispatch] The context holds a reference only."""
    ehr.answers = {"MedicationRequest/order-1": order(status="active")}
    context = {"dispatchedOrders": ["MedicationRequest/order-1"], "performer": "Organization/1"}
    answer = reading(body(hook="order-dispatch", context=context, prefetch=pregnant()))
    assert answer["cards"][0]["indicator"] == "critical"
    assert ehr.asked == ["/fhir/MedicationRequest/order-1"]


def test_another_patients_record_is_not_taken(ehr: LoopbackEhr, reading: Reading) -> None:
    """A server that answers with the wrong patient must not be believed."""
    sent = prefetch()
    del sent["patient"]
    ehr.answers = {"Patient/pat-1": {**patient(), "id": "someone-else"}}
    assert "patient" in missing(reading(body(prefetch=sent)))


def test_a_patient_id_cannot_leave_its_place(ehr: LoopbackEhr, reading: Reading) -> None:
    """[1h SSRF] The id stands in paths and queries; it is encoded there."""
    context = {"patientId": "x/../../admin?a=b&c"}
    with pytest.raises(DataMissing):
        reading(body(order(subject={}), context=context, prefetch={}))
    assert all("/fhir/" in path and "admin?a=b&c" in path for path in ehr.asked)
    assert len(ehr.asked) > 3


def test_the_token_stays_out_of_answers(ehr: LoopbackEhr, reading: Reading) -> None:
    """[P9] Neither in cards nor in refusals."""
    assert TOKEN not in str(reading(body(prefetch={"patient": patient()})))
    with pytest.raises(DataMissing) as refusal:
        reading(body(prefetch={}))
    assert TOKEN not in f"{refusal.value.message} {refusal.value.keys}"


def referring(form: str) -> dict[str, Any]:
    """Return a call whose order only refers to its product, as R4 or R5 writes it."""
    target = {"reference": "Medication/capsule"}
    written = {"R4": {"medicationReference": target}, "R5": {"medication": {"reference": target}}}
    plain = {key: value for key, value in order().items() if key != "medicationCodeableConcept"}
    return {**plain, **written[form]}


CAPSULE = {
    "resourceType": "Medication",
    "id": "capsule",
    "code": {"coding": [{"system": RXNORM, "code": "643722"}]},
}


@pytest.mark.parametrize("form", ["R4", "R5"])
@pytest.mark.parametrize("sent", [bundle(CAPSULE), CAPSULE])
def test_a_product_that_was_sent_along_is_not_read(
    form: str, sent: Any, ehr: LoopbackEhr, reading: Reading
) -> None:
    """[P7] A client of 3.0 looks up what its orders refer to."""
    content = body(referring(form), prefetch=pregnant(orderedMedications=sent))
    assert reading(content)["cards"][0]["summary"].startswith("Contraindicated")
    assert ehr.asked == []


def test_a_dispatched_order_that_was_sent_along_is_not_read(
    ehr: LoopbackEhr, reading: Reading
) -> None:
    """[P7] [1c order-dispatch] The order, and the product that it refers to."""
    context = {"dispatchedOrders": ["MedicationRequest/order-1"], "performer": "Organization/1"}
    known = {
        "dispatchedOrders": bundle({**referring("R4"), "status": "active"}),
        "orderedMedications": bundle(CAPSULE),
    }
    answer = reading(body(hook="order-dispatch", context=context, prefetch=pregnant(**known)))
    assert answer["cards"][0]["summary"].startswith("Contraindicated")
    assert ehr.asked == []


def test_a_search_for_products_that_failed_is_not_tried_again(
    ehr: LoopbackEhr, reading: Reading
) -> None:
    """[P2] [P7] The client tried in vain; the order stays one that was not recognised."""
    failed = {"resourceType": "OperationOutcome"}
    answer = reading(body(referring("R4"), prefetch=pregnant(orderedMedications=failed)))
    assert ehr.asked == []
    assert answer["cards"][0]["summary"].startswith("Not checked")


def test_a_search_for_dispatched_orders_that_failed_is_told(
    ehr: LoopbackEhr, reading: Reading
) -> None:
    """[P2] [P7] The card says why the order was not looked at."""
    context = {"dispatchedOrders": ["MedicationRequest/order-1"], "performer": "Organization/1"}
    failed = {"dispatchedOrders": {"resourceType": "OperationOutcome"}}
    answer = reading(body(hook="order-dispatch", context=context, prefetch=prefetch(**failed)))
    assert ehr.asked == []
    assert answer["cards"][0]["summary"].endswith("the search for it failed")
