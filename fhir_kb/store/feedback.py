"""What clinicians did with cards, kept durably: no patient, no user, no free text unless asked.

https://cds-hooks.hl7.org/2.0/#feedback, https://sqlite.org/wal.html

A row is known by the digest of its content: feedback that is sent twice is kept once, and a row
whose bytes changed on disk is found out when it is read.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from pathlib import Path

from fhir_kb.errors import CorruptedResource, StoreError
from fhir_kb.store.own_file import Form, OwnFile

ROWS_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What was done with one card.

    ``theme`` is what the card was about, empty when its id does not tell. ``suggestions`` are the
    ids of accepted suggestions. ``reason`` is a code of ours; ``comment`` is the user's free
    text. ``at`` is the moment the client reports.
    """

    service: str
    card: str
    theme: str
    outcome: str
    at: str
    suggestions: str = ""
    reason: str = ""
    comment: str = ""

    @property
    def digest(self) -> bytes:
        """The identity of the row: SHA-256 of all it holds."""
        return sha256("\x1f".join(astuple(self)).encode()).digest()


_COLUMNS = tuple(field.name for field in fields(Feedback))
_FORM = Form(
    name="feedback",
    application_id=0x464B4644,
    format=1,
    tables=(
        "CREATE TABLE IF NOT EXISTS feedback (digest BLOB PRIMARY KEY, "
        f"{', '.join(f'{name} TEXT NOT NULL' for name in _COLUMNS)}) WITHOUT ROWID"
    ),
    synchronous="FULL",
)
_INSERT = f"INSERT OR IGNORE INTO feedback VALUES (?, {', '.join('?' for _ in _COLUMNS)})"  # noqa: S608


class FeedbackStore:
    """The feedback of one file; the file is made when the first feedback comes."""

    def __init__(self, path: Path, rows_max: int = ROWS_MAX) -> None:
        self._file = OwnFile(path, _FORM)
        self._rows_max = rows_max

    def add(self, rows: Iterable[Feedback]) -> int:
        """Keep the rows and return how many are new; they are on disk when this returns.

        Refuses (StoreError) when the file is full or cannot be written; then none is kept.
        """
        with self._file.opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            connection.executemany(_INSERT, ((row.digest, *astuple(row)) for row in rows))
            (number,) = connection.execute("SELECT count(*) FROM feedback").fetchone()
            if number > self._rows_max:
                connection.execute("ROLLBACK")
                raise StoreError(
                    f"{self._file.path} holds {self._rows_max} rows, which is its limit"
                )
            added = connection.total_changes - before
            connection.execute("COMMIT")
            return added

    def rows(self) -> list[Feedback]:
        """Return every row, by time; refuse (CorruptedResource) one that is not as it was kept."""
        if not self._file.path.exists():
            return []
        columns = ", ".join(_COLUMNS)
        with self._file.opened() as connection:
            found = connection.execute(
                f"SELECT digest, {columns} FROM feedback ORDER BY at, digest"  # noqa: S608
            ).fetchall()
        return [self._checked(digest, values) for digest, *values in found]

    def _checked(self, digest: bytes, values: list[str]) -> Feedback:
        row = Feedback(**dict(zip(_COLUMNS, values, strict=True)))
        if row.digest != digest:
            raise CorruptedResource(f"A row of {self._file.path} does not match its digest")
        return row
