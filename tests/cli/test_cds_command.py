"""An order can be asked about in the terminal, here or at a server, and the cards be read."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cds_calls import body, written
from flask import Flask
from werkzeug.serving import make_server

from fhir_kb.cds import SERVICES
from fhir_kb.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "cds"
PREGNANT = str(EXAMPLES / "pregnant" / "request.json")


@pytest.fixture
def serving() -> Iterator[Callable[[Any], str]]:
    """Give a function that serves an application on loopback and returns its URL."""
    started = []

    def start(app: Any) -> str:
        server = make_server("127.0.0.1", 0, app)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def test_cards_are_printed_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown is shown as text; suggestions, reasons, source and pages are there."""
    assert main(["cds", "call", PREGNANT]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("CRITICAL: Contraindicated: lenalidomide must not be given")
    assert "[delete MedicationRequest/order-1] Withdraw this order" in printed
    assert "Not followed because: " in printed
    assert "<http://127.0.0.1:8080/fhir/r4/PlanDefinition/rule-pregnancy>" in printed
    assert "**" not in printed
    assert max(len(line) for line in printed.split("\n") if "<http" not in line) <= 96


def test_an_example_is_asked_as_of_its_own_moment(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """An example does not age: the terminal says what the folder says."""
    assert main(["cds", "call", PREGNANT, "--json"]) == 0
    said = json.loads(capfdbinary.readouterr().out)
    kept = json.loads((EXAMPLES / "pregnant" / "response.json").read_bytes())
    assert [card["uuid"] for card in said["cards"]] == [card["uuid"] for card in kept["cards"]]


def test_another_moment_can_be_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    """The tests of this morning are too old in a month."""
    request = str(EXAMPLES / "pregnancy-tests-done" / "request.json")
    said = []
    for moment in ("2026-11-20T09:00:00Z", "2026-12-20T09:00:00"):
        assert main(["cds", "call", request, "--moment", moment]) == 0
        said.append("No negative pregnancy test" in capsys.readouterr().out)
    assert said == [False, True]


def test_no_card_is_said_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cds", "call", str(EXAMPLES / "another-medicine" / "request.json")]) == 0
    assert capsys.readouterr().out.startswith("No cards: nothing here is about this call")


def test_a_server_is_asked(
    app: Flask, serving: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cds", "call", PREGNANT, "--url", serving(app)]) == 0
    assert "Contraindicated: lenalidomide" in capsys.readouterr().out


def test_what_a_server_refuses_is_told(
    app: Flask, serving: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    request = str(EXAMPLES / "nothing-sent" / "request.json")
    assert main(["cds", "call", request, "--url", serving(app)]) == 1
    assert "The server answers 412: Nothing is known of the patient" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ['{"cards":null}', '{"cards":[{"summary":"x"}]}', "{}"])
def test_an_answer_that_is_none_is_told(
    answer: str, serving: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The command checks other services too."""
    other = Flask("other")
    other.add_url_rule(
        "/cds-services/<service>", view_func=lambda service: answer, methods=["POST"]
    )
    assert main(["cds", "call", PREGNANT, "--url", serving(other)]) == 1
    assert "not as CDS Hooks has it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--url", "https://ehr.example.org"], "Only a server on this machine"),
        (["--moment", "today"], "The moment is written like"),
    ],
)
def test_what_cannot_be_done_is_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A patient's data do not leave the machine by a slip of the pen."""
    assert main(["cds", "call", PREGNANT, *arguments]) == 1
    assert words in capsys.readouterr().err


def test_a_hook_that_nobody_answers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    file.write_bytes(written({**body(), "hook": "encounter-start"}))
    assert main(["cds", "call", str(file)]) == 1
    assert "known are order-select, order-sign" in capsys.readouterr().err


def test_services_are_listed(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["cds", "services"]) == 0
    listed = json.loads(capfdbinary.readouterr().out)["services"]
    announced = {(service.id, hook) for service in SERVICES.values() for hook in service.hooks}
    assert {(entry["id"], entry["hook"]) for entry in listed} == announced


@pytest.mark.parametrize("file", ["nope.json", "."])
def test_a_file_that_cannot_be_read_is_named_in_one_line(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the pen gets a sentence and the status of a wrong call, not a traceback."""
    assert main(["cds", "call", str(tmp_path / file)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "cannot be read" in said.err
