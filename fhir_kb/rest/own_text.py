"""Reads what this server itself wrote: the bounds for what comes from outside do not hold for it.

https://hl7.org/fhir/R4/json.html
"""

from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.formats.text import DEPTH_MAX

_AROUND = 20
"""How deep the resources of a Bundle in a Bundle stand."""


def read_own(body: bytes) -> Json:
    """Return a stored resource or an answer; a page of resources is larger than any of them."""
    return read_json(body, max_bytes=len(body), max_depth=DEPTH_MAX + _AROUND)
