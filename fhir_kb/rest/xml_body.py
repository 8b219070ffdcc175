"""A JSON answer written as FHIR XML.

https://hl7.org/fhir/R4/xml.html
"""

from fhir_kb.formats.xml import write_xml
from fhir_kb.rest.own_text import read_own
from fhir_kb.versions import Version


def xml_body(body: bytes, version: Version, *, indent: int | None = None) -> bytes:
    """Return the same resource as XML text in UTF-8."""
    return write_xml(read_own(body), version.definitions.type, indent=indent)
