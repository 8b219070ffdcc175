"""A FHIR package as a .tgz, unpacked in memory within limits.

https://hl7.org/fhir/R5/packages.html and https://docs.npmjs.com/cli/commands/npm-pack

Nothing is written and no name in the archive becomes a path: only what stands directly in the
folder ``package`` is kept, under its bare name.
"""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from fhir_kb.errors import MalformedContent, TooLarge

FILE_BYTES = 64 * 2**20
UNPACKED_BYTES = 512 * 2**20
FILES = 50_000
"""Limits: of one file, of all together, and of their number."""

_FOLDER = "package"


class _Metered:
    """Reads a stream, and refuses to read more than ``limit`` bytes of it."""

    def __init__(self, stream: gzip.GzipFile, limit: int, name: str) -> None:
        self._stream = stream
        self._left = limit
        self._refusal = (
            f"{name} unpacks to more than {limit:,} bytes; no FHIR package is that large"
        )

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(self._refusal)
        return data


def read_archive(
    path: Path, is_kept: Callable[[str, bytes], bool], *, max_bytes: int = UNPACKED_BYTES
) -> dict[str, bytes]:
    """Return the files of a package by name, those that ``is_kept`` says yes to.

    Refuses (MalformedContent) what is no gzipped tar file, and what is beyond the limits.
    """
    kept: dict[str, bytes] = {}
    try:
        with gzip.open(path) as unzipped:
            stream = _Metered(unzipped, max_bytes, path.name)
            with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]  # a stream is only read
                for name, data in _files(archive, path.name):
                    if is_kept(name, data):
                        kept[name] = data
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise MalformedContent(
            f"{path.name} is no FHIR package, which is a gzipped tar file: {error}"
        ) from None
    return kept


def _files(archive: tarfile.TarFile, package: str) -> Iterator[tuple[str, bytes]]:
    for number, member in enumerate(archive):
        if number >= FILES:
            raise TooLarge(
                f"{package} has more than {FILES:,} files; no FHIR package has that many"
            )
        folder, _, name = member.name.removeprefix("./").rpartition("/")
        if folder != _FOLDER or not member.isfile():
            continue
        if member.size > FILE_BYTES:
            raise TooLarge(f"{member.name} of {package} has more than {FILE_BYTES:,} bytes")
        content = archive.extractfile(member)
        if content is not None:
            yield name, content.read()
