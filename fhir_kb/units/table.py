"""The prefixes and units of UCUM, from the table that its organization publishes.

https://ucum.org/ucum-essence.xml

The table is packaged as it stands, so its XML is read here and not by ``fhir_kb.formats``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree

_NAMESPACE = {"ucum": "http://unitsofmeasure.org/ucum-essence"}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the table: ``value`` times the expression ``unit``, or a base unit with neither.

    Only a ``metric`` unit takes prefixes. With a ``function``, what is written is a function of
    the ratio to ``value unit`` (degrees Celsius, pH).
    """

    code: str
    metric: bool
    value: Fraction = Fraction(1)
    unit: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All prefixes and units by their case-sensitive codes."""

    version: str
    prefixes: Mapping[str, Fraction]
    units: Mapping[str, UnitRow]


@cache
def unit_table() -> UnitTable:
    """Return the packaged table."""
    text = (files("fhir_kb.units") / "ucum-essence.xml").read_bytes()
    root = ElementTree.fromstring(text)  # noqa: S314  our own packaged file
    prefixes = {
        prefix.attrib["Code"]: Fraction(_value(prefix).attrib["value"])
        for prefix in root.iterfind("ucum:prefix", _NAMESPACE)
    }
    base = [
        UnitRow(unit.attrib["Code"], True) for unit in root.iterfind("ucum:base-unit", _NAMESPACE)
    ]
    derived = [_unit_row(unit) for unit in root.iterfind("ucum:unit", _NAMESPACE)]
    units = {row.code: row for row in (*base, *derived)}
    return UnitTable(root.attrib["version"], prefixes, units)


def _value(element: ElementTree.Element) -> ElementTree.Element:
    value = element.find("ucum:value", _NAMESPACE)
    if value is None:
        raise ValueError(f"{element.attrib['Code']} has no value in the UCUM table")
    return value


def _unit_row(element: ElementTree.Element) -> UnitRow:
    code, metric = element.attrib["Code"], element.attrib["isMetric"] == "yes"
    value = _value(element)
    function = value.find("ucum:function", _NAMESPACE)
    if function is not None:
        definition, name = function.attrib, function.attrib["name"]
        return UnitRow(code, metric, Fraction(definition["value"]), definition["Unit"], name)
    # An arbitrary unit measures what one procedure defines, so it is a dimension of its own.
    if element.get("isArbitrary") == "yes" and value.attrib["Unit"] == "1":
        return UnitRow(code, metric)
    return UnitRow(code, metric, Fraction(value.attrib["value"]), value.attrib["Unit"])
