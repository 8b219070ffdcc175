"""Identifiers: the form of the system, and values that have to be URIs.

https://hl7.org/fhir/R4/datatypes.html#Identifier
"""

import re

from fhir_kb.fhirpath import Node
from fhir_kb.validation.walk import Walk
from fhir_kb.validation.wording import shortened

_ANY_URI = "urn:ietf:rfc:3986"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


def check_identifier(walk: Walk, node: Node) -> None:
    """Report a relative system, and a value that is no URI where the system says it is one."""
    system, value = node.value.get("system"), node.value.get("value")
    if isinstance(system, str) and ":" not in system:
        walk.report(
            "relative-system", node, at="system", type="Identifier", system=shortened(system)
        )
    elif system == _ANY_URI and isinstance(value, str) and not _ABSOLUTE.fullmatch(value):
        walk.report("identifier-is-no-uri", node, at="value", value=shortened(value))
