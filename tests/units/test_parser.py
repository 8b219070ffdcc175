"""A unit misread makes a laboratory value wrong by a factor; a typing error must not pass."""

from fractions import Fraction

import pytest

from fhir_kb.units import Unit, parse
from fhir_kb.units.table import unit_table


@pytest.mark.parametrize(
    ("code", "factor", "dimensions"),
    [
        pytest.param("g", 1, {"g": 1}, id="base unit"),
        pytest.param("mg", Fraction(1, 1000), {"g": 1}, id="prefix"),
        pytest.param("dag", 10, {"g": 1}, id="prefix of two letters"),
        pytest.param("cd", 1, {"cd": 1}, id="candela, not centiday"),
        pytest.param("Pa", 1000, {"g": 1, "m": -1, "s": -2}, id="pascal, not petayear"),
        pytest.param("min", 60, {"s": 1}, id="minute, not milli-inch"),
        pytest.param("mo", 2629800, {"s": 1}, id="month"),
        pytest.param("g/dL", 10_000, {"g": 1, "m": -3}, id="quotient"),
        pytest.param("s.m-1", 1, {"m": -1, "s": 1}, id="negative exponent"),
        pytest.param("10*9/L", 10**12, {"m": -3}, id="power of ten"),
        pytest.param("10^9/L", 10**12, {"m": -3}, id="power of ten with a caret"),
        pytest.param("/uL", 10**9, {"m": -3}, id="leading solidus"),
        pytest.param("g/m/s", 1, {"g": 1, "m": -1, "s": -1}, id="solidus applies to one part"),
        pytest.param("g/m.s", 1, {"g": 1, "m": -1, "s": 1}, id="left to right"),
        pytest.param("g/(m.s)", 1, {"g": 1, "m": -1, "s": -1}, id="parenthesis"),
        pytest.param("mL/(8.h)", Fraction(1, 28_800_000_000), {"m": 3, "s": -1}, id="number"),
        pytest.param("{tablets}", 1, {}, id="annotation alone"),
        pytest.param("/100{WBCs}", Fraction(1, 100), {}, id="annotated number"),
        pytest.param("g{creat}/L", 1000, {"g": 1, "m": -3}, id="annotated unit"),
        pytest.param("g/(8.h){shift}", Fraction(1, 28800), {"g": 1, "s": -1}, id="annotated group"),
        pytest.param("m[H2O]", 9_806_650, {"g": 1, "m": -1, "s": -2}, id="digit within brackets"),
        pytest.param(
            "[in_i'H2O]", Fraction(249_088_91, 100), {"g": 1, "m": -1, "s": -2}, id="inch"
        ),
        pytest.param("m0", 1, {}, id="exponent zero"),
        pytest.param(
            "m[IU]", Fraction(1, 1000), {"[iU]": 1}, id="two spellings, one arbitrary unit"
        ),
        pytest.param("K/uL", 10**9, {"K": 1, "m": -3}, id="kelvin, not thousand"),
        pytest.param("%", Fraction(1, 100), {}, id="percent"),
    ],
)
def test_code_is_a_factor_of_base_units(
    code: str, factor: Fraction | int, dimensions: dict[str, int]
) -> None:
    assert parse(code) == Unit(Fraction(factor), dimensions)


@pytest.mark.parametrize(
    "code",
    [
        "",
        " ",
        "mg ",
        "mcg",
        "iU",
        "IU/L",
        "x10^9/L",
        "g/",
        "g//L",
        "g..L",
        "(g",
        "g)",
        "()",
        "(/g)",
        "g/12h",
        "12h",
        "k[lb_av]",
        "kk",
        "kmg",
        "10+3/uL",
        "0.g",
        "-1",
        "m+-2",
        "m100",
        "10*100",
        "{a}{b}",
        "{a}m",
        "{a",
        "a}",
        "{a b}",
        "rad2{錠}",
        "μg",
        "ug;",
        "[H20]",
        "mg\n",
        "1" * 201,
        "(" * 150 + "g" + ")" * 49,
    ],
)
def test_what_is_no_ucum_code_is_no_unit(code: str) -> None:
    assert parse(code) is None


def test_every_unit_of_the_table_can_be_read() -> None:
    """Each is defined by others of the table, down to the base units."""
    assert [code for code in unit_table().units if parse(code) is None] == []


def test_only_metric_units_take_a_prefix() -> None:
    """Otherwise a millipound would pass."""
    plain = [row.code for row in unit_table().units.values() if not row.metric]
    prefixed = [f"m{code}" for code in plain if f"m{code}" not in unit_table().units]
    assert [code for code in prefixed if parse(code) is not None] == []


def test_base_is_a_code_of_the_same_dimensions() -> None:
    unit = parse("mm[Hg].min/L")
    assert unit is not None
    assert unit.base == "g.m-4.s-1"
    base = parse(unit.base)
    assert base is not None
    assert base.dimensions == unit.dimensions
