"""A specification small enough to read: three types, a resource and an extension."""

from typing import Any

import pytest

from fhir_kb.formats import Json

BASE = "http://hl7.org/fhir/StructureDefinition/"
ELE_1 = {"key": "ele-1", "severity": "error", "human": "Has content", "expression": "hasValue()"}
RES_1 = {"key": "res-1", "severity": "error", "human": "Has an id", "expression": "id.exists()"}
PART_1 = {"key": "part-1", "severity": "warning", "human": "Small", "expression": "value < 9"}
NAME_1 = {"key": "name-1", "severity": "error", "human": "Short", "expression": "length() < 9"}


def element(path: str, *types: Any, max: str = "1", **more: Any) -> Json:
    """An ElementDefinition; a type is a code or a whole JSON object."""
    listed = [{"code": each} if isinstance(each, str) else each for each in types]
    origin = {"id": "Element.id"}.get(path.rpartition(".")[2], path)
    return {
        "id": path,
        "path": path,
        "min": 0,
        "max": max,
        "base": {"path": origin},
        "type": listed,
        **more,
    }


def structure(name: str, kind: str, base: str | None, *elements: Json, **more: Any) -> Json:
    """A StructureDefinition; the root element stands first in ``elements``."""
    found = {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": BASE + name,
        "type": name,
        "kind": kind,
        "abstract": False,
        "derivation": "specialization",
        "snapshot": {"element": list(elements)},
        **more,
    }
    return {**found, "baseDefinition": BASE + base} if base else found


def system_type(name: str, *extensions: tuple[str, str]) -> Json:
    """A type of FHIRPath, with the extensions that say what FHIR makes of it."""
    return {
        "code": f"http://hl7.org/fhirpath/System.{name}",
        "extension": [{"url": BASE + url, "valueString": value} for url, value in extensions],
    }


ELEMENT = structure(
    "Element",
    "complex-type",
    None,
    element("Element", constraint=[ELE_1]),
    element("Element.id", system_type("String", ("structuredefinition-fhir-type", "id"))),
)

STRING = structure(
    "string",
    "primitive-type",
    "Element",
    element("string", constraint=[ELE_1]),
    element(
        "string.value",
        system_type("String", ("regex", "[a-z]+")),
        representation=["xmlAttr"],
        maxLength=9,
    ),
)

EXTENSION = structure(
    "Extension",
    "complex-type",
    "Element",
    element("Extension", constraint=[ELE_1]),
    element("Extension.value[x]", "string"),
)

THING = structure(
    "Thing",
    "resource",
    None,
    element("Thing", constraint=[RES_1]),
    element(
        "Thing.name",
        "string",
        constraint=[ELE_1, NAME_1],
        isSummary=True,
        isModifier=True,
        min=1,
        binding={
            "strength": "required",
            "valueSet": "http://example.org/names|1.0",
            "extension": [
                {
                    "url": BASE + "elementdefinition-maxValueSet",
                    "valueCanonical": "http://example.org/all|1.0",
                }
            ],
        },
    ),
    element("Thing.value[x]", "string", "Element"),
    element("Thing.part", "Element", max="*", constraint=[ELE_1, PART_1]),
    element("Thing.part.owner", {"code": "Element", "targetProfile": [BASE + "Thing"]}),
    element("Thing.part.part", contentReference="#Thing.part", constraint=[ELE_1, PART_1]),
)

NICKNAME = structure(
    "nickname",
    "complex-type",
    "Extension",
    element("Extension", max="*", constraint=[ELE_1, RES_1], isModifier=True),
    {
        **element("Extension.extension", "Extension", max="2", min=1, sliceName="short"),
        "id": "Extension.extension:short",
    },
    {
        **element("Extension.extension.url", "string", fixedUri="short"),
        "id": "Extension.extension:short.url",
    },
    {
        **element(
            "Extension.extension.value[x]",
            "string",
            "Unheard",
            binding={"strength": "extensible", "valueSet": "http://example.org/short"},
        ),
        "id": "Extension.extension:short.value[x]",
    },
    element("Extension.value[x]", "string", max="0"),
    type="Extension",
    derivation="constraint",
    context=[{"type": "element", "expression": "Thing"}],
    contextInvariant=["name.exists()"],
)


@pytest.fixture
def structures() -> list[Json]:
    """The StructureDefinitions of the types."""
    return [ELEMENT, STRING, EXTENSION, THING]


@pytest.fixture
def nickname() -> Json:
    """The StructureDefinition of an extension with one extension inside it."""
    return NICKNAME
