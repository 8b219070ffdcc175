"""A dosage as far as it is structured: how much a day at least and at most.

https://hl7.org/fhir/R4/dosage.html
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Dose:
    """The dose of a medicine, summed over rows that hold at the same time.

    ``per_day`` is the greatest daily amount and ``single`` the greatest amount at one time, both
    in ``unit``: a UCUM code, or ``{unit}`` for capsules and tablets. ``unknown`` says what could
    not be told; it is empty when the daily amount is certain. ``week`` are then the amounts of the
    days from Monday on, so that medicines which take turns can be added up.
    """

    per_day: Decimal | None = None
    single: Decimal | None = None
    unit: str | None = None
    week: tuple[Decimal, ...] = ()
    unknown: str = "the order states no dose"
