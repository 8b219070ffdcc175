"""Conformance resources from outside: a file, a folder, a .tgz, a package installed for the user.

https://hl7.org/fhir/R5/packages.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fhir_kb.definitions import Definitions
from fhir_kb.errors import MalformedContent, UnknownResource
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.formats.xml import read_xml
from fhir_kb.validation.profiles.archive import FILE_BYTES, read_archive
from fhir_kb.validation.profiles.conformance import Profiles
from fhir_kb.validation.profiles.shelf import KEPT_TYPES, Book, Shelf, books_of, shelf_of

CACHE = Path("~/.fhir/packages")
"""Where the tools of FHIR install packages for a user, each in ``id#version/package``."""

_INDEX = ".index.json"
_MANIFEST = "package.json"
_MARKS = tuple(type.encode() for type in sorted(KEPT_TYPES))
_INSTALLED = re.compile(r"[a-z0-9][a-z0-9.\-]*(?:[#@][A-Za-z0-9.\-]+)?")
_SPECIFICATION = re.compile(r"hl7\.fhir\.r\d\w?\.(core|expansions|examples|elements|corexml)")

_Files = Mapping[str, Callable[[], bytes]]
"""Files by name, each read when it is asked for."""


def open_profiles(
    definitions: Definitions,
    places: Iterable[str] = (),
    *,
    resources: Iterable[Json] = (),
    cache: Path = CACHE,
) -> Profiles:
    """Return the conformance of ``resources`` and of the packages at ``places``.

    A place is a file, a folder, a .tgz, or the name of an installed package; see ``Packages``.
    """
    packages = Packages(definitions, cache)
    shelves = [shelf for place in places for shelf in packages.open(place)]
    return Profiles(definitions, [shelf_of(resources), *shelves])


class Packages:
    """Opens packages, and those they depend on where these are installed.

    ``definitions`` are of the release whose XML is read; ``cache`` is the folder of installed
    packages.
    """

    def __init__(self, definitions: Definitions, cache: Path = CACHE) -> None:
        self._definitions = definitions
        self._cache = cache.expanduser()
        self._opened: set[str] = set()

    def open(self, place: str) -> Iterator[Shelf]:
        """Yield the shelf of a package, then those of the packages it depends on.

        ``place`` is a path, or the name of an installed package (``hl7.fhir.us.core#6.1.0``,
        without version the latest). Refuses (UnknownResource) what is neither, and
        (MalformedContent) what cannot be read.
        """
        path = Path(place)
        if not path.exists() and _INSTALLED.fullmatch(place):
            name, _, version = place.replace("@", "#").partition("#")
            path = self._installed(name, version) or path
        if not path.exists():
            raise UnknownResource(
                f"There is no package {place!r}: it is no file or folder, and not installed in "
                f"{self._cache}; give a folder, a .tgz, or the name of an installed package "
                "(hl7.fhir.us.core#6.1.0)"
            )
        yield from self._open(path)

    def _open(self, path: Path) -> Iterator[Shelf]:
        files = _files(path)
        yield Shelf(self._books(files))
        manifest = files.get(_MANIFEST)
        dependencies = read_json(manifest()).get("dependencies") if manifest else None
        for name, version in dependencies.items() if isinstance(dependencies, dict) else ():
            installed = self._installed(name, str(version))
            if installed is not None and installed.name not in self._opened:
                self._opened.add(installed.name)
                yield from self._open(installed)

    def _installed(self, name: str, version: str) -> Path | None:
        """Return the folder of an installed package, the latest that the version allows."""
        if not _INSTALLED.fullmatch(name) or _SPECIFICATION.fullmatch(name):
            return None
        wanted = version.removesuffix("x") if version.endswith(".x") else version
        found = [
            folder
            for folder in self._cache.glob(f"{name}#*")
            if _allows(wanted, folder.name.partition("#")[2])
        ]
        return max(found, key=lambda folder: _numbers(folder.name), default=None)

    def _books(self, files: _Files) -> Iterator[Book]:
        index = files.get(_INDEX)
        listed = read_json(index()).get("files") if index is not None else None
        if isinstance(listed, list):
            yield from self._listed(listed, files)
            return
        for name, read in files.items():
            if name.endswith((".json", ".xml")):
                content = read()
                if any(mark in content for mark in _MARKS):
                    yield from books_of(self._resource(name, content))

    def _listed(self, rows: Iterable[Any], files: _Files) -> Iterator[Book]:
        for row in rows:
            if not isinstance(row, dict) or row.get("resourceType") not in KEPT_TYPES:
                continue
            name, url, version = (row.get(key) for key in ("filename", "url", "version"))
            if isinstance(name, str) and isinstance(url, str) and name in files:
                read = partial(self._read, name, files[name])
                yield Book(row["resourceType"], url, str(version or ""), read)

    def _read(self, name: str, read: Callable[[], bytes]) -> Json:
        return self._resource(name, read())

    def _resource(self, name: str, content: bytes) -> Json:
        try:
            if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
                return read_xml(content, self._definitions.type)
            return read_json(content, max_bytes=FILE_BYTES)
        except MalformedContent as error:
            raise MalformedContent(f"{name}: {error.message}") from None


def _files(path: Path) -> _Files:
    if path.is_file() and path.suffix not in (".json", ".xml"):
        content = read_archive(path, _is_of_use)
        return {name: partial(bytes, data) for name, data in content.items()}
    if path.is_file():
        return {path.name: path.read_bytes}
    package = path / "package"
    folder = package if (package / _MANIFEST).is_file() else path
    index = folder / _INDEX
    found = folder.iterdir() if index.is_file() else folder.rglob("*")
    return {
        str(file.relative_to(folder)): file.read_bytes
        for file in sorted(found)
        if file.is_file() and file.stat().st_size <= FILE_BYTES
    }


def _is_of_use(name: str, content: bytes) -> bool:
    return name in (_INDEX, _MANIFEST) or any(mark in content for mark in _MARKS)


def _allows(wanted: str, version: str) -> bool:
    return not wanted or wanted == version or (wanted.endswith(".") and version.startswith(wanted))


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", name.partition("#")[2]))
