"""The recipes for CI work as they stand in the README and in ``.pre-commit-hooks.yaml``."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from fhir_kb.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
COMMANDS = re.findall(r"(fhir-kb validate [^|\n`>]+)", README)


def test_the_hook_runs_the_command_on_the_files_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """pre-commit gives the staged files as arguments behind the entry and its own."""
    [hook] = HOOKS
    names = ["a.json", "b.xml", "c.ndjson", "d.txt", "e.py"]
    taken = [name for name in names if re.search(hook["files"], name)]
    assert taken == ["a.json", "b.xml", "c.ndjson"]
    (tmp_path / "a.json").write_text('{"resourceType":"Patient","active":"yes"}')
    program, *arguments = shlex.split(hook["entry"])
    assert program == "fhir-kb"
    assert main([*arguments, "--fhir", "r4", str(tmp_path / "a.json")]) == 1
    assert hook["language"] == "python"


def test_every_recipe_of_the_readme_is_yaml() -> None:
    """Who copies one should not have to mend it."""
    recipes = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert recipes
    for recipe in recipes:
        assert isinstance(yaml.safe_load(recipe), list)


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_call_in_the_readme_is_understood(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option that was renamed would fail here and not in somebody's CI."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources").mkdir()
    for file in (tmp_path / "bundle.json", tmp_path / "resources/a.json", tmp_path / "FILE…"):
        file.write_text('{"resourceType":"Basic","code":{"text":"x"}}')
    arguments = shlex.split(command)[1:]
    if arguments[-1] == "--help":
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
        return
    is_hook = not any(Path(argument).exists() for argument in arguments)
    assert main([*arguments, "bundle.json"] if is_hook else arguments) == 0
