"""Extensions that carry an element of another release of FHIR, told by their URL.

https://hl7.org/fhir/versions.html#extensions

``http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationKnowledge.packaging`` needs no
StructureDefinition to be known: the element of that release defines it.
"""

import re
from functools import lru_cache

from fhir_kb.definitions import load
from fhir_kb.definitions.releases import RELEASES

_URL = re.compile(
    r"http://hl7\.org/fhir/(\d\.\d)/StructureDefinition/extension-([A-Za-z0-9.]{1,200}?)(\[x\])?"
)


@lru_cache(maxsize=1024)
def cross_version_path(url: str) -> str | None:
    """Return the element that a cross-version extension carries, as ``R5 Group.member``.

    None for any other URL, a release that is not held, and an element that the release lacks.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return None
    release = next((r for r in RELEASES.values() if r.number.startswith(f"{match[1]}.")), None)
    if release is None or not _has_element(release.name, match[2]):
        return None
    return f"{release.name} {match[2]}"


def _has_element(release: str, path: str) -> bool:
    definitions = load(release)
    type_name, *names = path.split(".")
    for name in names:
        type = definitions.type(type_name)
        element = type.elements.get(name) if type else None
        if element is None:
            return False
        type_name = element.types[0].code if element.types else ""
    return bool(names)
