"""The strict XML reader and writer: FHIR XML to and from the shape that FHIR JSON has.

https://hl7.org/fhir/R4/xml.html

``types`` is the definitions' function from a type's name to the type; it is kept in a cache, so
pass the same one each time.
"""

from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.formats.layout import TypeLookup
from fhir_kb.formats.location import Located, Location, Locator, Place, location_after
from fhir_kb.formats.text import BYTES_MAX, DEPTH_MAX, read_text
from fhir_kb.formats.xml_reader import XmlReader
from fhir_kb.formats.xml_writer import XmlWriter

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def read_xml(
    data: bytes | str,
    types: TypeLookup,
    *,
    max_bytes: int = BYTES_MAX,
    max_depth: int = DEPTH_MAX,
) -> Json:
    """Return the resource in ``data`` as FHIR JSON has it; numbers and booleans by their types.

    A text that is no number stays text, and an element without content becomes ``{}``: whether
    a value is right is for validation to say. Refuses with line and column: any encoding but
    UTF-8, a DOCTYPE, more than ``max_bytes`` bytes or ``max_depth`` levels, another namespace,
    a type, element or attribute that this version does not have, elements out of their order,
    repeated where one is allowed, and text between elements. Comments and processing
    instructions are passed over, except inside a narrative, which keeps its source text.
    """
    content = read_text(data, max_bytes=max_bytes, allow_bom=True).encode()
    return XmlReader(content, types, max_depth=max_depth, strict=True).value


def read_xml_located(
    data: bytes | str,
    types: TypeLookup,
    *,
    max_bytes: int = BYTES_MAX,
    max_depth: int = DEPTH_MAX,
) -> Located:
    """Return the resource in ``data``, its faults, and a function that finds lines.

    For validators: what ``read_xml`` refuses in an element is a fault, and the element is left
    out (if it is only late, or a narrative in another namespace, it is kept). Text that is no
    XML at all, a DOCTYPE, and a root that is no resource of this version are still refused.
    """
    content = read_text(data, max_bytes=max_bytes, allow_bom=True).encode()
    reader = XmlReader(content, types, max_depth=max_depth)

    def scan() -> Place:
        return XmlReader(content, types, max_depth=max_depth, with_places=True).root

    def locate(offset: int) -> Location:
        return location_after(content[:offset].decode())

    return Located(reader.value, reader.faults, Locator(scan, locate))


def write_xml(resource: Json, types: TypeLookup, *, indent: int | None = None) -> bytes:
    """Return ``resource`` as UTF-8 XML: elements in their order, narratives as they stand.

    Refuses, naming the element, what XML cannot say: a key that is no element of this version,
    a list or object where its type has none, null without extensions, a narrative that is not
    XHTML, a character that XML does not have.
    """
    if not isinstance(resource, dict):
        raise MalformedContent("A FHIR resource is an object with a resourceType")
    writer = XmlWriter(types, indent)
    writer.write(resource, "" if indent is None else "\n")
    return (_DECLARATION + "".join(writer.parts)).encode()
