"""Every story of examples/ is answered as it says, in each version that can answer.

``pytest tests/examples --update-examples`` writes the answers and the tour anew.
"""

import json
import re
from dataclasses import replace
from itertools import count
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from story import EXAMPLES, Story, stories

from fhir_kb.settings import Settings
from fhir_kb.web import create_app

ROWS = [
    pytest.param(story, version, id=f"{story.folder.name}-{version}")
    for story in stories()
    for version in story.versions
]
TOUR = EXAMPLES / "README.md"
NOW = re.compile(r'("last(?:Updated|Modified)": ")[^"]+')


@pytest.fixture(scope="module")
def writing_app(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that takes writes and names new resources new-1, new-2, …."""
    folder = copytree(built, tmp_path_factory.mktemp("stories") / "knowledge")
    app = create_app(Settings(data=folder, base_url="http://127.0.0.1:8080", writes="on"))
    for mount, endpoint in app.extensions["fhir_kb"].items():
        new_id = map("new-{}".format, count(1)).__next__
        app.extensions["fhir_kb"][mount] = replace(endpoint, new_id=new_id)
    return app


@pytest.fixture
def writing_client(writing_app: Flask) -> FlaskClient:
    return writing_app.test_client()


@pytest.mark.parametrize(("story", "version"), ROWS)
def test_a_story_is_answered_as_it_says(
    story: Story,
    version: str,
    client: FlaskClient,
    writing_client: FlaskClient,
    request: pytest.FixtureRequest,
) -> None:
    """What a reader sees in examples/ is what the program answers today."""
    reply = (writing_client if story.writes else client).open(
        story.url(version),
        method=story.method,
        headers={"Content-Type": "application/fhir+json", **story.headers},
        data=story.request_body(version),
    )
    answer = json.dumps(json.loads(reply.data), indent=2, ensure_ascii=False) + "\n"
    if story.writes:
        answer = NOW.sub(r"\g<1>2026-11-20T09:00:00.000Z", answer)
    file = story.answer_file(version)
    if request.config.getoption("--update-examples"):
        file.write_text(answer, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == answer


@pytest.mark.parametrize(("story", "version"), ROWS)
def test_what_a_story_looks_at_is_there(story: Story, version: str) -> None:
    """A label that finds nothing would show a reader an empty answer."""
    body = story.answer_file(version).read_bytes()
    for label, found in story.highlights(version, body):
        assert bool(found) is not label.endswith("(there is none)"), label


def test_the_tour_shows_every_story(request: pytest.FixtureRequest) -> None:
    """examples/README.md is made from the stories and their answers."""
    tour = "\n".join(tour_lines())
    if request.config.getoption("--update-examples"):
        TOUR.write_text(tour, encoding="utf-8")
    assert TOUR.read_text(encoding="utf-8") == tour


def tour_lines() -> list[str]:
    lines = [
        "# Questions and answers",
        "",
        "Each folder holds one question (`story.yaml`) and the server's whole answers, one per "
        "FHIR",
        "version that can answer. Below stands what the answers say, found in them by the FHIRPath",
        "expressions of the story. A test replays all of it; `make examples` writes it anew.",
        "",
    ]
    for story in stories():
        lines += [f"## {story.question}", "", f"`{story.request}`", ""]
        if story.body is not None:
            sent = ", ".join(
                f"[{version.upper()}]({story.folder.name}/{story.body_file(version).name})"
                for version in story.versions
            )
            lines += [f"What is sent, to a server that takes writes: {sent}", ""]
        seen: dict[str, list[str]] = {}
        for version in story.versions:
            body = story.answer_file(version).read_bytes()
            for label, found in story.highlights(version, body):
                text = "; ".join(dict.fromkeys(found)) or "nothing"
                seen.setdefault(f"- {label}: {text}", []).append(version.upper())
        for text, versions in seen.items():
            where = "" if len(versions) == len(story.versions) else f" ({', '.join(versions)})"
            lines.append(text + where)
        answers = ", ".join(
            f"[{version.upper()}]({story.folder.name}/{story.answer_file(version).name})"
            for version in story.versions
        )
        lines += ["", f"Whole answers: {answers}", ""]
    return lines
