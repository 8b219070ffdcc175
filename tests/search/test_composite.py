"""The parts of a composite must be found in the same place."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("stage$III", {"treated"}),
        ("stage$I", {"control"}),
        ("http://features|stage$III", {"treated"}),
        ("stage$true", set()),
        ("pretreated$true", {"treated"}),
        ("pretreated$III", set()),
        ("stage$I,stage$III", {"treated", "control"}),
    ],
)
def test_a_composite_finds(value: str, expected: set[str], world: Any) -> None:
    """Both groups have a stage and a flag; only together do the values tell them apart."""
    assert world.found("Group", ("characteristic-value", value)) == expected


@pytest.mark.parametrize("value", ["stage", "stage$", "$III", "stage$III$x"])
def test_a_composite_needs_all_its_parts(value: str, world: Any) -> None:
    with pytest.raises(InvalidParameter, match=r"characteristic\$value"):
        world.search("Group", ("characteristic-value", value))
