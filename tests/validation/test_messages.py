"""Every check of the validator, word for word: small resources and what is said of them.

The rows stand in ``messages``, a file for each group of checks. A line that begins a row is a
resource; the indented lines below it are all that is said of it, in order, in every version or
in those named before a bar. A missing narrative is not mentioned: it is missing everywhere.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fhir_kb.validation import validate
from fhir_kb.validation.messages import MESSAGES
from fhir_kb.validation.profile_messages import PROFILE_MESSAGES
from fhir_kb.validation.structure_messages import LIMIT_MESSAGES

FOLDER = Path(__file__).parent / "messages"
RELEASES = ("R4", "R4B", "R5")
INDENT = "    "


class Row(NamedTuple):
    place: str
    resource: str
    said: list[str]


def rows() -> Iterator[Row]:
    for file in sorted(FOLDER.glob("*.txt")):
        row = None
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if line.startswith(INDENT) and row is not None:
                row.said.append(line.strip())
            elif line and not line.startswith("#"):
                row = Row(f"{file.stem}:{number}", line, [])
                yield row


ROWS = list(rows())


def in_release(lines: list[str], release: str) -> list[str]:
    expected = []
    for line in lines:
        releases, bar, rest = line.partition("| ")
        if not bar or not set(releases.split()) <= set(RELEASES):
            expected.append(line)
        elif release in releases.split():
            expected.append(rest)
    return expected


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.place)
def test_what_is_said(row: Row, release: str) -> None:
    said = [
        f"{issue.severity} {issue.message_id} {issue.expression}: {issue.message}"
        for issue in validate(row.resource, release)
        if issue.source != "dom-6"
    ]
    assert in_release(row.said, release) == said


ELSEWHERE = (
    frozenset(PROFILE_MESSAGES)
    | frozenset(LIMIT_MESSAGES) - {"unreadable"}
    | {"asked-profile-not-known", "invariant-not-checked", "text-too-long"}
)
"""What is shown by the tests of profiles and of the validator's call."""


def test_every_message_is_shown() -> None:
    """A message that no row shows is a check that nobody has seen at work."""
    shown = {line.split("| ")[-1].split()[1] for row in ROWS for line in row.said}
    assert set(MESSAGES) - shown - ELSEWHERE == set()
