"""A server that cannot do its work says so in one line and starts nothing.

https://man7.org/linux/man-pages/man7/socket.7.html
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fhir_kb.errors import AddressInUse, SettingError
from fhir_kb.web.serving.start_checks import check_address


@pytest.fixture(params=["alone", "shared"])
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port on which something listens, alone or ready to share as our own server is."""
    with closing(socket.socket()) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if request.param == "shared":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104
def test_a_port_in_use_is_refused(host: str, taken: int) -> None:
    """Else two servers share it: what was written to one is missing in half the answers."""
    with pytest.raises(AddressInUse, match=f"Port {taken} is in use"):
        check_address(host, taken)


def test_a_port_is_free_again_when_its_server_ended() -> None:
    """Connections that are still being taken down must not hold up a restart."""
    with closing(socket.socket()) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        served, _ = listening.accept()
        served.close()
        client.close()
    check_address("127.0.0.1", port)


@pytest.mark.parametrize("host", ["nope.invalid", "192.0.2.1", "a..b"])
def test_a_host_that_is_none_of_this_machine_is_refused(host: str) -> None:
    """With the name of the setting, not with a traceback."""
    with pytest.raises(SettingError, match="FHIR_KB_HOST"):
        check_address(host, 0)


def ran(folder: Path, **settings: str) -> tuple[int, list[str]]:
    environment = {**os.environ, "FHIR_KB_DATA": str(folder), **settings}
    done = subprocess.run(
        [sys.executable, "-m", "fhir_kb", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()


def test_a_second_server_does_not_start(taken: int, tmp_path: Path) -> None:
    """It ends with status 1 and one line, and has built nothing."""
    folder = tmp_path / "data"
    status, lines = ran(folder, FHIR_KB_PORT=str(taken))
    assert (status, len(lines)) == (1, 1)
    assert "in use" in lines[0]
    assert not folder.exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"FHIR_KB_PORT": "abc"},
        {
            "FHIR_KB_PORT": "0",
            "FHIR_KB_WRITES": "on",
            "FHIR_KB_DATABASE": "postgresql://a:hidden@127.0.0.1:1/x",
        },
        {"FHIR_KB_PORT": "0", "FHIR_KB_CDS_CLIENTS": "https://ehr.example.org,nothing.json"},
    ],
    ids=["no number", "no database", "no key set"],
)
def test_a_wrong_setting_starts_nothing(settings: dict[str, str], tmp_path: Path) -> None:
    """One line that names it, status 2; a password is not told."""
    folder = tmp_path / "data"
    status, lines = ran(folder, **settings)
    assert (status, len(lines)) == (2, 1), lines
    assert list(settings)[-1] in lines[0]
    assert "hidden" not in lines[0]
    assert not folder.exists()
