"""Following a plain path to the references at its end."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.definitions.building.paths import targets_at


@pytest.mark.parametrize(
    ("path", "targets"),
    [
        ("Ingredient.manufacturer.manufacturer", ("Organization",)),
        ("Ingredient.substance.code.reference", ("SubstanceDefinition",)),
        ("Ingredient.substance.code.concept", ()),
        ("Ingredient.noSuchElement", ()),
        ("Ingredient.substance.code.resolve()", ()),
        ("NoSuchType.element", ()),
    ],
)
def test_targets_at_the_end_of_a_path(path: str, targets: tuple[str, ...]) -> None:
    r4b = load("R4B")
    names = ("Ingredient", "Ingredient.manufacturer", "Ingredient.substance", "CodeableReference")
    types = {name: definition for name in names if (definition := r4b.type(name))}
    assert targets == targets_at(path, types)
