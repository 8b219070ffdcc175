"""Attachments: the size and the hash that are stated, and those that the data has.

https://hl7.org/fhir/R4/datatypes.html#Attachment
"""

import binascii
import hashlib

from fhir_kb.fhirpath import Node
from fhir_kb.validation.walk import Walk


def check_attachment(walk: Walk, node: Node) -> None:
    """Report a size that is not the number of bytes in the data, and a hash of something else."""
    data, size, digest = (node.value.get(name) for name in ("data", "size", "hash"))
    if not isinstance(data, str) or (size is None and digest is None):
        return
    try:
        content = binascii.a2b_base64(data)
    except (binascii.Error, ValueError):
        return
    if size is not None and str(size) != str(len(content)):
        walk.report("wrong-size", node, at="size", stated=size, found=len(content))
    if isinstance(digest, str):
        # SHA-1 is what FHIR asks for: it tells a damaged copy, it does not protect.
        found = binascii.b2a_base64(hashlib.sha1(content, usedforsecurity=False).digest())
        if "".join(digest.split()) != found.decode().strip():
            walk.report("wrong-hash", node, at="hash", stated=digest, found=found.decode().strip())
