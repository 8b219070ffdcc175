"""A private PostgreSQL for tests: its own folder, its own socket, no network.

https://www.postgresql.org/docs/15/app-initdb.html
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep
from typing import Any

OTHER_USER = 65534
"""PostgreSQL does not run as root: then it runs as nobody."""


def missing() -> str:
    """Return why PostgreSQL cannot be had here, or an empty text."""
    try:
        import psycopg  # noqa: F401, PLC0415  # the driver is an extra
    except ModuleNotFoundError:
        return "psycopg is not installed"
    return "" if _programs() else "PostgreSQL's initdb and pg_ctl are not installed"


def _programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest one."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_release, reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def _release(folder: Path) -> float:
    return float(folder.parent.name)


@dataclass
class PostgreSQL:
    """One server: the files of its data, and the folder of its socket."""

    folder: Path
    data: Path
    port: int = 5432

    @property
    def url(self) -> str:
        return f"postgresql://fhir@/postgres?host={self.folder}&port={self.port}"

    def start(self, *settings: str) -> None:
        """Start the server and wait until it answers."""
        given = " ".join(f"-c {setting}" for setting in settings)
        options = f"-c listen_addresses='' -k {self.folder} -p {self.port} {given}"
        log = str(self.data / "log")
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: ``immediate`` as a crash does, else in order."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """Kill the server and all its processes as kill -9 does."""
        lock = self.data / "postmaster.pid"
        main = int(lock.read_text().split()[0])
        # Stopped first, so that it makes no further process while they are listed.
        os.kill(main, signal.SIGSTOP)
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        # A new server refuses to start while one of the old processes is left.
        until = monotonic() + 10
        for process in (main, *map(int, children)):
            while _is_alive(process) and monotonic() < until:
                sleep(0.005)
        # Killed processes keep their number until their parent asks for it: after a power cut
        # there would be none.
        for named in (lock, *self.folder.glob(".s.PGSQL.*")):
            named.unlink()

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as a user that it accepts."""
        programs = _programs()
        assert programs is not None
        other: dict[str, Any] = {}
        if os.getuid() == 0:
            other = {"user": OTHER_USER, "group": OTHER_USER, "extra_groups": []}
        subprocess.run(
            [programs / program, *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            **other,
        )

    def set(self, name: str, value: str) -> None:
        """Change a setting while the server runs."""
        statement = f"ALTER SYSTEM SET {name} = '{value}'"
        self.run("psql", "-d", self.url, "-c", statement, "-c", "SELECT pg_reload_conf()")

    def remove(self) -> None:
        """Kill the server, if it runs, and remove its files."""
        if (self.data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    """Kill a process and say whether it still runs; one that waits for its parent does not."""
    try:
        os.kill(process, signal.SIGKILL)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def made(first: PostgreSQL | None = None) -> PostgreSQL:
    """Return a new server that is not started yet; with a ``first``, a standby that follows it."""
    # A socket's path has at most 107 bytes: pytest's own folders are too long.
    folder = Path(mkdtemp(prefix="fhir-kb-pg-"))
    if os.getuid() == 0:
        os.chown(folder, OTHER_USER, OTHER_USER)
    server = PostgreSQL(folder, folder / "data")
    if first is not None:
        server.run("pg_basebackup", "-d", first.url, "-D", str(server.data), "-R", "-c", "fast")
        return server
    options = ("--no-sync", "--encoding=UTF8", "--auth=trust", "--username=fhir", "--locale=C")
    server.run("initdb", "-D", str(server.data), *options)
    return server
