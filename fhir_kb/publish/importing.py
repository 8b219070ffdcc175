"""Bulk data into the store: what is sound is kept batch by batch, what is not is told.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fhir_kb.errors import InvalidResource, MalformedContent
from fhir_kb.publish.import_check import ImportCheck, reason_of
from fhir_kb.publish.import_files import Piece, digest_of, pieces_of
from fhir_kb.store.snapshot.staging import Source, Staged, Staging

BATCH_RESOURCES = 2_000
BATCH_BYTES = 16_000_000


@dataclass(slots=True)
class Tally:
    """What came of one file; ``unread`` says why it was not read to its end."""

    loaded: int = 0
    refused: int = 0
    unread: str = ""


@dataclass(frozen=True)
class Import:
    """Reads files into ``staging``.

    ``refuse`` is told each place and reason, ``show`` the bytes of the file that are done.
    """

    staging: Staging
    check: ImportCheck
    refuse: Callable[[str, str], None]
    show: Callable[[Path, int], None]

    def file(self, path: Path) -> Tally:
        """Read a file, from where an earlier import of it stopped; return what came of it."""
        tally = Tally()
        try:
            source = self.staging.source(str(path), digest_of(path))
            if not source.finished:
                self._read(path, source, tally)
                self.staging.finish(source.number)
        except (OSError, EOFError, zlib.error) as error:
            tally.unread = getattr(error, "strerror", None) or str(error)
        return tally

    def _read(self, path: Path, source: Source, tally: Tally) -> None:
        batch = _Batch()
        for piece, done in pieces_of(path, source.place, source.line):
            if isinstance(piece.content, MalformedContent):
                self._refuse(piece, piece.content, batch)
            else:
                self._take(piece, piece.content, source, batch)
            # A document has no place inside it to go on from: it is kept whole or not at all.
            if piece.place and batch.is_full:
                self._keep(source, batch, piece, tally)
                batch = _Batch()
            batch.last = piece
            self.show(path, done)
        if batch.last is not None:
            self._keep(source, batch, batch.last, tally)

    def _take(
        self, piece: Piece, content: bytes | dict[str, object], source: Source, batch: "_Batch"
    ) -> None:
        try:
            resource = self.check.resource(content)
            key = resource.type, resource.id
            earlier = batch.lines.get(key) or self.staging.line_of(source.number, *key)
            if earlier is not None:
                raise InvalidResource(
                    f"{resource.type}/{resource.id} stood on line {earlier} already; the first "
                    "is kept",
                    (),
                )
        except (MalformedContent, InvalidResource) as error:
            self._refuse(piece, error, batch)
        else:
            batch.lines[key] = piece.line
            batch.staged.append(Staged(resource, piece.line))
            batch.size += len(resource.body)

    def _refuse(
        self, piece: Piece, error: MalformedContent | InvalidResource, batch: "_Batch"
    ) -> None:
        batch.refused += 1
        self.refuse(piece.name, reason_of(error))

    def _keep(self, source: Source, batch: "_Batch", last: Piece, tally: Tally) -> None:
        self.staging.add(source.number, batch.staged, batch.refused, last.place, last.line)
        tally.loaded += len(batch.staged)
        tally.refused += batch.refused


class _Batch:
    """What is kept in one step."""

    def __init__(self) -> None:
        self.staged: list[Staged] = []
        self.lines: dict[tuple[str, str], int] = {}
        self.refused = 0
        self.size = 0
        self.last: Piece | None = None

    @property
    def is_full(self) -> bool:
        return len(self.staged) + self.refused >= BATCH_RESOURCES or self.size >= BATCH_BYTES
