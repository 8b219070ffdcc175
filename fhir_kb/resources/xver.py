"""Cross-version extensions: elements of R5 on resources of R4 and R4B.

https://hl7.org/fhir/uv/xver-r5.r4/0.1.0/
"""

from typing import Any

from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import extension

_R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension"
_ALTERNATE_REFERENCE = "http://hl7.org/fhir/StructureDefinition/alternate-reference"


def r5_element(path: str, **value: Any) -> Json:
    """Return the extension that stands for an R5 element: ``ResearchStudy.outcomeMeasure``."""
    return extension(f"{_R5}-{path}", **value)


def r5_backbone(path: str, **parts: Json | None) -> Json:
    """Return the extension of an R5 element made of parts; a part that is None is left out."""
    nested = [extension(name, **value) for name, value in parts.items() if value is not None]
    return r5_element(path, extension=nested)


def alternate_reference(target: Json) -> Json:
    """Return the extension for a Reference whose R4 element does not allow the target's type."""
    return extension(_ALTERNATE_REFERENCE, valueReference=target)
