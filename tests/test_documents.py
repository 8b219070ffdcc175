"""The README stays true: settings, commands and packages are all there, and only those."""

import configparser
import re
from dataclasses import fields
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fhir_kb.cli import COMMANDS
from fhir_kb.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for setting in fields(Settings):
        default = setting.default
        shown = " ".join(sorted(default)) if isinstance(default, frozenset) else str(default)
        cell = f"`{shown}`" if shown else ""
        variable = f"FHIR_KB_{setting.name.upper()}"
        lines.append(f"| `{variable}` | {cell} | {setting.metadata['meaning']} |")
    return "\n".join(lines)


def test_the_readme_lists_every_setting() -> None:
    """An operator finds each setting with its default and meaning, exactly as the code has it."""
    assert settings_table() in README


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_shows_every_command(command: str) -> None:
    """A command that nobody reads about is not used."""
    assert f"fhir-kb {command}" in README


def test_every_dependency_earns_its_line() -> None:
    """What the project stands on, and why, is said once and whole."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    required = re.findall(r"^([A-Za-z.]+)", config["options"]["install_requires"], re.MULTILINE)
    section = README.split("## What it stands on")[1]
    assert sorted(required) == sorted(re.findall(r"^\| ([\w.]+) \| (?!why)", section, re.MULTILINE))


def test_every_dependency_is_locked() -> None:
    """A clean clone installs what the lock files name, and nothing else."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    required = re.findall(r"^([A-Za-z.]+)", config["options"]["install_requires"], re.MULTILINE)
    asked = re.findall(r"^([A-Za-z.]+)", read("requirements.in"), re.MULTILINE)
    assert sorted([*required, "setuptools"]) == sorted(asked)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        pinned = re.findall(r"^([\w-]+)(?:\[\w+\])?==", read(lock), re.MULTILINE)
        assert {name.lower().replace(".", "-") for name in asked} <= {*map(str.lower, pinned)}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_package_is_installed() -> None:
    """setup.cfg names packages one by one; a forgotten one would be missing from the wheel."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    named = set(config["options"]["packages"].split())
    found = {
        str(file.parent.relative_to(ROOT)).replace("/", ".")
        for file in (ROOT / "fhir_kb").rglob("__init__.py")
    }
    assert named == found | {"fhir_kb.profiles"}


def test_the_first_request_has_its_real_answer(client: FlaskClient) -> None:
    """What a newcomer reads below the first request is what the server answers."""
    url, answer = re.findall(r"\$ curl 'http://127.0.0.1:8080([^']+)'\n(.+)\n", README)[0]
    assert answer == client.get(url).text
