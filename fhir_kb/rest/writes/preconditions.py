"""If-Match and If-None-Match of a write: nobody overwrites what they have not seen.

https://hl7.org/fhir/R4/http.html#concurrency
"""

from fhir_kb.errors import PreconditionFailed
from fhir_kb.store.interface import Store
from fhir_kb.store.resource import StoredResource


def held(store: Store, type: str, id: str) -> StoredResource | None:
    """Return the current version, None when there is none or it was deleted."""
    row = store.row(type, id)
    return None if row is None else store.resources([row])[0]


def check_preconditions(
    if_match: str, if_none_match: str, current: StoredResource | None, what: str
) -> None:
    """Refuse (PreconditionFailed) a write whose conditions ``current`` does not meet.

    Tags are compared weakly, as FHIR asks. ``what`` names the resource in the message.
    """
    version = current.version_id if current else None
    if if_match.strip() and not _names(if_match, version):
        there = f"its version is {version}" if version else "there is none now"
        raise PreconditionFailed(
            f"{what} is not in the version that If-Match names ({if_match[:60]}): {there}; "
            "read it again and repeat the change"
        )
    if if_none_match.strip() and _names(if_none_match, version):
        raise PreconditionFailed(
            f"{what} exists in version {version}, which If-None-Match ({if_none_match[:60]}) "
            "forbids"
        )


def _names(tags: str, version: str | None) -> bool:
    if version is None:
        return False
    named = {tag.strip().removeprefix("W/").strip('"') for tag in tags.split(",")}
    return "*" in named or version in named
