"""The files of the latest export of a state: the next export of the same state links to them.

https://man7.org/linux/man-pages/man2/link.2.html

Knowledge changes with a release, exports are asked for every night: nothing is written twice. A
link holds its file when the export it came from is removed.
"""

import os
import shutil
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from fhir_kb.errors import MalformedContent
from fhir_kb.export.job import OutputFile
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.store.interface import Store

_PREFIX = ".kept-"


class KeptFiles:
    """The kept files of one state of a store, below ``folder``."""

    def __init__(self, folder: Path, store: Store) -> None:
        state = repr((store.origin, store.sequence, store.fingerprint))
        self._all = folder
        self._folder = folder / f"{_PREFIX}{sha256(state.encode()).hexdigest()[:32]}"

    def link(self, type: str, into: Path) -> list[OutputFile] | None:
        """Link the files of a type into a folder and return them; None where none are kept."""
        try:
            index = read_json((self._folder / f"{type}.json").read_bytes())
            files = [OutputFile(**row) for row in index["files"]]
            for file in files:
                os.link(self._folder / file.name, into / file.name)
        except (OSError, MalformedContent):
            for name in into.glob(f"{type}-*.ndjson"):
                name.unlink()
            return None
        return files

    def keep(self, type: str, files: list[OutputFile], source: Path) -> None:
        """Keep all files of a type; where links cannot be made, nothing is kept."""
        try:
            self._folder.mkdir(exist_ok=True)
            for file in files:
                os.link(source / file.name, self._folder / file.name)
            partial = self._folder / f".{type}.{os.getpid()}"
            partial.write_bytes(write_json({"files": [asdict(file) for file in files]}))
            partial.replace(self._folder / f"{type}.json")
        except OSError:
            return

    def forget_others(self) -> None:
        """Remove what is kept of other states."""
        for folder in self._all.glob(f"{_PREFIX}*"):
            if folder != self._folder:
                shutil.rmtree(folder, ignore_errors=True)
