"""A FHIR package of the knowledge: what npm, SUSHI, HAPI and validators install.

https://hl7.org/fhir/packages.html, https://confluence.hl7.org/display/FHIR/NPM+Package+Specification

The same release gives the same bytes: entries stand in order, and every date is the release's.
"""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.publish.assemble import targets
from fhir_kb.publish.profile_snapshots import ProfileSnapshots
from fhir_kb.resources.library import with_digests
from fhir_kb.settings import CANONICAL
from fhir_kb.store.instants import microseconds
from fhir_kb.versions import Version

_INDEX_VERSION = 2
_INDEXED = ("id", "url", "version", "kind", "type", "supplements", "content", "valueSet")
_TITLE = "Medication knowledge on the immunomodulatory drugs"
_EXAMPLE_OF = "MedicationKnowledge"
_RELEASE = "Library/release"
_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Package:
    """A package as a file: ``manifest`` is its package.json, ``content`` the .tgz."""

    manifest: Json
    content: bytes

    @property
    def name(self) -> str:
        """The name under which it is installed: ``fhir-kb.r4``."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """Its version: the knowledge release."""
        return str(self.manifest["version"])

    @property
    def file_name(self) -> str:
        """The name of the file."""
        return f"{self.name}-{self.version}.tgz"

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the file."""
        return sha256(self.content).digest()


def package_name(version: Version) -> str:
    """Return the name of a version's package."""
    return f"fhir-kb.{version.mount}"


def build_package(
    version: Version, release: str, released: str, resources: Iterable[Json]
) -> Package:
    """Return the package of these resources, which are all of one release and one version.

    ``released`` is the instant of the release. StructureDefinitions are given their snapshots.
    The folder ``example`` holds, for each medicine, a Bundle of its MedicationKnowledge and what
    that refers to.
    """
    whole = _with_snapshots(list(resources), version)
    held = sorted(whole, key=lambda each: (each["resourceType"], each["id"]))
    manifest = _manifest(version, release, released)
    files = {"package/package.json": write_json(manifest, indent=2) + b"\n"}
    files.update(_folder("package", held))
    files.update(_folder("package/example", _examples(held)))
    return Package(manifest, _packed(files, microseconds(released) // 1_000_000))


def _with_snapshots(resources: list[Json], version: Version) -> Iterator[Json]:
    """Yield the resources, StructureDefinitions with snapshots; the manifest has their digests."""
    structures = [each for each in resources if each["resourceType"] == "StructureDefinition"]
    snapshots = ProfileSnapshots(structures, version.definitions)
    completed = {
        f"StructureDefinition/{each['id']}": snapshots.completed(each) for each in structures
    }
    digests = {name: sha256(write_json(each)).hexdigest() for name, each in completed.items()}
    for each in resources:
        name = f"{each['resourceType']}/{each['id']}"
        yield with_digests(each, digests) if name == _RELEASE else completed.get(name, each)


def _manifest(version: Version, release: str, released: str) -> Json:
    digits = "".join(character for character in released if character.isdigit())
    return {
        "name": package_name(version),
        "version": release,
        "type": "Conformance",
        "title": f"{_TITLE} ({version.name})",
        "description": f"{_TITLE} as FHIR {version.name} resources, with profiles and terminology.",
        "license": "Apache-2.0",
        "author": "fhir_kb",
        "canonical": CANONICAL,
        "url": CANONICAL,
        "fhirVersions": [version.number],
        "date": digits,
        "dependencies": dict(version.package_dependencies),
        "directories": {"lib": "package", "example": "example"},
    }


def _folder(folder: str, resources: Iterable[Json]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder by name: the resources, and the index of them."""
    rows = []
    for resource in resources:
        name = f"{resource['resourceType']}-{resource['id']}.json"
        rows.append(_index_row(name, resource))
        yield f"{folder}/{name}", write_json(resource)
    index = {"index-version": _INDEX_VERSION, "files": rows}
    yield f"{folder}/.index.json", write_json(index, indent=2) + b"\n"


def _index_row(name: str, resource: Json) -> Json:
    row = {"filename": name, "resourceType": resource["resourceType"]}
    for key in _INDEXED:
        if isinstance(resource.get(key), str):
            row[key] = resource[key]
    if "derivation" in resource:
        row["derivation"] = resource["derivation"]
    return row


def _examples(resources: list[Json]) -> Iterator[Json]:
    """Yield a Bundle for each medicine: its knowledge and what that refers to."""
    by_identity = {f"{each['resourceType']}/{each['id']}": each for each in resources}
    for identity, resource in by_identity.items():
        if resource["resourceType"] == _EXAMPLE_OF:
            named = dict.fromkeys([identity, *sorted(set(targets(resource)))])
            yield {
                "resourceType": "Bundle",
                "id": f"example-{resource['id']}",
                "type": "collection",
                "entry": [
                    {"fullUrl": f"{CANONICAL}/{each}", "resource": by_identity[each]}
                    for each in named
                    if each in by_identity
                ],
            }


def _packed(files: Mapping[str, bytes], seconds: int) -> bytes:
    """Return the files as a tar in gzip, in their order, with one date and no owner."""
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), seconds, 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(tape.getvalue(), _LEVEL, mtime=0)
