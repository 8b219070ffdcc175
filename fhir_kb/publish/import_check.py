"""Whether a piece of bulk data becomes a resource of this server, and why not.

https://hl7.org/fhir/R4/validation.html
"""

import re
from datetime import datetime
from typing import Any, Literal, TypeGuard

from fhir_kb.errors import InvalidResource, MalformedContent, StoreError
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.publish.import_files import LINE_BYTES_MAX
from fhir_kb.store.instants import microseconds
from fhir_kb.store.resource import StoredResource
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.validation import Mode, Validator
from fhir_kb.versions import Version

Checks = Literal["structure", "standard", "none"]

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)


class ImportCheck:
    """What every imported resource must be; ``now`` dates those that carry no date.

    ``curated`` is the knowledge that no import replaces.
    """

    def __init__(
        self, version: Version, curated: Snapshot, now: datetime, checks: Checks = "structure"
    ) -> None:
        self._version = version
        self._curated = curated
        self._now = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        self._validator = Validator(version.definitions)
        self._mode: Mode | None = None if checks == "none" else checks

    def resource(self, content: bytes | Json) -> StoredResource:
        """Return what is stored: the text as it came, with version and date where it had none.

        Refuses text that is no JSON (MalformedContent) and what is no resource of this version
        with an id, is invalid, or is curated here (InvalidResource).
        """
        if isinstance(content, bytes):
            resource = read_json(content, max_bytes=LINE_BYTES_MAX)
        else:
            resource = content
        type, id = self._identity(resource)
        self._check(resource)
        meta = resource.get("meta", {})
        if not isinstance(meta, dict):
            raise _refusal("Its meta is no object")
        version_id, updated = meta.get("versionId"), meta.get("lastUpdated")
        if version_id is not None and not _is_id(version_id):
            raise _refusal(f"{_shown(version_id)} is no id of a version")
        if updated is not None and not isinstance(updated, str):
            raise _refusal(f"{_shown(updated)} is no instant")
        if version_id is None or updated is None or not isinstance(content, bytes):
            version_id, updated = version_id or "1", updated or self._now
            resource = _stamped(resource, {"versionId": version_id, "lastUpdated": updated})
            content = write_json(resource)
        try:
            microseconds(updated)
        except StoreError as error:
            raise _refusal(error.message) from None
        return StoredResource.of(type, id, version_id, updated, content.strip())

    def _identity(self, resource: Json) -> tuple[str, str]:
        type, id = resource.get("resourceType"), resource.get("id")
        if not isinstance(type, str) or type not in self._version.definitions.resource_types:
            raise _refusal(f"{self._version.name} has no resource type {_shown(type)}")
        if not _is_id(id):
            reason = "It has no id" if id is None else f"{_shown(id)} is no id"
            raise _refusal(f"{reason}; what is imported keeps its id, so it needs one")
        row = self._curated.row(type, id)
        if row is not None and self._curated.is_curated(row):
            raise _refusal(f"{type}/{id} is curated knowledge, which no import replaces")
        return type, id

    def _check(self, resource: Json) -> None:
        if self._mode is None:
            return
        faults = [
            each for each in self._validator.validate(resource, mode=self._mode) if each.is_error
        ]
        if faults:
            more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
            where = f" ({faults[0].expression})" if faults[0].expression else ""
            raise _refusal(f"{faults[0].message}{where}{more}")


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _refusal(reason: str) -> InvalidResource:
    return InvalidResource(reason, ())


def reason_of(error: MalformedContent | InvalidResource) -> str:
    """Return why a piece was refused, in one line."""
    text = error.reason if isinstance(error, MalformedContent) else error.message
    return " ".join(text.split())


def _stamped(resource: Json, stamp: Json) -> Json:
    meta = {**resource.get("meta", {}), **stamp}
    first = {key: resource[key] for key in ("resourceType", "id")}
    return {**first, "meta": meta, **{k: v for k, v in resource.items() if k != "meta"}}


def _shown(value: Any) -> str:
    return repr(value)[:80]
