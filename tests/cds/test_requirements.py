"""Each requirement of CDS Hooks that this service answers to has a test that names it.

https://cds-hooks.hl7.org/2.0/ and what 3.0 adds; 2a are mistakes of other services. A test names
what it shows in brackets.
"""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FOLDERS = ("cds", "web", "store")

REQUIREMENTS = {
    "G1": "JSON only",
    "G2": "nothing null or empty is sent, except an empty array of cards or services",
    "G3": "fields of a request that are not known do not break it",
    "G4": "extension is an object; what is in it is let through",
    "G5": "an answer takes far less than half a second",
    "D1": "discovery at a fixed path, an object with an array of services",
    "D2": "hook, id, description, title; versions as 3.0 adds them",
    "D3": "one id for order-select and order-sign",
    "D4": "discovery open or closed by a setting",
    "D5": "no other path",
    "1c order-select": "selections are advised on; other drafts surround them; details may lack",
    "1c order-sign": "all drafts, and orders that are signed again",
    "1c patient-view": "any kind of user",
    "1c order-dispatch": "orders by reference, versions 1.0 and 1.1 of the hook",
    "1c medication-refill": "a draft hook, judged as a signed order; without a user",
    "1c deprecated": "medication-prescribe and order-review are understood",
    "1d 400": "a body that is malformed or lacks a field",
    "1d wrong hook": "a hook that the service does not answer",
    "1d hookInstance": "any text",
    "1d fhirAuthorization": "with or without fhirServer",
    "P1": "what prefetch leaves out is read",
    "P2": "absent, null, empty and failed are four things",
    "P3": "the early form of prefetch",
    "P4": "further pages",
    "P5": "412 when needed data cannot be had",
    "P6": "tokens of 2.0 only",
    "P7": "no draftOrders in templates of 2.0; those of 3.0 behind a setting",
    "P8": "the simplest searches only",
    "P9": "the server's own queries equal the templates; tokens are in no text",
    "1f 200": "cards, always there",
    "1f summary": "under 140 characters, cut between words",
    "1f detail": "GFM without HTML or markup from records",
    "1f card uuid": "each card has its own",
    "1f source": "label, absolute url, icon of 100 by 100, topic",
    "1f selectionBehavior": "with every suggestion",
    "1f systemActions": "none: nothing is done without a person",
    "1f isRecommended": "only among several, and only what answers a critical finding",
    "1f invariants": "those of 3.0",
    "1f action": "whole resources; delete by resourceId",
    "1f overrideReasons": "few, coded, with display",
    "1f links": "absolute, to pages that are there",
    "1g 200": "feedback is acknowledged",
    "1g 400": "feedback of another form is refused whole",
    "1g accepted": "with suggestions",
    "1g several": "several cards and outcomes",
    "1g idempotent": "sent twice, kept once",
    "1g resolvable": "an id leads back to what the card was about",
    "1g overrideReason": "nested or flat",
    "1g userComment": "dropped unless switched on",
    "1g card": "bare or as a URN",
    "1g auth": "the same token as for calls",
    "1h alg": "ES384 and RS384; never none or HMAC",
    "1h kid": "the key is named",
    "1h typ": "a JWT and nothing else",
    "1h jku": "the registered key set only",
    "1h iss": "trusted issuers only",
    "1h aud": "this very URL",
    "1h exp": "five minutes",
    "1h jti": "once",
    "1h rotation": "keys change",
    "1h 401": "without a reason",
    "1h 404": "an unknown service",
    "1h 412": "missing data, key by key",
    "1h 413": "a body beyond the limit",
    "1h 415": "another media type",
    "1h 429": "a client that calls too often",
    "1h status": "every other refusal is an outcome",
    "1h CORS": "preflight, refusals, exact origins",
    "1h SSRF": "no address of the caller's choosing",
    "1h trap a": "published private keys",
    "1h trap b": "a key set before its check",
    "1h trap c": "a fixed audience",
    "1h trap d": "a proxy in front",
    "2a 1": "no card for other medicines",
    "2a 2": "every entry and every selection",
    "2a 3": "every coding, contained products",
    "2a 4": "a failed reading is answered",
    "2a 5": "suggestions as they must be",
    "2a 6": "a patient by id",
    "2a 7": "no context for apps",
}


def named() -> set[str]:
    """Return what the docstrings of the tests name in brackets."""
    found: set[str] = set()
    for folder in FOLDERS:
        for file in (TESTS / folder).glob("test_*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    found |= set(re.findall(r"\[([^\]]+)\]", ast.get_docstring(node) or ""))
    return found


@pytest.fixture(scope="module")
def shown() -> set[str]:
    return named()


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_requirement_is_shown_by_a_test(requirement: str, shown: set[str]) -> None:
    """Whoever removes the last test of a requirement is told."""
    assert requirement in shown


def test_tests_name_only_requirements_that_are_listed(shown: set[str]) -> None:
    """A slip of the pen would show nothing."""
    known = {*REQUIREMENTS, "1d", "1f", "1g", "1h"}
    assert {name for name in shown if re.match(r"[GDP]\d|1[a-h]|2a", name)} <= known
