"""Texts are found however they are capitalised or accented, unless exactness is asked for."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("comment", "early", {"dvt", "plain"}),
        ("comment", "ÉAR", {"dvt", "plain"}),
        ("comment", "night", set()),
        ("comment", "at  NIGHT", {"pe"}),
        ("comment", "early\\, at", {"dvt"}),
        ("comment", "early,at", {"dvt", "plain", "pe"}),
        ("comment:contains", "NIGHT", {"dvt", "pe"}),
        ("comment:contains", "%", set()),
        ("comment:contains", "_", set()),
        ("comment:exact", "EARLY", {"plain"}),
        ("comment:exact", "early", set()),
        ("comment:exact", "Éarly\\, at night", {"dvt"}),
        ("comment:missing", "true", {"empty"}),
    ],
)
def test_a_text_finds(name: str, value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", (name, value)) == expected


def test_a_name_is_a_text(world: Any) -> None:
    assert world.found("Organization", ("name", "university")) == {"clinic"}
