"""HL7's own FHIRPath suite for R4: what each of its tests finds wrong with our engine.

https://github.com/FHIR/fhir-test-cases
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from fhir_kb.definitions import Definitions, load
from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import Environment, Node, Temporal, compile_expression
from fhir_kb.formats.json import read_json
from fhir_kb.formats.xml import read_xml


def outcomes(folder: Path) -> dict[str, str]:
    """Return each test of the suite with what went wrong; an empty text for one that passes."""
    r4 = load("R4")
    environment = Environment(now=datetime(2026, 11, 21, 10, 30, tzinfo=UTC))
    suite = ElementTree.parse(folder / "tests-fhir-r4.xml")  # noqa: S314 -- a trusted file
    inputs: dict[str, Any] = {}
    found: dict[str, str] = {}
    for group in suite.iter("group"):
        for case in group.iter("test"):
            name = case.attrib["name"]
            key = name if name not in found else f"{name} again"
            file = case.get("inputfile", "patient-example.xml")
            if file not in inputs:
                inputs[file] = _input(folder / "inputs" / file, r4)
            found[key] = " / ".join(_faults(case, inputs[file], r4, environment))
    return found


def _input(file: Path, r4: Definitions) -> Any:
    """Read an input: its JSON form if there is one, else its XML."""
    as_json = file.with_suffix(".json")
    if as_json.exists():
        return read_json(as_json.read_bytes())
    return read_xml(file.read_bytes(), r4.type)


def _faults(
    case: ElementTree.Element, resource: Any, r4: Definitions, environment: Environment
) -> Iterator[str]:
    element = case.find("expression")
    assert element is not None
    text = element.text or ""
    invalid = element.get("invalid")
    try:
        expression = compile_expression(text, r4, resource["resourceType"], strict=True)
        if case.get("predicate") == "true":
            result = [Node(bool(expression.evaluate(resource, environment)), "System.Boolean")]
        else:
            result = expression.evaluate(resource, environment)
    except FHIRPathError as fault:
        if invalid is None:
            yield f"{text}: {fault}"
        return
    if invalid is not None:
        yield f"{text}: expected a refusal ({invalid}), got {[node.value for node in result]}"
        return
    expected = [(output.get("type"), output.text or "") for output in case.iter("output")]
    if len(expected) != len(result):
        yield f"{text}: expected {expected}, got {[node.value for node in result]}"
        return
    if case.get("ordered") == "false":
        expected.sort(key=lambda output: output[1])
        result.sort(key=_written)
    for (type, value), node in zip(expected, result, strict=True):
        if _written(node) != value or (type and type != _type_name(node)):
            yield f"{text}: expected {type} {value}, got {_type_name(node)} {_written(node)}"


def _written(node: Node) -> str:
    value = node.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Temporal) or node.type in ("date", "dateTime", "time"):
        return f"@{'T' if node.type.casefold().endswith('.time') else ''}{value}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _type_name(node: Node) -> str:
    name = node.type.removeprefix("System.")
    lower = name[:1].lower() + name[1:]
    return name if name == "Quantity" or name == node.type else lower
