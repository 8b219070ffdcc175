"""``fhir-kb validate FILE…``: JSON, XML and NDJSON, checked offline against FHIR and profiles.

https://hl7.org/fhir/R4/validation.html

Exit status: 0 all valid, 1 something is invalid, 2 something could not be checked. When both are
true it is 2, because then the verdict is not whole.
"""

import argparse
import gc
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_args

from fhir_kb.cli.progress import Progress
from fhir_kb.cli.validation_documents import BYTES_MAX, STANDARD_INPUT, find_files, read_documents
from fhir_kb.definitions.releases import RELEASES
from fhir_kb.errors import FhirKbError
from fhir_kb.validation.at_hand import conformance_at_hand
from fhir_kb.validation.limits import Limits
from fhir_kb.validation.profiles import Profiles
from fhir_kb.validation.verdict import Inspection, Verdict
from fhir_kb.validation.walk import Mode, Targets

REPORTS: Mapping[str, str] = {
    "text": "fhir_kb.validation.reports.text",
    "json": "fhir_kb.validation.reports.json_report",
    "sarif": "fhir_kb.validation.reports.sarif",
    "junit": "fhir_kb.validation.reports.junit",
}
"""The module that writes each format; only the one that is asked for is loaded."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is validated, against what, and how it is reported."""
    parser.epilog = "Exit status: 0 all valid, 1 something is invalid, 2 something not checked."
    parser.add_argument("file", nargs="+", metavar="FILE", help="file or folder; - is stdin")
    parser.add_argument(
        "--fhir",
        choices=[name.lower() for name in RELEASES],
        type=str.lower,
        help="the FHIR version; by default what the resource says, else r4",
    )
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="URL",
        help="a profile that every resource must meet, beside those it names itself",
    )
    parser.add_argument(
        "--package",
        action="append",
        default=[],
        metavar="DIR|TGZ|NAME",
        help="profiles and terminology to know beside our own: a file, a folder, a FHIR package, "
        "or the name of one in ~/.fhir/packages (hl7.fhir.us.core#6.1.0)",
    )
    parser.add_argument("--format", choices=REPORTS, default="text")
    parser.add_argument(
        "--mode",
        choices=get_args(Mode),
        default="standard",
        help="structure: form, types and cardinality only; strict: what FHIR discourages is an "
        "error too, and so is an extension without a definition at hand",
    )
    parser.add_argument(
        "--targets",
        choices=get_args(Targets),
        default="named",
        help="whose type is checked: of what a reference names (Patient/1), as by default, "
        "or only of what it leads to in the same file, as HL7's validator does by default",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the report and return the exit status."""
    report = import_module(REPORTS[arguments.format]).report
    # What is loaded by now stays: the collector need not look at it again and again.
    gc.freeze()
    files = find_files(arguments.file)
    progress = Progress(sys.stderr, _size(files))
    verdicts = _Verdicts(files, _inspection(arguments), progress)
    try:
        for text in report(verdicts):
            progress.clear()
            sys.stdout.write(text)
    except FhirKbError as error:
        print(error.message, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Who read the report went away: nobody knows the verdict on the rest.
        sys.stderr.close()
        return 2
    finally:
        progress.clear()
    return verdicts.status()


class _Verdicts:
    """The verdict on each document as it is read, and the exit status that they make."""

    def __init__(self, files: list[Path], inspection: Inspection, progress: Progress) -> None:
        self._files = files
        self._inspection = inspection
        self._progress = progress
        self._outcomes: set[str] = set()

    def __iter__(self) -> Iterator[Verdict]:
        done = 0
        for file in self._files:
            for document in read_documents(file):
                self._progress.show(done, document.name)
                verdict = self._inspection.verdict(document)
                self._outcomes.add(verdict.outcome)
                done += len(document.content)
                yield verdict

    def status(self) -> int:
        """Return 2 if something was not checked or there was nothing, else 1 if invalid."""
        if not self._outcomes or "not checked" in self._outcomes:
            return 2
        return 1 if "invalid" in self._outcomes else 0


def _inspection(arguments: argparse.Namespace) -> Inspection:
    places = tuple(arguments.package)

    @cache
    def conformance(release: str) -> Profiles:
        return conformance_at_hand(release, places)

    return Inspection(
        conformance=conformance,
        release=arguments.fhir.upper() if arguments.fhir else None,
        profiles=tuple(arguments.profile),
        mode=arguments.mode,
        targets=arguments.targets,
        limits=Limits(bytes=BYTES_MAX),
    )


def _size(files: list[Path]) -> int:
    """Return the bytes that are to be read, as far as they can be known."""
    return sum(file.stat().st_size for file in files if _is_sized(file))


def _is_sized(file: Path) -> bool:
    return str(file) != STANDARD_INPUT and file.is_file()
