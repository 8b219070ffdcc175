"""A folder of knowledge with bulk data beside it, as ``fhir-kb import`` makes one."""

import json
import shutil
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fhir_kb.publish.import_check import Checks, ImportCheck
from fhir_kb.publish.importing import Import
from fhir_kb.publish.release import build_imports, imports_path, snapshot_path
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.store.snapshot.staging import Staging
from fhir_kb.versions import Version


def with_imports(
    built: Path,
    folder: Path,
    version: Version,
    bulk: Iterable[dict[str, Any]],
    checks: Checks = "structure",
) -> Path:
    """Return a copy of ``built`` in ``folder`` that has all of ``bulk`` in a FHIR version."""
    shutil.copytree(built, folder)
    lines = [json.dumps(each).encode() + b"\n" for each in bulk]
    path = folder / "bulk.ndjson"
    path.write_bytes(b"".join(lines))
    with (
        closing(Snapshot.open(snapshot_path(folder, version))) as curated,
        closing(Staging(imports_path(folder, version))) as staging,
    ):
        check = ImportCheck(version, curated, datetime.now(UTC), checks)
        tally = Import(staging, check, pytest.fail, lambda path, done: None).file(path)
        assert tally.loaded == len(lines)
        build_imports(folder, version, staging)
    return folder
