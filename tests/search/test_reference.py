"""References are found by where they lead, in every form a client may write."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter

BASE = "https://kb.example.org/fhir/r4"
ELSEWHERE = "https://elsewhere.example.org/fhir/Group/treated"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("subject", "treated", {"dvt"}),
        ("subject", "Group/treated", {"dvt"}),
        ("subject:Group", "treated", {"dvt"}),
        ("subject:Group", "Group/treated", {"dvt"}),
        ("subject", f"{BASE}/Group/treated", {"dvt"}),
        ("subject", ELSEWHERE, {"pe"}),
        ("subject", "Group/treate", set()),
        ("subject", "Organization/treated", set()),
        ("subject", f"Group/treated,{ELSEWHERE}", {"dvt", "pe"}),
        ("subject:identifier", "http://ids|G-1", {"plain"}),
        ("subject:identifier", "G-2", set()),
        ("subject:missing", "true", {"empty"}),
    ],
)
def test_a_reference_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value), base_url=BASE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://example.org/Library/rules", {"rems"}),
        ("http://example.org/Library/rules|1.2", {"rems"}),
        ("http://example.org/Library/rules|1", set()),
    ],
)
def test_a_canonical_finds_with_or_without_its_version(
    value: str, expected: set[str], world: Any
) -> None:
    assert world.found("PlanDefinition", ("depends-on", value)) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "Group/treated/_history/1"),
        ("subject", "group treated"),
        ("subject", "../Group/treated"),
        ("subject:Group", "Organization/treated"),
    ],
)
def test_what_is_no_reference_is_refused(name: str, value: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match="cannot be understood"):
        world.search("AdverseEvent", (name, value))
