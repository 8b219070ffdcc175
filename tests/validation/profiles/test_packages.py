"""Packages: folders, archives, what is installed, and what hostile ones may try."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import MalformedContent, TooLarge, UnknownResource
from fhir_kb.formats import Json
from fhir_kb.validation.profiles import open_profiles
from fhir_kb.validation.profiles.archive import read_archive
from fhir_kb.validation.profiles.packages import Packages

R4 = load("R4")
URL = "http://example.org/p"
XML = (
    '<StructureDefinition xmlns="http://hl7.org/fhir"><url value="http://example.org/x"/>'
    '<name value="X"/><status value="draft"/><kind value="resource"/><abstract value="false"/>'
    '<type value="Patient"/>'
    '<baseDefinition value="http://hl7.org/fhir/StructureDefinition/Patient"/>'
    '<derivation value="constraint"/></StructureDefinition>'
)


@pytest.fixture
def asked(profile: Callable[..., Json]) -> bytes:
    return json.dumps(profile("Patient", {"id": "Patient.name", "min": 1})).encode()


def archive(folder: Path, files: dict[str, bytes], name: str = "p.tgz") -> str:
    path = folder / name
    with tarfile.open(path, "w:gz") as packed:
        for file, content in files.items():
            member = tarfile.TarInfo(file)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return str(path)


def install(cache: Path, name: str, asked: bytes, **dependencies: str) -> None:
    folder = cache / name / "package"
    folder.mkdir(parents=True)
    (folder / "p.json").write_bytes(asked)
    (folder / "package.json").write_text(json.dumps({"dependencies": dependencies}))


def knows(*places: str, url: str = URL, cache: Path = Path("/nowhere")) -> bool:
    return open_profiles(R4, places, cache=cache).profile(url) is not None


def test_a_folder_is_read_with_what_is_below_it(tmp_path: Path, asked: bytes) -> None:
    """A guide's sources: JSON and XML side by side, and files that are no resources."""
    (tmp_path / "input" / "profiles").mkdir(parents=True)
    (tmp_path / "input" / "profiles" / "p.json").write_bytes(asked)
    (tmp_path / "input" / "x.xml").write_text(XML)
    (tmp_path / "README.json").write_text("not JSON at all")
    assert knows(str(tmp_path))
    assert knows(str(tmp_path), url="http://example.org/x")
    assert not knows(str(tmp_path), url="http://example.org/q")


