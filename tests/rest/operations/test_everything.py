"""``$everything`` gives a medicine whole: what belongs to it, all of it, each once."""

import pytest
from flask.testing import FlaskClient

from fhir_kb.formats import Json
from fhir_kb.versions import VERSIONS

DRUG = "MedicationKnowledge/thalidomide"
TOO = {"MedicationKnowledge/lenalidomide", "PlanDefinition/lenalidomide-safety"}


@pytest.fixture(params=VERSIONS)
def mount(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked(client: FlaskClient, url: str) -> Json:
    body: Json = client.get(url).get_json(force=True)
    return body


def pages(client: FlaskClient, url: str) -> list[Json]:
    found = [asked(client, url)]
    while following := [link for link in found[-1]["link"] if link["relation"] == "next"]:
        found.append(asked(client, following[0]["url"]))
    return found


def identities(bundles: list[Json]) -> list[str]:
    return [
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        for bundle in bundles
        for entry in bundle.get("entry", [])
    ]


def searched(client: FlaskClient, mount: str, query: str) -> set[str]:
    return set(identities(pages(client, f"/fhir/{mount}/{query}&_elements=id&_count=500")))


@pytest.mark.parametrize(
    "query",
    [
        "AdverseEvent?substance=Medication/thalidomide",
        "PlanDefinition?context=https://fhir-kb.example.org/fhir/CodeSystem/concept|thalidomide",
    ],
)
def test_what_a_search_finds_by_the_drug_is_in(client: FlaskClient, mount: str, query: str) -> None:
    """The operation and the searches that its definition names must agree."""
    expected = searched(client, mount, query)
    assert expected
    assert expected <= set(identities(pages(client, f"/fhir/{mount}/{DRUG}/$everything")))


def test_events_of_other_medicines_stay_out(client: FlaskClient, mount: str) -> None:
    """A study compares medicines; what is known of the other one does not come along."""
    found = set(identities(pages(client, f"/fhir/{mount}/{DRUG}/$everything")))
    others = searched(client, mount, "AdverseEvent?substance=Medication/lenalidomide")
    own = searched(client, mount, "AdverseEvent?substance=Medication/thalidomide")
    assert others - own
    assert not found & ((others - own) | TOO)


def test_every_reference_of_the_medicine_itself_is_followed(
    client: FlaskClient, mount: str
) -> None:
    """A reader of the Bundle needs no second request for the sources of a figure."""
    bundles = pages(client, f"/fhir/{mount}/{DRUG}/$everything?_count=500")
    first = bundles[0]["entry"][0]["resource"]
    wanted = {
        target
        for target in references(first)
        if not target.startswith(("MedicationKnowledge/", "http", "#"))
    }
    assert wanted
    assert wanted <= set(identities(bundles))


def references(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
    return own | references(list(value.values()))


def test_pages_join_to_the_whole(client: FlaskClient, mount: str) -> None:
    """Paging neither repeats nor loses a resource, and the medicine comes first."""
    whole = identities(pages(client, f"/fhir/{mount}/{DRUG}/$everything?_count=500"))
    paged = pages(client, f"/fhir/{mount}/{DRUG}/$everything?_count=37")
    assert identities(paged) == whole
    assert whole[0] == DRUG
    assert len(set(whole)) == len(whole) == paged[0]["total"]


def test_types_are_chosen(client: FlaskClient, mount: str) -> None:
    """_type takes several, in one value or repeated."""
    url = f"/fhir/{mount}/{DRUG}/$everything?_type=AdverseEvent,Medication&_type=ResearchStudy"
    types = {each.partition("/")[0] for each in identities(pages(client, url))}
    assert types == {"AdverseEvent", "Medication", "ResearchStudy"}


def test_since_is_by_last_update(client: FlaskClient) -> None:
    """Knowledge of a release is of one instant: before it all, behind it nothing."""
    url = f"/fhir/r4/{DRUG}/$everything?_count=0&_since="
    whole = asked(client, f"/fhir/r4/{DRUG}/$everything?_count=0")["total"]
    changed = asked(client, f"/fhir/r4/{DRUG}")["meta"]["lastUpdated"]
    assert asked(client, url + changed)["total"] == whole
    assert asked(client, url + "2999-01-01T00:00:00Z")["total"] == 0


def test_parameters_are_posted_too(client: FlaskClient) -> None:
    """The same question by POST has the same answer, and its next page is found by GET."""
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueCode": "AdverseEvent"},
            {"name": "_count", "valueInteger": 5},
        ],
    }
    reply = client.post(f"/fhir/r4/{DRUG}/$everything", json=parameters)
    posted = reply.get_json(force=True)
    got = asked(client, f"/fhir/r4/{DRUG}/$everything?_type=AdverseEvent&_count=5")
    assert posted == got


@pytest.mark.parametrize("place", [0, 1])
def test_no_number_of_a_page_is_too_long_to_be_refused(client: FlaskClient, place: int) -> None:
    """A page is an answerable question or a caller's mistake, never a fault of the server."""
    first = asked(client, f"/fhir/r4/{DRUG}/$everything?_count=5")
    url, _, page = first["link"][1]["url"].partition("_page=")
    parts = page.split("-")
    parts[place] = "9" * 5000
    reply = client.get(f"{url}_page={'-'.join(parts)}")
    assert reply.status_code == 400
    assert "the link 'next'" in reply.get_json(force=True)["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("MedicationKnowledge/none/$everything", 404, "not-found"),
        (f"{DRUG}/$everything?_type=Patient", 404, "not-supported"),
        (f"{DRUG}/$everything?_since=today", 400, "value"),
        (f"{DRUG}/$everything?_page=7", 400, "value"),
        (f"{DRUG}/$everything?_page=0-7-0123456789abcdef", 410, "not-found"),
        (f"{DRUG}/$everything?start=2020", 400, "not-supported"),
        ("MedicationKnowledge/$everything", 404, "not-supported"),
        ("Medication/thalidomide/$everything", 404, "not-supported"),
    ],
)
def test_what_is_not_answered_is_refused(
    client: FlaskClient, url: str, status: int, code: str
) -> None:
    """A refusal says why; no question is answered as if it had been another."""
    reply = client.get(f"/fhir/r4/{url}")
    assert (reply.status_code, reply.get_json(force=True)["issue"][0]["code"]) == (status, code)
