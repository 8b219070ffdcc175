"""Profiles small enough to read, and a way to hold a resource to them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fhir_kb.definitions import load
from fhir_kb.formats import Json
from fhir_kb.validation import Issue, Validator
from fhir_kb.validation.profiles import open_profiles

BASE = "http://hl7.org/fhir/StructureDefinition/"
EXAMPLE = "http://example.org/"


@pytest.fixture(scope="session")
def profile() -> Callable[..., Json]:
    """Make a StructureDefinition: its type, and an ElementDefinition for each path or id."""

    def make(type: str, *elements: Json, url: str = "p", base: str = "", **more: Any) -> Json:
        return {
            "resourceType": "StructureDefinition",
            "url": EXAMPLE + url,
            "name": "P",
            "status": "draft",
            "kind": "resource",
            "abstract": False,
            "type": type,
            "baseDefinition": EXAMPLE + base if base else BASE + type,
            "derivation": "constraint",
            "differential": {"element": [_element(each) for each in elements]},
            **more,
        }

    return make


def _element(element: Json) -> Json:
    """Give an element its path and the name of its slice, if its id tells them."""
    if "id" not in element:
        return element
    steps = element["id"].split(".")
    slice = steps[-1].partition(":")[2]
    named = {"sliceName": slice} if slice else {}
    return {"path": ".".join(step.partition(":")[0] for step in steps), **named, **element}


@pytest.fixture(scope="session")
def issues_of() -> Callable[..., list[Issue]]:
    """Return what is found in a resource, held to the first of the resources given.

    Without the specification's invariants: a small resource has no narrative.
    """

    def find(resource: Json, *conformance: Json, release: str = "R4", ask: str = "") -> list[Issue]:
        definitions = load(release)
        asked = ask or (conformance[0]["url"] if conformance else "")
        validator = Validator(definitions, open_profiles(definitions, resources=conformance))
        issues = validator.validate(resource, profiles=[asked] if asked else [])
        return [issue for issue in issues if not issue.source or "://" in issue.source]

    return find


@pytest.fixture(scope="session")
def faults(issues_of: Callable[..., list[Issue]]) -> Callable[..., Sequence[tuple[str, str]]]:
    """Return the message ids of the errors, each with its expression."""

    def find(resource: Json, *conformance: Json, **options: str) -> Sequence[tuple[str, str]]:
        found = issues_of(resource, *conformance, **options)
        return [(issue.message_id, issue.expression) for issue in found if issue.is_error]

    return find
