"""A unit as a factor and its dimensions, and what units multiply to.

https://ucum.org/ucum#section-Semantics
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A multiple of base units: ``factor`` of those named in ``dimensions`` with their exponents.

    ``special`` names the function of a unit that stands alone on a scale of its own (``Cel``);
    ``reference`` is the unit its ratio is taken to. As a part of another unit such a unit is only
    comparable with itself.
    """

    factor: Fraction
    dimensions: Mapping[str, int] = field(default_factory=dict)
    special: str | None = None
    reference: "Unit | None" = None

    def __mul__(self, other: "Unit") -> "Unit":
        exponents = dict(self.dimensions)
        for base, exponent in other.dimensions.items():
            exponents[base] = exponents.get(base, 0) + exponent
        return Unit(
            self.factor * other.factor,
            {base: exponent for base, exponent in sorted(exponents.items()) if exponent},
        )

    def __pow__(self, exponent: int) -> "Unit":
        dimensions = {base: power * exponent for base, power in self.dimensions.items()}
        return Unit(self.factor**exponent, dimensions if exponent else {})

    def __truediv__(self, other: "Unit") -> "Unit":
        return self * other**-1

    def scaled(self, factor: Fraction) -> "Unit":
        """Return the unit with a prefix before it."""
        return Unit(self.factor * factor, self.dimensions, self.special, self.reference)

    @property
    def base(self) -> str:
        """The UCUM code of the same dimensions in base units: ``g.m-3``, or ``1``."""
        parts = (
            code if exponent == 1 else f"{code}{exponent}"
            for code, exponent in sorted(self.dimensions.items())
        )
        return ".".join(parts) or "1"


ONE = Unit(Fraction(1))
