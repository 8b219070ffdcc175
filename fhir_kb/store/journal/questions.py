"""The conditions of history as SQL that SQLite and PostgreSQL both read.

https://hl7.org/fhir/R4/http.html#history
"""

from fhir_kb.store.journal.interface import VersionsAsked
from fhir_kb.store.journal.seal import ENTRY, VERSION

SELECT = f"SELECT {VERSION} FROM version"  # noqa: S608  # constant text
"""Versions as ``checked_version`` takes them."""

ENTRIES = f"SELECT {ENTRY} FROM version WHERE sequence > ?"  # noqa: S608
"""Versions behind a number as ``checked_entry`` takes them."""

NOT_REPLACED = """ AND NOT EXISTS (SELECT 1 FROM version AS later WHERE later.type = version.type
    AND later.id = version.id AND later.sequence > version.sequence AND later.sequence <= ?)"""
"""Leaves out of ``ENTRIES`` what was replaced at or before a number."""

LATEST = "SELECT sequence, instant FROM version ORDER BY sequence DESC LIMIT 1"

_IN_FORCE = """instant <= ? AND (instant >= ? OR method <> 'DELETE') AND NOT EXISTS (
    SELECT 1 FROM version AS later WHERE later.type = version.type AND later.id = version.id
    AND later.sequence > version.sequence AND later.sequence <= ? AND later.instant <= ?)"""


def condition(asked: VersionsAsked, before: int | None = None) -> tuple[str, list[str | int]]:
    """Return the condition on the table ``version`` and its values in order."""
    parts = ["sequence <= ?"]
    found: list[str | int] = [asked.up_to]
    if before is not None:
        parts.append("sequence < ?")
        found.append(before)
    if asked.type is not None:
        parts.append("type = ?")
        found.append(asked.type)
    if asked.id is not None:
        parts.append("id = ?")
        found.append(asked.id)
    if asked.since is not None:
        parts.append("instant >= ?")
        found.append(asked.since)
    if asked.at is not None:
        start, end = asked.at
        parts.append(_IN_FORCE)
        found += [end, start, asked.up_to, start]
    return " AND ".join(parts), found
