"""Where clients' writes are kept, and whether the settings that allow them are safe.

https://hl7.org/fhir/R4/security.html
"""

import ipaddress
import logging
from collections.abc import Callable

from fhir_kb.errors import KnowledgeError
from fhir_kb.formats import Json
from fhir_kb.settings import Settings
from fhir_kb.store import IndexRows, SnapshotHolder, WrittenStore, open_journal
from fhir_kb.versions import Version

_LOG = logging.getLogger("fhir_kb")


def check_writes(settings: Settings) -> None:
    """Refuse (KnowledgeError) a setting that is none; warn where anybody could write."""
    if settings.writes not in ("off", "on"):
        raise KnowledgeError(f"FHIR_KB_WRITES is {settings.writes!r}; it takes off or on")
    if settings.writes == "on" and not settings.write_token and not _is_loopback(settings.host):
        _LOG.warning(
            "writes are on, the server listens on %s and FHIR_KB_WRITE_TOKEN is not set: "
            "whoever reaches it can write",
            settings.host,
        )


def written_store(
    version: Version,
    settings: Settings,
    holder: SnapshotHolder,
    index: Callable[[Json], IndexRows],
    indexed_by: str,
) -> WrittenStore | None:
    """Return the store of clients' writes above the knowledge; None where writes are off.

    ``indexed_by`` names the rules of ``index``: rows made by others are made anew.
    """
    if settings.writes == "off":
        return None
    journal = open_journal(settings.data, version.mount, settings.database)
    return WrittenStore(holder.current, journal, index, indexed_by)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
