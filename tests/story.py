"""A story of examples/: a question, the request that answers it, and what to look at.

``story.yaml`` holds ``question``, ``request`` (``{version}`` stands for each of ``versions``),
``body`` (a file beside it, in FHIR JSON), ``writes`` when clients must be allowed to write,
``versions`` and ``look_at``: labels with FHIRPath expressions over the answer, per version where
they differ. The answers stand beside it as ``answer-<version>.json``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fhir_kb.fhirpath import compile_expression
from fhir_kb.formats.json import read_json
from fhir_kb.versions import VERSIONS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@dataclass(frozen=True)
class Story:
    folder: Path
    question: str
    request: str
    versions: tuple[str, ...]
    look_at: dict[str, Any]
    headers: dict[str, str]
    body: str | None = None
    writes: bool = False

    @property
    def method(self) -> str:
        return self.request.split(" ", 1)[0]

    def url(self, version: str) -> str:
        return self.request.split(" ", 1)[1].replace("{version}", version)

    def body_file(self, version: str) -> Path:
        return self.folder / (self.body or "").replace("{version}", version)

    def request_body(self, version: str) -> bytes:
        return b"" if self.body is None else self.body_file(version).read_bytes()

    def answer_file(self, version: str) -> Path:
        return self.folder / f"answer-{version}.json"

    def highlights(self, version: str, body: bytes) -> list[tuple[str, list[str]]]:
        """Return what each label's expression finds in an answer."""
        resource = read_json(body)
        definitions = VERSIONS[version].definitions
        found = []
        for label, expression in self.look_at.items():
            text = expression if isinstance(expression, str) else expression.get(version)
            if text:
                compiled = compile_expression(text, definitions, resource["resourceType"])
                found.append((label, [str(node.value) for node in compiled.evaluate(resource)]))
        return found


def stories() -> list[Story]:
    return [_read(file) for file in sorted(EXAMPLES.glob("*/story.yaml"))]


def _read(file: Path) -> Story:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Story(
        folder=file.parent,
        question=content["question"],
        request=content["request"],
        versions=tuple(content.get("versions", VERSIONS)),
        look_at=content["look_at"],
        headers=content.get("headers", {}),
        body=content.get("body"),
        writes=content.get("writes", False),
    )
