"""The files the definitions are kept in: a header line, then one line of JSON per entry.

https://jsonlines.org/

A file is unpacked once and an entry is decoded when it is asked for, so that a server which
never meets a SubstancePolymer never pays for it. The files are the package's own data, written
by ``fhir_kb.definitions.build`` and never received from outside; that is why they are read here
and not through ``fhir_kb.formats``.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FORMAT = 1
"""Raised whenever the layout of a row changes: data and code must agree."""

DATA = Path(__file__).parent / "data"


class Table(Mapping[str, Any]):
    """Rows by key; a row is decoded on each access, the caller keeps what it needs."""

    def __init__(self, text: bytes) -> None:
        header, *lines = text.split(b"\n")
        about: dict[str, Any] = json.loads(header)
        if about["format"] != FORMAT:
            raise ValueError(
                f"The definitions are in format {about['format']}, this code reads {FORMAT}; "
                "run python -m fhir_kb.definitions.build"
            )
        self.release: str = about["release"]
        self.index: dict[str, Any] = about["index"]
        self._lines: dict[str, bytes] = dict(zip(about["keys"], lines, strict=True))

    def __getitem__(self, key: str) -> Any:
        return json.loads(self._lines[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, key: object) -> bool:
        return key in self._lines


def file_name(name: str, content: str) -> str:
    """Return the name of the file with the ``content`` (types, value-sets, …) of ``name``."""
    return f"{name.lower()}-{content}.jsonl.gz"


def read_table(name: str, content: str) -> Table:
    """Return the table of the ``content`` of ``name``, a release or what all of them share."""
    return Table(gzip.decompress((DATA / file_name(name, content)).read_bytes()))


def table_bytes(release: str, rows: Mapping[str, Any], index: Mapping[str, Any]) -> bytes:
    """Return the file of ``rows`` as bytes: the same rows give the same bytes.

    ``index`` is what must be known about all rows without decoding any.
    """
    header = {"format": FORMAT, "release": release, "index": index, "keys": list(rows)}
    text = "\n".join(_json(value) for value in (header, *rows.values()))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
