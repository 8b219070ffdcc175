"""Attachments: the size that is stated and the size that the data has.

https://hl7.org/fhir/R4/datatypes.html#Attachment
"""

import binascii

from fhir_kb.fhirpath import Node
from fhir_kb.validation.walk import Walk


def check_attachment(walk: Walk, node: Node) -> None:
    """Report a size that is not the number of bytes in the data."""
    data, size = node.value.get("data"), node.value.get("size")
    if not isinstance(data, str) or size is None:
        return
    try:
        found = len(binascii.a2b_base64(data))
    except (binascii.Error, ValueError):
        return
    if str(size) != str(found):
        walk.report("wrong-size", node, at="size", stated=size, found=found)
