"""StructureDefinitions of the specification's own profiles, without what is for readers only.

https://hl7.org/fhir/R4/profilelist.html
"""

from collections.abc import Iterable, Iterator

from fhir_kb.definitions.building.corrector import Corrector
from fhir_kb.definitions.model import Binding
from fhir_kb.formats import Json

_KEPT = ("url", "version", "name", "status", "kind", "abstract", "type", "baseDefinition")
_FOR_READERS = frozenset(
    {
        "alias",
        "base",
        "comment",
        "condition",
        "definition",
        "example",
        "isModifierReason",
        "isSummary",
        "label",
        "mapping",
        "meaningWhenMissing",
        "orderMeaning",
        "requirements",
        "short",
    }
)


def profiles(structures: Iterable[Json], corrector: Corrector) -> dict[str, Json]:
    """Return the profiles among ``structures`` as differentials, by URL in alphabetical order.

    Extensions are kept elsewhere; a profile that serves as a type (SimpleQuantity) is both.
    """
    found = (each for each in structures if _is_profile(each))
    return dict(sorted((each["url"], _differential(each, corrector)) for each in found))


def bindings(profile: Json) -> Iterator[Binding]:
    """Yield the bindings that a profile states."""
    for element in profile["differential"]["element"]:
        binding = element.get("binding", {})
        if "valueSet" in binding:
            yield Binding(binding["strength"], binding["valueSet"].partition("|")[0])


def _is_profile(structure: Json) -> bool:
    return (
        structure.get("derivation") == "constraint"
        and structure["kind"] != "logical"
        and structure["type"] != "Extension"
    )


def _differential(structure: Json, corrector: Corrector) -> Json:
    elements = structure["differential"]["element"]
    return {
        "resourceType": "StructureDefinition",
        **{key: structure[key] for key in _KEPT if key in structure},
        "derivation": "constraint",
        "differential": {
            "element": [_element(structure["url"], each, corrector) for each in elements]
        },
    }


def _element(url: str, element: Json, corrector: Corrector) -> Json:
    kept = {key: value for key, value in element.items() if key not in _FOR_READERS}
    if "constraint" in kept:
        kept["constraint"] = [_constraint(each, corrector) for each in kept["constraint"]]
    if "binding" in kept:
        strength = corrector.strength(url, element["id"], kept["binding"]["strength"])
        kept["binding"] = {**kept["binding"], "strength": strength}
    return kept


def _constraint(constraint: Json, corrector: Corrector) -> Json:
    expression = corrector.expression(constraint["key"], constraint["expression"])
    return {
        **{key: constraint[key] for key in ("key", "severity", "human")},
        "expression": expression,
    }
