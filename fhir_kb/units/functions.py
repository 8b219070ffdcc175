"""The scales of UCUM's special units: from a reading to a ratio, and back.

https://ucum.org/ucum#section-Special-Units-on-non-ratio-Scales
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal

Function = Callable[[Decimal], Decimal]


def _shifted(zero: str) -> tuple[Function, Function]:
    """Return the scale whose reading 0 lies ``zero`` steps above the absolute zero."""
    return lambda reading: reading + Decimal(zero), lambda ratio: ratio - Decimal(zero)


def _logarithmic(base: Decimal, times: int = 1) -> tuple[Function, Function]:
    """Return the scale of ``times`` logarithms to ``base``."""
    return (
        lambda reading: base ** (reading / times),
        lambda ratio: times * ratio.ln() / base.ln(),
    )


def _tangent(radians: float) -> tuple[Function, Function]:
    """Return the scale of 100 times the tangent of an angle; its reference has so many radians."""
    return (
        lambda reading: Decimal(repr(math.atan(reading / 100) / radians)),
        lambda ratio: 100 * Decimal(repr(math.tan(float(ratio) * radians))),
    )


FUNCTIONS: Mapping[str, tuple[Function, Function]] = {
    "Cel": _shifted("273.15"),
    "degF": _shifted("459.67"),
    "degRe": _shifted("218.52"),
    "pH": _logarithmic(Decimal(10), -1),
    "ln": _logarithmic(Decimal(1).exp()),
    "lg": _logarithmic(Decimal(10)),
    "lgTimes2": _logarithmic(Decimal(10), 2),
    "ld": _logarithmic(Decimal(2)),
    "sqrt": (lambda reading: reading * reading, Decimal.sqrt),
    "tanTimes100": _tangent(1.0),
    "100tan": _tangent(math.pi / 180),
    "hpX": _logarithmic(Decimal(10), -1),
    "hpC": _logarithmic(Decimal(100), -1),
    "hpM": _logarithmic(Decimal(1000), -1),
    "hpQ": _logarithmic(Decimal(50000), -1),
}
"""By the function's name in the UCUM table: (ratio of a reading, reading of a ratio)."""
