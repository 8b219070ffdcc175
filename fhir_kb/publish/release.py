"""A release on disk: one snapshot per FHIR version and the manifest that names them.

The same input gives the same resources, byte for byte. What a release was made from is known by
a digest over this package's files, so that a start with built knowledge builds nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from fhir_kb.errors import KnowledgeError, MalformedContent
from fhir_kb.facts import load_knowledge
from fhir_kb.facts.knowledge import Knowledge, Release
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.disk import replace_file
from fhir_kb.search import Indexer, search_table
from fhir_kb.search.table import ExpandValueSet, Lineage, SearchTable
from fhir_kb.store.resource import Entry, StoredResource
from fhir_kb.store.snapshot.staging import Staging
from fhir_kb.store.snapshot.writer import Written, in_row_order, merged, write_snapshot
from fhir_kb.versions import VERSIONS, Version

MANIFEST = "manifest.json"

Show = Callable[[int], None]

_SHOWN_EACH = 500


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was built: the release, its instant, what it was made from, resources per version."""

    release: str
    released: str
    made_from: str
    resources: dict[str, int]


def ensure_release(folder: Path, left_out: frozenset[str] = frozenset()) -> Manifest:
    """Return the manifest of the knowledge in a folder, built first when it is not current."""
    return current_release(folder, left_out) or build_release(folder, left_out=left_out)


def current_release(folder: Path, left_out: frozenset[str] = frozenset()) -> Manifest | None:
    """Return the manifest of the knowledge in a folder, None where it is not current."""
    manifest = read_manifest(folder)
    whole = all(snapshot_path(folder, version).exists() for version in VERSIONS.values())
    if manifest is None or not whole or manifest.made_from != _made_from(left_out):
        return None
    return manifest


def build_release(
    folder: Path, knowledge: Knowledge | None = None, left_out: frozenset[str] = frozenset()
) -> Manifest:
    """Build every version's snapshot into a folder and return the manifest.

    Each file is replaced whole; the manifest comes last. A mistake in the knowledge refuses the
    build (KnowledgeError) and leaves what was there.
    """
    known = knowledge or load_knowledge()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnowledgeError(f"{folder} cannot be made a folder: {error.strerror}") from error
    assembled = {version.mount: assemble(version, known, left_out) for version in VERSIONS.values()}
    for mount, resources in assembled.items():
        version = VERSIONS[mount]
        path = imports_path(folder, version)
        if path.exists():
            with closing(Staging(path)) as staging:
                _write(folder, version, known.release, resources, staging)
                staging.built()
        else:
            _write(folder, version, known.release, resources, None)
    manifest = Manifest(
        release=known.release.version,
        released=known.release.date,
        made_from=_made_from(left_out),
        resources={mount: len(resources) for mount, resources in assembled.items()},
    )
    replace_file(folder / MANIFEST, write_json(asdict(manifest), indent=2))
    return manifest


def build_imports(
    folder: Path,
    version: Version,
    staging: Staging,
    left_out: frozenset[str] = frozenset(),
    show: Show = lambda done: None,
) -> int:
    """Build one version's snapshot again, with all that is staged; return its resources.

    The file is replaced whole: a server that runs has the new one with its next request.
    ``show`` is told how many of the staged resources are done.
    """
    known = load_knowledge()
    resources = assemble(version, known, left_out)
    written = _write(folder, version, known.release, resources, staging, show)
    staging.built()
    return written.total


def imports_path(folder: Path, version: Version) -> Path:
    """Return where what is imported into a version is kept."""
    return folder / f"imports-{version.mount}.sqlite"


def _write(
    folder: Path,
    version: Version,
    release: Release,
    resources: list[Json],
    staging: Staging | None,
    show: Show = lambda done: None,
) -> Written:
    types = frozenset(resource["resourceType"] for resource in resources)
    types |= staging.types if staging else frozenset()
    indexer = Indexer(table_of(version, types))
    entries: Iterable[Entry] = in_row_order(_entries(indexer, resources))
    if staging is not None:
        curated = {(entry.resource.type, entry.resource.id) for entry in entries}
        entries = merged(entries, _imported(indexer, staging, curated, show))
    path = snapshot_path(folder, version)
    return write_snapshot(path, entries, version=version.name, release=release.version)


def _imported(
    indexer: Indexer, staging: Staging, curated: Set[tuple[str, str]], show: Show
) -> Iterator[Entry]:
    """Yield what was imported; what has become curated since is left to the knowledge."""
    for done, resource in enumerate(staging.resources()):
        if done % _SHOWN_EACH == 0:
            show(done)
        if (resource.type, resource.id) not in curated:
            yield Entry(resource, indexer.parts(resource.type, resource.body), imported=True)


def table_of(
    version: Version,
    types: frozenset[str],
    value_sets: ExpandValueSet | None = None,
    lineage: Lineage | None = None,
) -> SearchTable:
    """Return what can be searched in a version: FHIR's parameters and ours, for these types."""
    return search_table(
        version.name,
        version.definitions,
        types,
        own=version.own_search,
        own_value_sets=value_sets,
        more_modifiers=version.more_modifiers,
        whole=version.whole_search,
        lineage=lineage,
        more_controls=version.more_controls,
    )


def snapshot_path(folder: Path, version: Version) -> Path:
    """Return where the snapshot of a version stands."""
    return folder / f"{version.mount}.sqlite"


def _entries(indexer: Indexer, resources: list[Json]) -> Iterator[Entry]:
    for resource in resources:
        meta = resource["meta"]
        stored = StoredResource.of(
            resource["resourceType"],
            resource["id"],
            meta["versionId"],
            meta["lastUpdated"],
            write_json(resource),
        )
        yield Entry(stored, indexer.parts(stored.type, stored.body))


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, None where there is none that can be read."""
    try:
        content = read_json((folder / MANIFEST).read_bytes())
        return Manifest(**content)
    except (FileNotFoundError, MalformedContent, TypeError):
        return None


def _made_from(left_out: frozenset[str]) -> str:
    """Return a digest over every file of this package, and what was left out of the build."""
    digest = sha256("\n".join(sorted(left_out)).encode())
    for root in ("fhir_kb", "fhir_kb.profiles"):
        for name, file in _package_files(files(root), ""):
            digest.update(f"{name}\0".encode() + sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _package_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _package_files(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry
