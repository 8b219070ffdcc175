"""``fhir-kb get MedicationKnowledge/thalidomide --fhir r5``: one resource, printed."""

import argparse
import difflib
import sys
from contextlib import closing
from pathlib import Path

from fhir_kb.errors import DeletedResource, UnknownResource
from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.release import snapshot_path
from fhir_kb.rest.own_text import read_own
from fhir_kb.rest.xml_body import xml_body
from fhir_kb.settings import Settings, read_settings
from fhir_kb.store import Snapshot, journal_path, open_journal
from fhir_kb.store.journal.interface import Version as WrittenVersion
from fhir_kb.store.journal.interface import VersionsAsked
from fhir_kb.versions import VERSIONS, Version


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is asked for, and the folder of what was imported and written."""
    parser.add_argument("resource", metavar="TYPE/ID")
    parser.add_argument("--fhir", choices=VERSIONS, default="r4")
    parser.add_argument("--format", choices=("json", "xml"), default="json")
    parser.add_argument("--data", type=Path, default=read_settings().data, metavar="FOLDER")


def run(arguments: argparse.Namespace) -> int:
    """Print the resource as a server with the same settings has it.

    Refuses one that is not there, naming the nearest, and one that was deleted.
    """
    version, settings = VERSIONS[arguments.fhir], read_settings()
    built = assemble(version, load_knowledge(), settings.systems_left_out)
    curated = {f"{resource['resourceType']}/{resource['id']}": resource for resource in built}
    resource = curated.get(arguments.resource) or _held(
        arguments.resource, version, settings, arguments.data
    )
    if resource is None:
        near = difflib.get_close_matches(arguments.resource, curated, n=3)
        hint = f"; near it are {', '.join(near)}" if near else ""
        raise UnknownResource(f"{version.name} has no {arguments.resource}{hint}")
    body = write_json(resource, indent=2)
    if arguments.format == "xml":
        body = xml_body(body, version)
    sys.stdout.buffer.write(body + b"\n")
    return 0


def _held(name: str, version: Version, settings: Settings, folder: Path) -> Json | None:
    """Return what clients wrote, where writes are on, or else what was imported."""
    type, _, id = name.partition("/")
    written = _written(type, id, version, settings, folder)
    if written is None:
        return _imported(type, id, snapshot_path(folder, version))
    if written.deleted:
        raise DeletedResource(f"{version.name} has no {name} any more: it was deleted")
    return read_own(written.resource.body)


def _written(
    type: str, id: str, version: Version, settings: Settings, folder: Path
) -> WrittenVersion | None:
    is_there = settings.database or journal_path(folder, version.mount).exists()
    if settings.writes == "off" or not is_there:
        return None
    with closing(open_journal(folder, version.mount, settings.database)) as journal:
        asked = VersionsAsked(journal.sequence(), type, id)
        return next(iter(journal.versions(asked, before=None, limit=1)), None)


def _imported(type: str, id: str, path: Path) -> Json | None:
    """Return what was imported; curated knowledge of an earlier release is in the file as well."""
    if not path.exists():
        return None
    with closing(Snapshot.open(path)) as snapshot:
        row = snapshot.row(type, id)
        if row is None or row not in snapshot.imported:
            return None
        (stored,) = snapshot.resources([row])
        return read_own(stored.body)
