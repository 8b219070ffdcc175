"""A person who follows a link from a card or a search reads a page, and the page can do no harm."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fhir_kb.formats.json import read_json, write_json
from fhir_kb.versions import VERSIONS
from fhir_kb.web.page_content import figures_of, links_of, narrative_of, title_of
from fhir_kb.web.pages import page

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HOSTILE = '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script>{}</div>'


def _page(client: FlaskClient, url: str, status: int = 200) -> str:
    reply = client.get(url, headers={"Accept": BROWSER})
    assert (reply.status_code, reply.mimetype) == (status, "text/html")
    return reply.text


@pytest.mark.parametrize("mount", VERSIONS)
def test_the_page_of_a_rule_shows_what_it_says_and_where_that_is_written(
    client: FlaskClient, mount: str
) -> None:
    text = _page(client, f"/fhir/{mount}/PlanDefinition/rule-blood-counts")
    assert "Neutrophils and platelets before an IMiD" in text
    assert "Where it is written" in text
    assert f'/fhir/{mount}/DocumentReference/revlimid-label-us"' in text


def test_a_figure_stands_beside_its_lines(client: FlaskClient) -> None:
    text = _page(client, "/fhir/r5/AdverseEvent/yang2020-gastrointestinal-toxicity")
    assert re.search(r"<td>5/62</td>.*?<td>730-731</td>", text, re.DOTALL)


def test_a_search_is_a_list_that_leads_on(client: FlaskClient) -> None:
    text = _page(client, "/fhir/r4/AdverseEvent?_count=2&nonsense=1")
    assert text.count("<li>") == 2
    assert "nonsense" in text
    assert re.search(r'href="[^"]*_cursor=[^"]*">next</a>', text)


def test_a_refusal_is_a_page_with_its_status(client: FlaskClient) -> None:
    assert "There is no Medication with id" in _page(client, "/fhir/r4/Medication/none", 404)


def test_every_link_of_the_first_page_leads_somewhere(client: FlaskClient) -> None:
    links = re.findall(r'href="(/[^"]*)"', _page(client, "/"))
    assert len(links) > 50
    for link in links:
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("url", ["/", "/fhir/r4/Medication", "/fhir/r4/Medication/thalidomide"])
def test_a_page_may_load_nothing_but_the_style_that_stands_in_it(
    client: FlaskClient, url: str
) -> None:
    reply = client.get(url, headers={"Accept": BROWSER})
    (style,) = re.findall(r"<style>(.*?)</style>", reply.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "<script" not in reply.text


def test_programs_still_get_json(client: FlaskClient) -> None:
    for accept in ("*/*", "application/json, text/html;q=0.5", ""):
        assert client.get("/fhir/r4/Medication", headers={"Accept": accept}).is_json


def test_an_active_narrative_is_shown_as_text_only(app: Flask) -> None:
    """What a client wrote is never trusted to be what it claims."""
    body = write_json(
        {
            "resourceType": "Organization",
            "id": "x",
            "name": "<i>A</i>",
            "text": {"status": "generated", "div": HOSTILE.format("text")},
        }
    )
    with app.test_request_context():
        text = page(body, 200, VERSIONS["r4"], "/fhir/r4").decode()
    assert "<script" not in text
    assert "<i>A" not in text
    assert "&lt;script&gt;" in text


def test_a_resource_without_narrative_has_a_title_of_its_own() -> None:
    resource = read_json(
        b'{"resourceType":"Group","id":"g","code":{"coding":[{"code":"a","display":"adults"}]},'
        b'"managingEntity":{"reference":"Organization/o","display":"O"},'
        b'"characteristic":[{"valueReference":{"reference":"http://else.example/Group/1"}}]}'
    )
    assert title_of(resource) == "adults"
    assert narrative_of(resource, "R5") is None
    assert figures_of(resource) == []
    assert [link.reference for link in links_of(resource)] == ["Organization/o"]
