"""References that lead out of a call: to a Medication, or to an order that is dispatched.

https://hl7.org/fhir/R4/references.html
"""

import re
from collections.abc import Iterable, Iterator

from fhir_kb.chart.elements import objects, one, text
from fhir_kb.formats import Json

MEDICINES = frozenset(
    {"MedicationRequest", "MedicationDispense", "MedicationStatement", "MedicationAdministration"}
)
_LOCAL = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9\-.]{0,63}[A-Za-z0-9\-]")
"""``Type/id``. An id of dots only would lead elsewhere in a URL."""


def local(reference: str, server: str) -> str | None:
    """Return ``Type/id`` of a reference into ``server``, relative or absolute, else None."""
    own = reference.removeprefix(f"{server.rstrip('/')}/") if server else reference
    own = own.partition("/_history/")[0]
    return own if _LOCAL.fullmatch(own) else None


def entries(bundle: object) -> list[Json]:
    """Return the resources of a Bundle; some clients leave out the entries' wrappers."""
    return [
        one(entry if "resourceType" in entry else entry.get("resource"))
        for entry in objects(one(bundle).get("entry"))
    ]


def resources(value: object) -> list[Json]:
    """Return the resources of a Bundle, or the one resource that a value is."""
    resource = one(value)
    if not resource or is_outcome(resource):
        return []
    return entries(resource) if resource.get("resourceType") == "Bundle" else [resource]


def is_outcome(value: object) -> bool:
    """Return whether a value tells how something went instead of holding it."""
    return one(value).get("resourceType") == "OperationOutcome"


def identity(resource: Json) -> str:
    """Return ``Type/id`` of a resource."""
    return f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}"


def medications_named(records: Iterable[Json], server: str) -> Iterator[str]:
    """Yield the Medications of a server that orders refer to."""
    for record in records:
        r5 = one(record.get("medication"))
        reference = one(record.get("medicationReference") or r5.get("reference"))
        target = local(text(reference.get("reference")), server)
        if target and target.startswith("Medication/"):
            yield target
