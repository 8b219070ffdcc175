"""Published FHIR packages, unpacked or as .tgz, as resources.

https://hl7.org/fhir/R5/packages.html

Packages are read when the definitions are built, by whoever maintains them, and never by a
server; that is why they are read here and not through ``fhir_kb.formats``.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from fhir_kb.definitions.releases import Package
from fhir_kb.errors import FhirKbError
from fhir_kb.formats import Json


class PackageFolder:
    """A folder of packages: ``<name>/package/*.json``, ``<name>-<version>.tgz`` or both."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resources(self, package: Package, resource_type: str) -> list[Json]:
        """Return the package's resources of one type, in the order of their file names.

        A package that is missing, or there in another version, is refused.
        """
        texts = dict(self._texts(package, f"{resource_type}-"))
        self._require_version(package, texts.pop("package.json", None))
        return [json.loads(texts[name]) for name in sorted(texts)]

    def _texts(self, package: Package, prefix: str) -> Iterator[tuple[str, bytes]]:
        unpacked = self._folder / package.name / "package"
        packed = self._folder / f"{package.name}-{package.version}.tgz"
        if unpacked.is_dir():
            for path in unpacked.glob("*.json"):
                if _is_wanted(path.name, prefix):
                    yield path.name, path.read_bytes()
        elif packed.is_file():
            with tarfile.open(packed) as archive:
                for member in archive:
                    folder, _, name = member.name.rpartition("/")
                    file = archive.extractfile(member)
                    if folder == "package" and file and _is_wanted(name, prefix):
                        yield name, file.read()

    def _require_version(self, package: Package, text: bytes | None) -> None:
        found = json.loads(text)["version"] if text else "none"
        if found != package.version:
            raise FhirKbError(
                f"The definitions are built from {package.name} {package.version}; "
                f"found {found} in {self._folder}"
            )


def _is_wanted(name: str, prefix: str) -> bool:
    return name == "package.json" or (name.startswith(prefix) and name.endswith(".json"))
