"""Which tokens were used, for as long as they could be used again; shared by all processes.

https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7

Only digests are kept. A power cut may lose the last of them: a token lives for five minutes, and
waiting for the disk would cost every call more than the rest of it.
"""

from hashlib import sha256
from pathlib import Path

from fhir_kb.store.own_file import Form, OwnFile

PAGES_MAX = 10_000
"""About 40 MB, room for some 400,000 tokens at a time."""
_FORM = Form(
    name="list of used tokens",
    application_id=0x464B5554,
    format=1,
    tables=(
        "CREATE TABLE IF NOT EXISTS used (digest BLOB PRIMARY KEY, until REAL NOT NULL) "
        "WITHOUT ROWID; CREATE INDEX IF NOT EXISTS used_until ON used (until)"
    ),
    synchronous="NORMAL",
)


class UsedTokens:
    """The ids of tokens that were used, in one file."""

    def __init__(self, path: Path, pages_max: int = PAGES_MAX) -> None:
        self._file = OwnFile(path, _FORM)
        self._pages_max = pages_max

    def use(self, issuer: str, id: str, now: float, until: float) -> bool:
        """Remember a token until a moment; return whether this is its first use.

        Moments are seconds since 1970. Refuses (StoreError) when the file is full or cannot be
        written: a token that cannot be remembered is not accepted.
        """
        digest = sha256(f"{issuer}\x1f{id}".encode()).digest()
        with self._file.opened() as connection:
            connection.execute(f"PRAGMA max_page_count = {self._pages_max}")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM used WHERE until <= ?", (now,))
            added = connection.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (digest, until))
            connection.execute("COMMIT")
            return added.rowcount == 1
