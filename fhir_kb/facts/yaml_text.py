"""YAML read as text, with the line of every node: the way authored files are opened.

No scalar is guessed at: ``27.00`` keeps its digits, ``no`` stays a word, dates stay text.
Aliases, tags and duplicate keys are refused: what stands on a line is all that line says.
https://yaml.org/spec/1.2.2/
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fhir_kb.errors import KnowledgeError

Path_ = tuple[str | int, ...]
# libyaml's loader, where PyYAML was built with it, reads the same text ten times as fast.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


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
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise KnowledgeError(f"{file}:{line}: {error.problem}") from error
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file}:1: {error}") from error
    return _PlainReader(file).read(root)


class _PlainReader:
    """Turns the nodes of one file into plain values, remembering where each stands."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines: dict[Path_, int] = {}
        self._seen: set[int] = set()

    def read(self, root: yaml.Node | None) -> AuthoredText:
        data = {} if root is None else self._plain(root, ())
        return AuthoredText(self._file, data, self._lines)

    def _plain(self, node: yaml.Node, path: Path_) -> Any:
        self._refuse_magic(node)
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            self._refuse_magic(key)
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key must be a word")
            if key.value in mapping:
                raise self._error(key, f"{key.value!r} stands twice")
            mapping[key.value] = self._plain(value, (*path, key.value))
            self._lines[(*path, key.value)] = key.start_mark.line + 1
        return mapping

    def _refuse_magic(self, node: yaml.Node) -> None:
        if node.tag not in _PLAIN_TAGS:
            raise self._error(node, f"a tag ({node.tag}); write the plain value")
        if id(node) in self._seen:
            raise self._error(node, "an alias repeats this node; write it out where it is meant")
        self._seen.add(id(node))

    def _error(self, node: yaml.Node, message: str) -> KnowledgeError:
        return KnowledgeError(f"{self._file}:{node.start_mark.line + 1}: {message}")
