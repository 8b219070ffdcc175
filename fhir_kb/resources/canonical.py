"""What a resource with a canonical URL starts with: url, identifier, version, title, date.

https://hl7.org/fhir/R4/canonicalresource.html
"""

from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import identifier
from fhir_kb.resources.frame import frame
from fhir_kb.resources.narrative import Rows
from fhir_kb.settings import CANONICAL


def canonical_opening(
    context: Context, type: str, id: str, kind: str, title: str, rows: Rows
) -> Json:
    """Return the opening elements of a canonical resource of ours, its machine name included.

    ``kind`` is a code of our content-kind system. Version and date are those of the release.
    """
    release = context.knowledge.release
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type)
    return frame(type, id, kind, title, rows) | {
        "url": f"{CANONICAL}/{type}/{id}",
        "identifier": [identifier(words.removeprefix("-"), id)],
        "version": release.version,
        "name": machine_name(id),
        "title": title,
        "status": "active",
        "date": release.date,
    }


def machine_name(id: str) -> str:
    """Return a name for programs: ``wang2016-hr`` becomes ``Wang2016Hr``."""
    name = "".join(word.capitalize() for word in id.split("-"))
    return name if name[0].isalpha() else f"N{name}"
