"""What the tests of FHIRPath share: definitions, the official suite and a small unit table."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from fhir_kb.definitions import Definitions, load
from fhir_kb.fhirpath import Expression, compile_expression

ORACLE = Path(__file__).resolve().parents[2] / "../shared/oracle/fhirpath"
_FHIR = "{http://hl7.org/fhir}"
_XHTML = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(scope="session")
def r4() -> Definitions:
    return load("R4")


@pytest.fixture
def compiled(r4: Definitions) -> Callable[[str], Expression]:
    """Compile against R4, starting from a Patient."""
    return lambda text: compile_expression(text, r4, "Patient")


@pytest.fixture(scope="session")
def oracle() -> Path:
    if not ORACLE.is_dir():
        pytest.skip("the official FHIRPath suite is not there (../shared/oracle/fhirpath)")
    return ORACLE


@pytest.fixture(scope="session")
def official_input(oracle: Path, r4: Definitions) -> Callable[[str], dict[str, Any]]:
    """Read an input of the official suite: its JSON form if there is one, else its XML."""
    read: dict[str, dict[str, Any]] = {}

    def resource(name: str) -> dict[str, Any]:
        if name not in read:
            file = oracle / "inputs" / name
            as_json = file.with_suffix(".json")
            if as_json.exists():
                read[name] = json.loads(as_json.read_text(), parse_float=Decimal)
            else:
                # ruff: the suite is a trusted file.
                root = ElementTree.parse(file).getroot()  # noqa: S314
                type = root.tag.removeprefix(_FHIR)
                read[name] = {"resourceType": type, **_object(root, type, r4)}
        return read[name]

    return resource


def _object(element: ElementTree.Element, type: str, definitions: Definitions) -> dict[str, Any]:
    """Return the JSON of an XML element: enough for the suite's inputs, no reader of XML."""
    definition = definitions.type(type)
    assert definition is not None, type
    found: dict[str, Any] = dict(element.attrib)
    for child in element:
        key = child.tag.removeprefix(_FHIR).removeprefix(_XHTML)
        known, code = definition.json_names[key]
        value, extra = _value(child, code.code, definitions)
        if known.is_list:
            found.setdefault(key, []).append(value)
        elif value is not None:
            found[key] = value
        if extra:
            found[f"_{key}"] = extra
    return found


def _value(child: ElementTree.Element, type: str, definitions: Definitions) -> tuple[Any, Any]:
    if child.tag.startswith(_XHTML):
        return ElementTree.tostring(child, encoding="unicode"), None
    definition = definitions.type(type)
    if definition is None or definition.kind != "primitive-type":
        return _object(child, type, definitions), None
    text = child.attrib.pop("value", None)
    return _primitive(text, type), _object(child, type, definitions)


def _primitive(text: str | None, type: str) -> Any:
    if text is None:
        return None
    if type == "boolean":
        return text == "true"
    if type in ("integer", "positiveInt", "unsignedInt"):
        return int(text)
    return Decimal(text) if type == "decimal" else text


_UNITS = {
    "g": ("mass", "1"),
    "mg": ("mass", "0.001"),
    "kg": ("mass", "1000"),
    "[lb_av]": ("mass", "453.59237"),
    "m": ("length", "1"),
    "cm": ("length", "0.01"),
    "[in_i]": ("length", "0.0254"),
    "m2": ("area", "1"),
    "cm.m": ("area", "0.01"),
    "g/m": ("density", "1"),
    "s": ("time", "1"),
}


@pytest.fixture(scope="session")
def units() -> Callable[[Decimal, str, str], Decimal | None]:
    """Convert between the few UCUM units that the tests use."""

    def convert(value: Decimal, source: str, target: str) -> Decimal | None:
        dimension, factor = _UNITS.get(source, (source, "1"))
        other_dimension, divisor = _UNITS.get(target, (target, "1"))
        return value * Decimal(factor) / Decimal(divisor) if dimension == other_dimension else None

    return convert
