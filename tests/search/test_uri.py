"""URIs are found whole, or by their place in a hierarchy."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter

PAGES = "http://example.org/pages"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("page", f"{PAGES}/a", {"pe"}),
        ("page", f"{PAGES}/A", set()),
        ("page", PAGES, set()),
        ("page", "urn:oid:1.2.3", {"plain"}),
        ("page:below", PAGES, {"dvt", "pe"}),
        ("page:below", f"{PAGES}/a/", {"dvt"}),
        ("page:above", f"{PAGES}/a/1/2?x", {"dvt", "pe"}),
        ("page:above", f"{PAGES}/a", {"pe"}),
        ("page:above", f"{PAGES}/b", set()),
        ("page:missing", "true", {"empty"}),
    ],
)
def test_a_uri_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


def test_above_needs_a_url(world: Any) -> None:
    with pytest.raises(InvalidParameter, match="takes a URL"):
        world.search("AdverseEvent", ("page:above", "urn:oid:1.2.3"))
