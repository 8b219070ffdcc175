"""``fhir-kb validate``: what goes in, which version it is, and the exit status CI looks at."""

import io
import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.cli import main
from fhir_kb.cli.progress import Progress
from fhir_kb.cli.validation_documents import find_files

GOOD = '{"resourceType":"Basic","code":{"text":"x"}}'
BAD = '{\n  "resourceType": "Patient",\n  "active": "yes"\n}'
XML = '<Patient xmlns="http://hl7.org/fhir"><active value="{}"/></Patient>'
BUNDLE = (
    '{"resourceType":"Bundle","type":"collection","entry":['
    '{"fullUrl":"https://example.org/fhir/r5/Patient/1",'
    '"resource":{"resourceType":"Patient","id":"1","active":"yes"}}]}'
)


@pytest.mark.parametrize(("targets", "status"), [("named", 1), ("resolved", 0)])
def test_what_a_reference_names_can_be_left_open(folder: Path, targets: str, status: int) -> None:
    """Who compares with HL7's validator needs its default as well."""
    reference = '{"resourceType":"Patient","managingOrganization":{"reference":"Practitioner/1"}}'
    (folder / "a.json").write_text(reference)
    assert main(["validate", "a.json", "--targets", targets]) == status


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stdin(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (GOOD, 0),
        (BAD, 1),
        (XML.format("true"), 0),
        (XML.format("yes"), 1),
        ("{", 1),
        ('{"resourceType":"StructureDefinition","fhirVersion":"3.0.2"}', 2),
    ],
)
def test_the_exit_status_is_the_verdict(
    content: str, status: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 valid, 1 invalid, 2 could not be checked; the format is told by the text, not the name."""
    (folder / "a.json").write_text(content)
    assert main(["validate", "a.json"]) == status
    assert "1 resource" in capsys.readouterr().out


def test_a_missing_file_leaves_the_verdict_open(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path that was mistyped in CI must not pass, nor hide what else was found."""
    (folder / "bad.json").write_text(BAD)
    assert main(["validate", "bad.json", "gone.json"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("bad.json:3:3: error: boolean is written as true or false")
    assert "gone.json: not checked: It cannot be read: No such file or directory" in lines


def test_an_empty_folder_is_not_a_pass(folder: Path) -> None:
    """Nothing was validated: CI looked in the wrong place."""
    assert main(["validate", str(folder)]) == 2


def test_a_folder_is_walked_for_resources(folder: Path) -> None:
    """Its folders too; not hidden ones, not what belongs to a package manager."""
    for name in (
        "b.json",
        "a.xml",
        "deep/er/c.ndjson",
        "deep/d.JSON",
        "package.json",
        ".index.json",
        ".git/e.json",
        "notes.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(GOOD)
    found = [str(file) for file in find_files(["."])]
    assert found == ["a.xml", "b.json", "deep/d.JSON", "deep/er/c.ndjson"]


def test_a_file_that_is_named_is_read_whatever_its_name(folder: Path) -> None:
    (folder / "package.json").write_text(BAD)
    assert main(["validate", "package.json"]) == 1


@pytest.mark.parametrize("name", ["all.ndjson", "-"])
def test_each_line_of_ndjson_is_a_resource(
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bad line costs itself only; blank lines count, so that line numbers are the file's."""
    content = "\n".join([GOOD, "", "{bad", GOOD, '{"resourceType":"Patient","active":1}', GOOD])
    lines = content.replace("\n{bad", f"\n{GOOD}\n{{bad") if name == "-" else content
    (folder / "all.ndjson").write_text(content)
    stdin(monkeypatch, lines)
    assert main(["validate", name, "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["total"]["invalid"] == 2
    invalid = [row["line"] for row in report["resources"] if row["outcome"] == "invalid"]
    assert invalid == ([4, 6] if name == "-" else [3, 5])


def test_standard_input_is_named_in_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin(monkeypatch, BAD)
    assert main(["validate", "-"]) == 1
    assert capsys.readouterr().out.startswith("<stdin>:3:3: error: ")


@pytest.mark.parametrize(
    ("arguments", "content", "version", "source"),
    [
        ([], GOOD, "4.0.1", "assumed"),
        (["--fhir", "R5"], GOOD, "5.0.0", "told"),
        ([], BUNDLE, "5.0.0", "stated"),
        (["--fhir", "r4b"], BUNDLE, "4.3.0", "told"),
    ],
)
def test_the_version_is_told_stated_or_assumed(
    arguments: list[str],
    content: str,
    version: str,
    source: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The report says which it was, so that nobody trusts a verdict on another version."""
    (folder / "a.json").write_text(content)
    main(["validate", "a.json", "--format", "json", *arguments])
    [row] = json.loads(capsys.readouterr().out)["resources"]
    assert (row["fhirVersion"], row["fhirVersionIs"]) == (version, source)


def test_an_assumed_version_is_noted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.json").write_text(GOOD)
    main(["validate", "a.json"])
    assert (
        "note: 1 resource validated as R4, because nothing in the text" in capsys.readouterr().out
    )


def test_a_bundle_is_validated_inside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.json").write_text(BUNDLE)
    assert main(["validate", "a.json"]) == 1
    assert "at Bundle.entry[0].resource.active" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mode", "status"),
    [("structure", 0), ("standard", 1), ("strict", 1)],
)
def test_structure_mode_looks_at_form_only(
    mode: str, status: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.json").write_text('{"resourceType":"Patient","gender":"m"}')
    assert main(["validate", "a.json", "--mode", mode]) == status


PROFILE = {
    "resourceType": "StructureDefinition",
    "url": "http://example.org/StructureDefinition/named-patient",
    "name": "NamedPatient",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
    "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "min": 1}]},
}


def packed(folder: Path) -> Path:
    """A FHIR package with the profile: the tarball that npm and FHIR's tools write."""
    with tarfile.open(folder / "package.tgz", "w:gz") as archive:
        for name, content in (
            ("package.json", {"name": "example.named", "version": "1.0.0"}),
            ("StructureDefinition-named-patient.json", PROFILE),
        ):
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return folder / "package.tgz"


def unpacked(folder: Path) -> Path:
    (folder / "guide").mkdir()
    (folder / "guide/profile.json").write_text(json.dumps(PROFILE))
    return folder / "guide"


@pytest.mark.parametrize("package", [packed, unpacked])
@pytest.mark.parametrize(
    ("content", "status"),
    [('{"resourceType":"Patient","name":[{"text":"A"}]}', 0), ('{"resourceType":"Patient"}', 1)],
)
def test_a_profile_comes_from_a_folder_or_a_package(
    package: Callable[[Path], Path],
    content: str,
    status: int,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A differential is enough; the resource need not name the profile itself."""
    (folder / "patient.json").write_text(content)
    where = str(package(folder))
    url = str(PROFILE["url"])
    assert main(["validate", "patient.json", "--package", where, "--profile", url]) == status
    assert ("named-patient" in capsys.readouterr().out) is bool(status)


def test_a_profile_that_nobody_has_leaves_the_verdict_open(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "patient.json").write_text('{"resourceType":"Patient"}')
    assert main(["validate", "patient.json", "--profile", "http://example.org/none"]) == 2
    assert "give the package that holds it" in capsys.readouterr().out


def test_a_package_that_is_not_there_stops_the_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "patient.json").write_text('{"resourceType":"Patient"}')
    assert main(["validate", "patient.json", "--package", "nowhere"]) == 2
    assert "no package 'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize("format", ["text", "json", "sarif", "junit"])
def test_every_format_has_the_same_exit_status(
    format: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.json").write_text(BAD)
    assert main(["validate", "a.json", "--format", format]) == 1
    assert "a.json" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("fhir_kb.cli.progress.time.monotonic", lambda: now[0])
    return now


def test_a_long_run_shows_how_far_it_is(clock: list[float]) -> None:
    """Nothing in the first second; then a bar that is drawn over itself and taken away."""
    terminal = Terminal()
    progress = Progress(terminal, 200)
    progress.show(10, "a.json")
    assert terminal.getvalue() == ""
    clock[0] = 1.5
    progress.show(50, "b.json")
    assert terminal.getvalue() == "\r[######..................]  25% b.json"
    progress.show(60, "too soon after")
    progress.clear()
    assert terminal.getvalue().endswith("b.json\r" + " " * 38 + "\r")


def test_a_log_file_gets_no_bar(clock: list[float]) -> None:
    """CI logs and pipes hold lines, not carriage returns."""
    stream = io.StringIO()
    progress = Progress(stream, 100)
    clock[0] = 9.0
    progress.show(50, "b.json")
    progress.clear()
    assert stream.getvalue() == ""
