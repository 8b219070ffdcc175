"""Every story of examples/cds is answered as it says; the tour is made from the answers.

``pytest tests/cds/test_examples.py --update-examples`` writes the answers and the tour anew.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient

from fhir_kb.cds import SERVICES, DecisionSupport
from fhir_kb.cds.response_schema import response_faults
from fhir_kb.cli.cds_command import MOMENT
from fhir_kb.formats.json import write_json

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "cds"
TOUR = EXAMPLES / "README.md"


@dataclass(frozen=True)
class Story:
    """``status`` is that of the answer; ``jurisdictions`` are those the server is set to."""

    folder: Path
    question: str
    status: int = 200
    jurisdictions: tuple[str, ...] = ("US",)

    @property
    def request(self) -> Any:
        return json.loads((self.folder / "request.json").read_bytes())

    @property
    def answer_file(self) -> Path:
        return self.folder / "response.json"


def stories() -> list[Story]:
    return [
        Story(file.parent, **yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in sorted(EXAMPLES.glob("*/story.yaml"))
    ]


STORIES = pytest.mark.parametrize("story", stories(), ids=lambda story: story.folder.name)


@STORIES
def test_a_story_is_answered_as_it_says(
    story: Story,
    support: DecisionSupport,
    ask: Any,
    client: FlaskClient,
    request: pytest.FixtureRequest,
) -> None:
    """What a reader sees in examples/ is what the program answers, ids of cards included."""
    content = story.request
    if story.status == 200:
        by = replace(support, jurisdictions=frozenset(story.jurisdictions))
        answer = ask(content, moment=content["extension"][MOMENT], by=by)
        assert response_faults(answer) == []
        text = write_json(answer, indent=2)
    else:
        service = next(row.id for row in SERVICES.values() if content["hook"] in row.answered)
        reply = client.post(f"/cds-services/{service}", json=content)
        assert reply.status_code == story.status
        text = json.dumps(json.loads(reply.data), indent=2, ensure_ascii=False).encode()
    if request.config.getoption("--update-examples"):
        story.answer_file.write_bytes(text + b"\n")
    assert story.answer_file.read_bytes() == text + b"\n"


def test_the_tour_shows_every_story(request: pytest.FixtureRequest) -> None:
    """examples/cds/README.md is made from the stories and their answers."""
    tour = "\n".join(line for story in stories() for line in story_lines(story))
    text = f"{HEAD}\n{tour}\n"
    if request.config.getoption("--update-examples"):
        TOUR.write_text(text, encoding="utf-8")
    assert TOUR.read_text(encoding="utf-8") == text


HEAD = """# Orders and what is said of them

Each folder holds a call of decision support (`request.json`), the question behind it
(`story.yaml`) and the whole answer (`response.json`). Read one in the terminal:

```
fhir-kb cds call examples/cds/pregnant/request.json
```

The dates of a story hold together at the moment that its request names; the command asks as of
then. A server asks as of now. A test replays all of it; `make examples` writes it anew.
"""


def story_lines(story: Story) -> list[str]:
    content, name = story.request, story.folder.name
    answer = json.loads(story.answer_file.read_bytes())
    where = "" if story.jurisdictions == ("US",) else f", {' and '.join(story.jurisdictions)}"
    lines = [f"## {story.question}", ""]
    for card in answer.get("cards", []):
        lines.append(f"- **{card['indicator']}**: {card['summary']}")
        for suggestion in card.get("suggestions", []):
            lines.append(f"  - to choose: {suggestion['label']}")
    if answer.get("cards") == []:
        lines.append("- no card")
    if story.status != 200:
        lines.append(f"- refused with {story.status}: {answer['issue'][0]['diagnostics']}")
    files = f"[request]({name}/request.json), [response]({name}/response.json)"
    return [*lines, "", f"`{content['hook']}`{where}: {files}", ""]
