"""The validator against fhir.resources on the same files, and the whole command on one file.

Run: python -m benchmarks.validation

The files are the official examples, when ``FHIR_PACKAGES`` names the folder of unpacked packages,
else what we publish. fhir.resources checks types, cardinality and formats; the validator also
checks codes, references, invariants, extensions, narratives and Bundles. It has no R4: its R4B
classes read the R4 examples of the types that they know. The two take turns, and the best round
of each counts: what else the machine does meets both alike. The command runs from bytecode, as
pip installs it.
"""

import gc
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.conformance.examples import example_files
from fhir_kb.definitions import load
from fhir_kb.facts import load_knowledge
from fhir_kb.formats.json import write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.validation import Limits, Validator
from fhir_kb.versions import VERSIONS

CLASSES = {"R4": "fhir.resources.R4B", "R5": "fhir.resources"}
PROCESS_RUNS = 9
ROUNDS = 3
"""The first loads definitions and classes."""
_LIMITS = Limits(bytes=64_000_000)
Rows = Sequence[tuple[str, bytes]]
Validate = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Rival:
    """fhir.resources, loaded: the class of each resource type."""

    classes: dict[str, Any]

    def validate(self, type: str, content: bytes) -> None:
        try:
            self.classes[type].model_validate_json(content)
        except ValueError:
            return


def main() -> None:
    """Print the measurements."""
    packages = os.environ.get("FHIR_PACKAGES")
    for release in CLASSES:
        _compare(release, _texts(Path(packages) if packages else None, release))
    _whole_process()


def _texts(packages: Path | None, release: str) -> list[bytes]:
    files = example_files(packages, release)
    if files:
        print(f"{release}: {len(files)} official examples")
        return [file.read_bytes() for file in files]
    print(f"{release}: what we publish (FHIR_PACKAGES names no folder with the examples)")
    version = VERSIONS[release.lower()]
    return [write_json(resource) for resource in assemble(version, load_knowledge())]


def _compare(release: str, texts: list[bytes]) -> None:
    validator = Validator(load(release))
    rows = [(str(json.loads(text)["resourceType"]), text) for text in texts]
    rival = _rival(release, {type for type, _ in rows})
    known = [(type, text) for type, text in rows if type in rival.classes]
    bundles = [(type, text) for type, text in known if type == "Bundle"]
    plain = [(type, text) for type, text in known if type != "Bundle"]

    def validate(type: str, text: bytes) -> None:
        validator.validate(text, limits=_LIMITS)

    ours_of_bundles, theirs_of_bundles = _best(validate, rival.validate, bundles)
    ours, theirs = _best(validate, rival.validate, plain)
    _print_rates("all", known, ours + ours_of_bundles, theirs + theirs_of_bundles)
    _print_rates("all but Bundles", plain, ours, theirs)


def _print_rates(name: str, rows: Rows, ours: float, theirs: float) -> None:
    size = sum(len(text) for _, text in rows) / 1e6
    print(
        f"  {name}, {len(rows)} resources, {size:.0f} MB: "
        f"validator {len(rows) / ours:.0f}/s, {size / ours:.1f} MB/s; "
        f"fhir.resources {len(rows) / theirs:.0f}/s, {size / theirs:.1f} MB/s; "
        f"ratio {theirs / ours:.2f} (required: 1)"
    )


def _rival(release: str, types: set[str]) -> Rival:
    classes = {}
    for type in sorted(types):
        try:
            module = importlib.import_module(f"{CLASSES[release]}.{type.lower()}")
        except ImportError:
            continue
        classes[type] = getattr(module, type)
    return Rival(classes)


def _best(ours: Validate, theirs: Validate, rows: Rows) -> tuple[float, float]:
    """Return the CPU time of the best round of each."""
    rounds = [(_seconds(ours, rows), _seconds(theirs, rows)) for _ in range(ROUNDS)]
    return min(our for our, _ in rounds), min(their for _, their in rounds)


def _seconds(validate: Validate, rows: Rows) -> float:
    gc.collect()
    gc.freeze()
    start = time.process_time()
    for type, text in rows:
        validate(type, text)
    return time.process_time() - start


def _whole_process() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for release, type, id in (
            ("r4", "Observation", None),
            ("r5", "MedicationKnowledge", "thalidomide"),
        ):
            found = assemble(VERSIONS[release], load_knowledge())
            chosen = next(
                each for each in found if each["resourceType"] == type and id in (None, each["id"])
            )
            file = Path(folder) / "one.json"
            file.write_bytes(write_json(chosen))
            what = f"{type}, {file.stat().st_size} bytes"
            _run(["validate", str(file), "--fhir", release], what, folder)
        _run(["--version"], "for comparison", folder)


def _run(arguments: list[str], what: str, bytecode: str) -> None:
    walls, cpus = [], []
    command = [sys.executable, "-m", "fhir_kb", *arguments]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)
    for _ in range(PROCESS_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    memory = _memory(command, environment)
    shown = " ".join(argument for argument in arguments if "/" not in argument)
    print(
        f"fhir-kb {shown} ({what}): {statistics.median(walls):.2f} s (best {min(walls):.2f} s), "
        f"CPU {min(cpus):.2f} s, memory {memory:.0f} MB (required of one file: 0.5 s, 150 MB)"
    )


def _memory(command: list[str], environment: dict[str, str]) -> float:
    """Return the largest memory of the command, in MB, asked of a process that runs only it."""
    script = (
        "import resource,subprocess,sys;"
        "subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=False);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, *command],
        capture_output=True,
        check=True,
        text=True,
        env=environment,
    )
    return int(answer.stdout) / 1024


if __name__ == "__main__":
    main()
