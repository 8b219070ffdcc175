"""Authored YAML is text: nothing is guessed at, nothing is hidden, every node knows its line."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.yaml_text import AuthoredText, read_yaml_text


def read(folder: Path, text: str) -> AuthoredText:
    file = folder / "authored.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    return read_yaml_text(file)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("27.00", "27.00"),
        ("0.110", "0.110"),
        ("no", "no"),
        ("on", "on"),
        ("null", "null"),
        ("1:30", "1:30"),
        ("012", "012"),
        ("1e3", "1e3"),
        ("0x1F", "0x1F"),
        ("2016-05-01", "2016-05-01"),
        ("'< 0.001'", "< 0.001"),
        ('"β ± 7"', "β ± 7"),
        ("[no, 1.0]", ["no", "1.0"]),
        ("{no: off}", {"no": "off"}),
    ],
)
def test_a_scalar_is_the_text_that_was_written(tmp_path: Path, written: str, read_as: Any) -> None:
    """Common loaders turn ``no`` into False, ``27.00`` into 27.0 and ``1:30`` into 90."""
    assert read(tmp_path, f"value: {written}\n").data == {"value": read_as}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a: {b: 1, b: 2}\n", 1, "'b' stands twice"),
        ("a: 1\nb: &same [x]\nc: *same\n", 2, "an alias repeats this node"),
        ("a: &self [*self]\n", 1, "an alias repeats this node"),
        ("a: 1\nb: !!int 3\n", 2, "a tag (tag:yaml.org,2002:int)"),
        ("a: !secret x\n", 1, "a tag (!secret)"),
        ("? [a, b]\n: 1\n", 1, "a key must be a word"),
        ("a:\n\t- b\n", 2, "cannot start any token"),
        ("a: 'open\n", 2, "end of stream"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: \x07\n", 1, "control character"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    """A doubled key or an alias would let one line of a file say what another line means."""
    file = tmp_path / "authored.yaml"
    with pytest.raises(KnowledgeError) as refusal:
        read(tmp_path, text)
    assert str(refusal.value).startswith(f"{file}:{line}: ")
    assert told in str(refusal.value).replace("special character", "control character")


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "authored.yaml"
    file.write_bytes(b"name: Myl\xe9ome\n")
    with pytest.raises(KnowledgeError, match="utf-8"):
        read_yaml_text(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"sources\.yaml"):
        read_yaml_text(tmp_path / "sources.yaml")


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# only a comment\n").data == {}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("facts",), 2),
        (("facts", 0), 3),
        (("facts", 0, "id"), 3),
        (("facts", 0, "cite"), 4),
        (("facts", 0, "cite", "lines"), 5),
        (("facts", 1), 6),
        (("facts", 1, "cite", "lines"), 6),
        (("facts", 0, "nothing", "here"), 3),
        (("elsewhere",), 2),
    ],
)
def test_every_node_knows_its_line(tmp_path: Path, path: tuple[str | int, ...], line: int) -> None:
    """A place that was not written is reported at the nearest one that was."""
    text = read(
        tmp_path,
        """\
        # two facts
        facts:
          - id: first
            cite:
              lines: "3"
          - {id: second}
        """,
    )
    assert text.line(path) == line


def test_an_error_names_file_line_and_place(tmp_path: Path) -> None:
    text = read(tmp_path, "facts:\n  - id: first\n")
    assert str(text.error(("facts", 0, "id"), "is taken")) == (
        f"{tmp_path / 'authored.yaml'}:2: facts.0.id: is taken"
    )
