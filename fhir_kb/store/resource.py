"""A stored version of a resource: its exact JSON text and what is known beside it.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from hashlib import sha256
from typing import NamedTuple

from fhir_kb.store.index import IndexRows, Parts


class StoredResource(NamedTuple):
    """One version of a resource; a tuple, since every read makes one.

    ``body`` is the exact JSON text in UTF-8, ``digest`` its SHA-256 in hexadecimal;
    ``last_updated`` is ``meta.lastUpdated`` as the body writes it.
    """

    type: str
    id: str
    version_id: str
    last_updated: str
    body: bytes
    digest: str

    @classmethod
    def of(
        cls, type: str, id: str, version_id: str, last_updated: str, body: bytes
    ) -> "StoredResource":
        """Return the resource with the digest of its body."""
        return cls(
            type,
            id,
            version_id,
            last_updated,
            body,
            sha256(body, usedforsecurity=False).hexdigest(),
        )


class Entry(NamedTuple):
    """A resource and the index rows it is found by: what a snapshot is written from.

    What is ``imported`` may be changed by clients; everything else is curated.
    """

    resource: StoredResource
    rows: IndexRows | Parts
    imported: bool = False
