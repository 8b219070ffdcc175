"""Profiles: resources held to StructureDefinitions, from their differentials alone.

https://hl7.org/fhir/R4/profiling.html

::

    from fhir_kb.definitions import load
    from fhir_kb.validation import validate
    from fhir_kb.validation.profiles import open_profiles

    profiles = open_profiles(load("R4"), ["./my-guide", "us-core.tgz", "hl7.fhir.uv.ips#1.1.0"])
    issues = validate(content, "R4", profiles=[url], conformance=profiles)

A profile is the specification's type and a chain of differentials, all checked on one walk
(``overlay``); each differential is compiled once into small checks (``compiler``).
"""

from fhir_kb.validation.profiles.conformance import Profiles
from fhir_kb.validation.profiles.packages import open_profiles
from fhir_kb.validation.profiles.shelf import Shelf, shelf_of

__all__ = ["Profiles", "Shelf", "open_profiles", "shelf_of"]
