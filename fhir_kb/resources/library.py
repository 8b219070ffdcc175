"""Library: the manifest of a release, with the SHA-256 of every resource.

https://hl7.org/fhir/R4/library.html; all versions write it alike.

The manifest is an attachment in the form that ``sha256sum`` prints, so a client checks what it
downloaded with any tool.
"""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha1
from typing import NamedTuple

from fhir_kb.formats import Json
from fhir_kb.resources.canonical import canonical_opening
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coded

_TYPES = "http://terminology.hl7.org/CodeSystem/library-type"


class ManifestRow(NamedTuple):
    """One resource of a release and the digest of its JSON text, in hexadecimal."""

    type: str
    id: str
    sha256: str


def build_manifest(context: Context, rows: Iterable[ManifestRow]) -> Json:
    """Return the Library ``release``: a line ``digest  Type/id`` per row, sorted by type and id."""
    entries = sorted(rows)
    lines = "".join(f"{entry.sha256}  {entry.type}/{entry.id}\n" for entry in entries)
    release = context.knowledge.release
    counts = Counter(entry.type for entry in entries)
    title = f"Release {release.version} of the medication knowledge"
    narrative = [("Resources", str(len(entries))), *((type, str(n)) for type, n in counts.items())]
    opening = canonical_opening(
        context, "Library", "release", "publication-record", title, narrative
    )
    return opening | {
        "type": coded(_TYPES, "asset-collection", "Asset Collection"),
        "description": f"{len(entries)} resources, each with the SHA-256 of its JSON text.",
        "content": [_attachment(lines)],
    }


def with_digests(manifest: Json, digests: Mapping[str, str]) -> Json:
    """Return a manifest that has these digests for the resources they are of, by ``Type/id``.

    Whoever hands out resources in another form than the release's hands out their digests too.
    """
    rows = b64decode(manifest["content"][0]["data"]).decode().splitlines()
    parted = [row.partition("  ") for row in rows]
    lines = "".join(f"{digests.get(name, digest)}  {name}\n" for digest, _, name in parted)
    return {**manifest, "content": [_attachment(lines)]}


def _attachment(lines: str) -> Json:
    content = lines.encode()
    return {
        "contentType": "text/plain",
        "data": b64encode(content).decode(),
        # FHIR defines Attachment.hash as SHA-1; it guards against damage, not attack.
        "hash": b64encode(sha1(content, usedforsecurity=False).digest()).decode(),
        "title": "SHA256SUMS",
    }
