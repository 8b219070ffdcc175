"""What every resource of ours starts with: type, id, profile, kind of content, narrative."""

from collections.abc import Iterable

from fhir_kb.formats import Json
from fhir_kb.resources.narrative import Rows, narrative
from fhir_kb.settings import CANONICAL

CONTENT_KIND = f"{CANONICAL}/CodeSystem/content-kind"
KINDS = {
    "drug-knowledge": "Drug knowledge statement, not a patient report",
    "published-aggregate": "Published aggregate result, not a patient report",
    "bibliography": "Source document or cited work",
    "publication-record": "Record of this publication",
}


def frame(
    type: str, id: str, kind: str, title: str, rows: Rows, paragraphs: Iterable[str] = ()
) -> Json:
    """Return the opening elements of a resource of ours.

    ``kind`` is a code of our content-kind system: no client may take aggregate knowledge for
    a patient's record.
    """
    return {
        "resourceType": type,
        "id": id,
        "meta": {
            "profile": [f"{CANONICAL}/StructureDefinition/{profile_name(type)}"],
            "tag": [{"system": CONTENT_KIND, "code": kind, "display": KINDS[kind]}],
        },
        "text": narrative(title, rows, paragraphs),
    }


def profile_name(type: str) -> str:
    """Return the id of our profile of a resource type: ``kb-medication-knowledge``."""
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in type)
    return f"kb{words}"
