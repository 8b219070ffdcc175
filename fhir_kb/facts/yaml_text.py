"""YAML read as text, with the line of every node: the way authored files are opened.

No scalar is guessed at: ``27.00`` keeps its digits, ``no`` stays a word, dates stay text.
Anchors, tags and duplicate keys are refused. https://yaml.org/spec/1.2.2/
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fhir_kb.errors import KnowledgeError

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class AuthoredText:
    """Plain lists, mappings and strings of one file, and the line each stands on."""

    file: Path
    data: Any
    lines: dict[Path_, int] = field(repr=False)

    def line(self, path: Path_) -> int:
        """Return the line of the node at this path, or of its nearest known parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path_, message: str) -> KnowledgeError:
        """Return an error that names file, line and place."""
        where = ".".join(str(step) for step in path)
        return KnowledgeError(f"{self.file}:{self.line(path)}: {where}: {message}")


def read_yaml_text(file: Path) -> AuthoredText:
    """Return the file's content as text; refuse what is not plain YAML."""
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise KnowledgeError(f"{file}:{line}: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file}:1: {error}") from error
    lines: dict[Path_, int] = {}
    data = _plain(root, (), lines, file) if root is not None else {}
    return AuthoredText(file, data, lines)


def _plain(node: yaml.Node, path: Path_, lines: dict[Path_, int], file: Path) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines, file) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        raise KnowledgeError(f"{file}:{lines[path]}: unknown kind of node {node.tag}")
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise KnowledgeError(f"{file}:{key.start_mark.line + 1}: a key must be a word")
        if key.value in mapping:
            raise KnowledgeError(f"{file}:{key.start_mark.line + 1}: {key.value!r} stands twice")
        mapping[key.value] = _plain(value, (*path, key.value), lines, file)
    return mapping
