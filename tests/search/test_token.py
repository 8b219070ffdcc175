"""Codes are found by code, by system, by both, and by what stands beside them."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter
from fhir_kb.search import Indexer, search_table
from fhir_kb.store.terms import parameters_of, terms_of
from fhir_kb.versions import VERSIONS

ACTUALITY = "http://hl7.org/fhir/adverse-event-actuality"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("category", "dvt", {"dvt", "pe"}),
        ("category", "http://s|dvt", {"dvt"}),
        ("category", "http://s|", {"dvt", "pe"}),
        ("category", "|pe", {"plain"}),
        ("category", "|dvt", set()),
        ("category", "pe", {"pe", "plain"}),
        ("category", "p", set()),
        ("category", "DVT", set()),
        ("category", "http://s|dvt,|pe", {"dvt", "plain"}),
        ("category:not", "http://s|dvt", {"pe", "plain", "empty"}),
        ("category:not", "http://s|dvt,pe", {"empty"}),
        ("category:missing", "true", {"empty"}),
        ("category:missing", "false", {"dvt", "pe", "plain"}),
        ("category:text", "deep vein", {"dvt"}),
        ("category:text", "thrombosis", {"dvt"}),
        ("category:text", "rash\\, late", {"plain"}),
        ("category:text", "vein", set()),
        ("category:in", "http://example.org/clots", {"dvt", "pe"}),
        ("category:not-in", "http://example.org/clots", {"plain", "empty"}),
        ("actuality", "potential", {"pe"}),
        (
            "actuality:in",
            ACTUALITY.replace("adverse", "ValueSet/adverse"),
            {"dvt", "pe", "plain", "empty"},
        ),
        ("actuality", f"{ACTUALITY}|potential", {"pe"}),
        ("actuality", "|potential", {"pe"}),
        ("actuality", "http://elsewhere|potential", set()),
        ("_tag", "http://tags|counted", {"dvt"}),
        ("_id", "dvt", {"dvt"}),
        ("_id", "dvt,pe,none", {"dvt", "pe"}),
        ("_id:not", "dvt,pe", {"plain", "empty"}),
    ],
)
def test_a_token_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("identifier", "G-1", {"treated"}),
        ("identifier", "http://ids|G-1", {"treated"}),
        ("identifier:of-type", "http://kinds|MR|G-1", {"treated"}),
        ("identifier:of-type", "http://kinds|MR|G-2", set()),
        ("characteristic", "stage", {"treated", "control"}),
        ("exclude", "false", {"treated", "control"}),
        ("exclude", "true", set()),
    ],
)
def test_identifiers_and_booleans_are_tokens(
    name: str, value: str, expected: set[str], world: Any
) -> None:
    assert world.found("Group", (name, value)) == expected


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("category", "|", "system|code"),
        ("category", "a|b|c", "system|code"),
        ("category:in", "http://example.org/unknown", "not known here"),
        ("category:missing", "yes", "true or false"),
        ("category:missing", "true,false", "true or false"),
    ],
)
def test_a_value_of_another_form_is_refused(name: str, value: str, hint: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match=hint.replace("|", r"\|")):
        world.search("AdverseEvent", (name, value))


def test_the_identifier_of_a_type_has_three_parts(world: Any) -> None:
    """Without its value it would be any identifier of that type."""
    with pytest.raises(InvalidParameter, match=r"system\|code\|value"):
        world.search("Group", ("identifier:of-type", "a|b"))


@pytest.mark.parametrize(
    ("element", "parameter"),
    [
        ({"code": {"coding": [{"system": "urn:s"}]}}, "code"),
        ({"identifier": [{"system": "urn:s"}]}, "identifier"),
    ],
)
def test_a_system_alone_is_a_value(element: Any, parameter: str) -> None:
    """``system|`` finds it, and ``:missing`` does not say that there is none."""
    version = VERSIONS["r4"]
    table = search_table(version.name, version.definitions, frozenset({"Group"}))
    resource = {"resourceType": "Group", "id": "x", **element}
    rows = Indexer(table).index(resource)
    assert [term for term in terms_of(rows) if term[0] == parameter] == [
        (parameter, "system", "urn:s")
    ]
    assert parameter in parameters_of(rows)
