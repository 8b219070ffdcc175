"""Units of the Unified Code for Units of Measure: read, compared and converted.

https://ucum.org/ucum
"""

from fhir_kb.units.conversion import Canonical, canonical, convert
from fhir_kb.units.parser import parse
from fhir_kb.units.unit import Unit

__all__ = ["Canonical", "Unit", "canonical", "convert", "parse"]