def test_a_single_file_will_do(tmp_path: Path, asked: bytes) -> None:
    (tmp_path / "p.json").write_bytes(asked)
    assert knows(str(tmp_path / "p.json"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, asked: bytes) -> None:
    (tmp_path / "broken.json").write_bytes(asked[:-5])
    with pytest.raises(MalformedContent, match=r"broken\.json"):
        knows(str(tmp_path))


def test_an_index_spares_reading_every_file(tmp_path: Path, asked: bytes) -> None:
    """What it lists is read when it is asked for; what it does not list is not there."""
    rows = [
        {"filename": "p.json", "resourceType": "StructureDefinition", "url": URL},
        {"filename": "gone.json", "resourceType": "ValueSet", "url": "http://example.org/v"},
        {"filename": "../../etc/passwd", "resourceType": "ValueSet", "url": "http://e.org/w"},
        {"filename": 3, "resourceType": "ValueSet", "url": []},
        "nonsense",
    ]
    (tmp_path / ".index.json").write_text(json.dumps({"files": rows}))
    (tmp_path / "p.json").write_bytes(asked)
    (tmp_path / "broken.json").write_bytes(b'{"StructureDefinition"')
    assert knows(str(tmp_path))
    profiles = open_profiles(R4, [str(tmp_path)])
    assert profiles.value_set("http://example.org/v") is None
    assert profiles.value_set("http://e.org/w") is None


def test_an_index_that_lies_is_found_out(tmp_path: Path, asked: bytes) -> None:
    row = {"filename": "p.json", "resourceType": "StructureDefinition", "url": "http://e.org/q"}
    (tmp_path / ".index.json").write_text(json.dumps({"files": [row]}))
    (tmp_path / "p.json").write_bytes(asked)
    found = open_profiles(R4, [str(tmp_path)]).profile("http://e.org/q")
    assert "is something else" in repr(found)


def test_an_archive_is_read_from_its_package_folder(tmp_path: Path, asked: bytes) -> None:
    assert knows(archive(tmp_path, {"package/p.json": asked, "package/package.json": b"{}"}))
    assert not knows(archive(tmp_path, {"package/examples/p.json": asked, "p.json": asked}))


@pytest.mark.parametrize(
    "name", ["../p.json", "/package/p.json", "package/../p.json", "package/../../package/p.json"]
)
def test_no_name_in_an_archive_is_a_path(name: str, tmp_path: Path, asked: bytes) -> None:
    """Nothing is written, and nothing from outside the folder is taken."""
    inside = tmp_path / "inside"
    inside.mkdir()
    assert not knows(archive(inside, {name: asked}))
    assert [path.name for path in tmp_path.rglob("*")] == ["inside", "p.tgz"]


def test_a_link_in_an_archive_leads_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "p.tgz"
    with tarfile.open(path, "w:gz") as packed:
        link = tarfile.TarInfo("package/p.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
    assert read_archive(path, lambda *_: True) == {}


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """A few kilobytes can hold gigabytes; reading stops at the limit."""
    place = archive(tmp_path, {"package/p.json": b"0" * 2**22})
    assert Path(place).stat().st_size < 2**14
    with pytest.raises(TooLarge, match=r"p\.tgz unpacks to more than 1,048,576 bytes"):
        read_archive(Path(place), lambda *_: True, max_bytes=2**20)


def test_a_file_that_says_it_is_huge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.tgz"
    header = tarfile.TarInfo("package/p.json")
    header.size = 2**40
    path.write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(10240)))
    with pytest.raises(TooLarge, match=r"package/p\.json"):
        read_archive(path, lambda *_: True)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", gzip.compress(b"x" * 600, mtime=0), b"\x1f\x8b"],
    ids=["empty", "zip", "gzip of text", "gzip cut short"],
)
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.tgz"
    path.write_bytes(content)
    with pytest.raises(MalformedContent, match=r"p\.tgz is no FHIR package"):
        read_archive(path, lambda *_: True)


def test_an_installed_package_is_found_by_name_with_what_it_depends_on(
    tmp_path: Path, asked: bytes
) -> None:
    other = asked.replace(b"example.org/p", b"example.org/q")
    install(tmp_path, "one.guide#1.0.0", asked, **{"other.guide": "2.0.x"})
    install(tmp_path, "other.guide#2.0.1", other, **{"one.guide": "1.0.0"})
    for name in ("one.guide#1.0.0", "one.guide@1.0.0", "one.guide"):
        assert knows(name, cache=tmp_path)
        assert knows(name, url="http://example.org/q", cache=tmp_path)
    assert not knows("other.guide", url="http://example.org/z", cache=tmp_path)


def test_without_a_version_the_latest_is_taken(tmp_path: Path, asked: bytes) -> None:
    install(tmp_path, "one.guide#1.9.0", asked.replace(b"example.org/p", b"example.org/old"))
    install(tmp_path, "one.guide#1.10.0", asked)
    assert knows("one.guide", cache=tmp_path)
    assert not knows("one.guide", url="http://example.org/old", cache=tmp_path)


@pytest.mark.parametrize("place", ["one.guide", "one.guide#1.0.0", "./gone", "../..#1", "a/b.tgz"])
def test_a_place_that_is_none_is_refused_with_what_would_do(place: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownResource, match=r"give a folder, a \.tgz, or the name"):
        list(Packages(R4, tmp_path).open(place))
