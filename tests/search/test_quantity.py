"""Numbers compare as the precision of the question says, quantities across units."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter

UCUM = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        # 35 stands for 34.5 up to 35.5, 35.0 for 34.95 up to 35.05
        ("frequency", "35", {"dvt", "pe"}),
        ("frequency", "35.0", {"dvt"}),
        ("frequency", "35.4", {"pe"}),
        ("frequency", "eq35.40", {"pe"}),
        ("frequency", "4e1", {"dvt", "pe"}),
        ("frequency", "ne35.0", {"pe", "plain"}),
        ("frequency", "gt35", {"pe"}),
        ("frequency", "ge35", {"dvt", "pe"}),
        ("frequency", "sa35", {"pe"}),
        ("frequency", "lt35", {"plain"}),
        ("frequency", "le35", {"dvt", "plain"}),
        ("frequency", "eb35", {"plain"}),
        ("frequency", "-2", {"plain"}),
        ("frequency", "ap38", {"dvt", "pe"}),
        ("frequency", "ap-2.1", {"plain"}),
        ("frequency", "lt1e9999", {"dvt", "pe", "plain"}),
        ("frequency", "35,-2", {"dvt", "pe", "plain"}),
        ("ratio", "0.25", {"pe"}),
        # 0.25 rounds to 0.3: an interval has its low end and not its high end
        ("ratio", "0.3", {"pe"}),
        ("ratio", "0.2", set()),
    ],
)
def test_a_number_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dose", f"50|{UCUM}|mg", {"dvt", "pe"}),
        ("dose", f"0.05|{UCUM}|g", {"dvt", "pe"}),
        ("dose", f"gt49999|{UCUM}|ug", {"dvt", "pe"}),
        ("dose", f"gt50|{UCUM}|mg", set()),
        ("dose", f"50|{UCUM}|mL", set()),
        ("dose", f"50|{UCUM}|nonsense", set()),
        ("dose", "50||mg", {"dvt", "pe"}),
        ("dose", "0.05||g", {"dvt", "pe"}),
        ("dose", "lt50||mg", {"plain"}),
        ("dose", "lt60||mg", {"dvt", "pe", "plain"}),
        ("dose", "50||tablets", set()),
        ("dose", "50", {"dvt"}),
        ("dose", "50|http://elsewhere|mg", set()),
        ("age", f"gt60|{UCUM}|a", {"dvt"}),
        ("age", f"sa17|{UCUM}|a", {"dvt"}),
        ("age", f"sa18|{UCUM}|a", set()),
        ("age", f"40|{UCUM}|a", set()),
        ("age", f"ap40|{UCUM}|a", {"dvt"}),
    ],
)
def test_a_quantity_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    """A comparator or a Range in the resource is an interval, not a point."""
    assert world.found("AdverseEvent", (name, value)) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frequency", "many"),
        ("frequency", "xx5"),
        ("frequency", "gt"),
        ("frequency", "NaN"),
        ("frequency", "Infinity"),
        ("frequency", "1e99999999999"),
        ("frequency", "٣"),
        ("frequency", "9" * 5000),
        ("dose", "50|mg"),
        ("dose", "50|s|"),
        ("dose", "50|s|c|d"),
    ],
)
def test_what_is_no_number_is_refused(name: str, value: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match="cannot be understood"):
        world.search("AdverseEvent", (name, value))
