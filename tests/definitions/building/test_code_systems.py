"""Code systems as the packages publish them."""

from fhir_kb.definitions.building.code_systems import additions, code_systems, merged
from fhir_kb.definitions.codes import CodeSystemCodes
from fhir_kb.formats import Json

PUBLISHED: Json = {
    "url": "http://example.org/colors",
    "content": "complete",
    "caseSensitive": False,
    "concept": [
        {
            "code": "red",
            "display": "Red",
            "concept": [{"code": "crimson"}],
        },
        {"code": "blue", "property": [{"code": "subsumedBy", "valueCode": "cold"}]},
        {"code": "cold"},
        {"code": "broken\u00a0"},
    ],
}


def published(**changes: object) -> CodeSystemCodes:
    (system,) = code_systems([{**PUBLISHED, **changes}]).values()
    return system


def test_codes_displays_and_hierarchy_are_read() -> None:
    """A hierarchy is nested, or stated as a property, or both."""
    system = published()
    assert system.displays == {"red": "Red", "crimson": None, "blue": None, "cold": None}
    assert system.parents == {"crimson": ("red",), "blue": ("cold",)}
    assert (system.case_sensitive, system.complete) == (False, True)


def test_a_system_is_case_sensitive_unless_it_says_otherwise() -> None:
    system = {key: value for key, value in PUBLISHED.items() if key != "caseSensitive"}
    assert code_systems([system])[PUBLISHED["url"]].case_sensitive


def test_a_fragment_is_not_complete() -> None:
    assert not published(content="fragment").complete


def test_what_lists_no_codes_of_its_own_is_left_out() -> None:
    """Otherwise every code of the system would be an error."""
    absent = {**PUBLISHED, "content": "not-present"}
    supplement = {**PUBLISHED, "content": "supplement"}
    empty = {**PUBLISHED, "concept": []}
    assert code_systems([absent, supplement, empty]) == {}


def test_the_maintained_copy_goes_before_the_releases_own() -> None:
    maintained = published(
        caseSensitive=True, concept=[{"code": "red", "display": "Bright red"}, {"code": "green"}]
    )
    both = merged(published(), maintained)
    assert both.displays["red"] == "Bright red"
    assert {"red", "crimson", "blue", "cold", "green"} == both.displays.keys()
    assert both.case_sensitive


def test_only_what_the_maintained_copy_lost_is_added() -> None:
    maintained = published(concept=[{"code": "red"}, {"code": "blue"}, {"code": "cold"}])
    lost = additions(published(), maintained)
    assert lost is not None
    assert (lost.displays, lost.parents) == ({"crimson": None}, {"crimson": ("red",)})
    assert additions(maintained, published()) is None
