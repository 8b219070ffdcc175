"""Over HTTP: reads and searches against nginx, a bare WSGI application and other FHIR servers.

Run: python -m benchmarks.http [--rounds 5] [--seconds 1] [--rows read,random,peers,start]

One core for the server, one for wrk, sixteen connections kept alive. The yardstick is CPU time of
the server's processes per request; requests per second stand beside it. Every server of a table is
asked in every round, and the median of the rounds counts. Rows whose tools are missing say so:
wrk and nginx are found on the path, or by the variables FHIR_KB_WRK and FHIR_KB_NGINX.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.serving import data, load, nginx, peers
from benchmarks.serving.load import Target
from benchmarks.serving.processes import (
    Server,
    answered,
    first_answer_seconds,
    free_port,
    running,
)

READ = "/fhir/r5/AdverseEvent/event-00000003"
RANDOM_IDS = 50_000
OURS = (sys.executable, "-m", "fhir_kb", "serve")
VERSION_RUNS = 21


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rows", default=",".join(ROWS))
    asked = parser.parse_args()
    print("| measure | measured | must | aim |\n|---|---|---|---|")
    with TemporaryDirectory(prefix="fhir-kb-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for row in asked.rows.split(","):
            ROWS[row](folder, asked.rounds, asked.seconds)


def row(measure: str, value: str, must: str, aim: str) -> None:
    print(f"| {measure} | {value} | {must} | {aim} |", flush=True)


def missing(measure: str, *tools: str | None) -> bool:
    """Say so when wrk, or one of the tools, is not there."""
    if load.wrk_binary() is None or None in tools:
        row(measure, "not measured: wrk or nginx is missing", "", "")
        return True
    return False


@contextmanager
def ours(knowledge: Path, **settings: object) -> Iterator[Server]:
    """Run our server, as ``make serve`` does, over a data folder."""
    port = free_port()
    store = knowledge / "r5.sqlite"
    linked = store.is_symlink()
    given = {f"FHIR_KB_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {"FHIR_KB_DATA": str(knowledge), **given}
    with running([*OURS, "--port", str(port)], port, "/healthz", environment=environment) as server:
        if linked and not store.is_symlink():
            raise RuntimeError("the server has built its knowledge anew: a file of it was changed")
        yield server


def shares(targets: Sequence[Target]) -> str:
    """Return CPU time and rate of each target."""
    return "; ".join(f"{one.name} {one.cpu:.1f} µs {one.rate / 1000:.1f} k/s" for one in targets)


def reads(folder: Path, rounds: int, seconds: float) -> None:
    """A read by id against a file of nginx, a bare application, and behind nginx's cache."""
    if missing("read by id, nginx serving a file", nginx.nginx_binary()):
        return
    files = folder / "files"
    files.mkdir(exist_ok=True)
    with ExitStack() as stack:
        server = stack.enter_context(ours(data.pages(folder)))
        head, _, body = answered(server.port, READ).partition(b"\r\n\r\n")
        (files / "read").write_bytes(body)
        names = [line for line in head.decode().splitlines()[1:] if not line.startswith("server")]
        kept = [line for line in names if not line.startswith(("date", "connection"))]
        (files / "read.headers").write_text("\n".join(kept))
        ports = [free_port() for _ in range(3)]
        bare = [sys.executable, "-m", "benchmarks.serving.bare", str(ports[1]), str(files / "read")]
        commands = (
            (nginx.serving_files(files, ports[0]), "/read"),
            (bare, "/"),
            (nginx.caching(folder / "cache", ports[2], server.port), "/healthz"),
        )
        others = [
            stack.enter_context(running(command, port, path))
            for (command, path), port in zip(commands, ports, strict=True)
        ]
        targets = [
            Target("nginx", others[0], ["/read"]),
            Target("fhir_kb", server, [READ]),
            Target("bare WSGI", others[1], ["/"]),
            Target("nginx's cache", others[2], [READ]),
            Target(
                "gzip", server, [READ], ("Accept: application/fhir+json", "Accept-Encoding: gzip")
            ),
        ]
        load.measure(targets, folder, rounds=rounds, seconds=seconds)
    file, fast, plain, cached, packed = (target.cpu for target in targets)
    row("read by id, against nginx", f"{file / fast:.2f}", "≥ 0.25", "≥ 0.30")
    row("the same behind nginx's cache", f"{file / cached:.2f}", "≥ 0.70", "≥ 0.77")
    row("fast layer, against a bare WSGI application", f"{fast / plain:.2f}", "≤ 1.15", "≤ 1.05")
    row("gzip read, against a plain one", f"{packed / fast:.2f}", "≤ 1.0", "≤ 0.8")
    print(shares(targets))


def random_reads(folder: Path, rounds: int, seconds: float) -> None:
    """Reads of random ids of a large store, against a file of nginx of the same size."""
    number = data.many_asked()
    name = f"read of {RANDOM_IDS:,} random ids of {number:,}, against nginx"
    if missing(name, nginx.nginx_binary()):
        return
    chance = random.Random(1)  # noqa: S311
    ids = [f"event-{chance.randrange(number):08}" for _ in range(RANDOM_IDS)]
    paths = [f"/fhir/r5/AdverseEvent/{id}" for id in ids]
    files = folder / "random-files"
    files.mkdir(exist_ok=True)
    with ExitStack() as stack:
        server = stack.enter_context(ours(data.many(folder, data.kept_folder(folder), number)))
        body = answered(server.port, paths[0]).partition(b"\r\n\r\n")[2]
        (files / "read").write_bytes(body)
        port = free_port()
        file = stack.enter_context(running(nginx.serving_files(files, port), port, "/read"))
        targets = [Target("nginx", file, ["/read"]), Target("fhir_kb", server, paths)]
        load.measure(targets, folder, rounds=rounds, seconds=seconds)
    row(name, f"{targets[0].cpu / targets[1].cpu:.2f}", "≥ 0.20", "≥ 0.26")
    print(f"{shares(targets)}; {len(body):,} bytes")


def against_peers(folder: Path, rounds: int, seconds: float) -> None:
    """Reads and searches of 20 matches, against fhirstarter and node-fhir-server-core."""
    if missing("against other FHIR servers"):
        return
    knowledge = data.pages(folder)
    bodies = folder / "pages.ndjson"
    bodies.write_bytes(b"\n".join(data.page_bodies()))
    home = data.kept_folder(folder)
    searches = [f"/fhir/r5/AdverseEvent?code=reaction-{n}" for n in range(data.CODES)]
    found = [
        ("fhirstarter", peers.fhirstarter(home, bodies, free_port())),
        ("node-fhir-server-core", peers.node_core(home, bodies, free_port())),
    ]
    with ExitStack() as stack:
        kept = stack.enter_context(ours(knowledge))
        fresh = stack.enter_context(ours(knowledge, answers_bytes_max=0))
        targets = [
            Target("read", kept, [READ]),
            Target("search", fresh, searches),
            Target("search, kept", kept, searches[:1]),
        ]
        others: dict[str, tuple[Target, Target]] = {}
        for name, peer in found:
            if peer is None:
                row(f"against {name}", "not measured: node or npm is missing", "", "")
                continue
            read, search = peer.read.format(id="event-00000003"), peer.search
            server = stack.enter_context(running(peer.command, peer.port, read))
            others[name] = (
                Target(f"{name}, read", server, [read]),
                Target(f"{name}, search", server, [search.format(code="reaction-7")]),
            )
        load.measure(
            [*targets, *(target for pair in others.values() for target in pair)],
            folder,
            rounds=rounds,
            seconds=seconds,
        )
    goals = {"fhirstarter": ("≥ 100", "≥ 175"), "node-fhir-server-core": ("≥ 50", "≥ 80")}
    for name, (reading, searching) in others.items():
        row(f"read, against {name}", f"{reading.cpu / targets[0].cpu:.0f} ×", *goals[name])
        must, aim = ("≥ 150", "≥ 400") if name == "fhirstarter" else ("", "")
        row(f"search of 20, against {name}", f"{searching.cpu / targets[1].cpu:.0f} ×", must, aim)
        row(f"the same, kept, against {name}", f"{searching.cpu / targets[2].cpu:.0f} ×", "", "")
    print(shares([*targets, *(target for pair in others.values() for target in pair)]))


def start(folder: Path, rounds: int, seconds: float) -> None:
    """Memory of a worker, time to the first answer, and the command's own time."""
    knowledge = data.curated(folder / "curated")
    # Installed packages have their bytecode; so do these, once they were loaded.
    environment = {"FHIR_KB_DATA": str(knowledge), "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    path = "/fhir/r5/MedicationKnowledge/thalidomide"
    with written_bytecode():
        port = free_port()
        command = [*OURS, "--port", str(port)]
        first_answer_seconds(command, port, path, environment)
        times = [first_answer_seconds(command, port, path, environment) for _ in range(rounds)]
        with running(command, port, path, environment=environment) as server:
            read_everything(server)
            memory = list(server.memory().values())
        bare = cpu_of_runs([sys.executable, "-c", "pass"], environment)
        version = cpu_of_runs(
            [str(Path(sys.executable).parent / "fhir-kb"), "--version"], environment
        )
    resident = memory[-1] / 1e6
    row("memory of one worker, every resource read", f"{resident:.0f} MB", "≤ 150", "≤ 100")
    row("start to first answer", f"{statistics.median(times):.2f} s", "≤ 1.5", "≤ 0.7")
    row("fhir-kb --version, against python -c pass", f"{version / bare:.2f} ×", "≤ 3", "≤ 2.3")
    print(f"the process that watches over workers {memory[0] / 1e6:.0f} MB; {version:.1f} ms")


def read_everything(server: Server) -> None:
    """Read every page of every type in every version, as JSON."""
    for mount in ("r4", "r4b", "r5"):
        listed = answered(server.port, f"/fhir/{mount}/metadata").decode()
        for type in set(listed.split('"type":"')[1:]):
            answered(server.port, f"/fhir/{mount}/{type.partition(chr(34))[0]}?_count=500")


@contextmanager
def written_bytecode() -> Iterator[None]:
    """Let Python write bytecode until the block ends."""
    before = os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    yield
    if before is not None:
        os.environ["PYTHONDONTWRITEBYTECODE"] = before


def cpu_of_runs(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Return the median CPU time of a command, in milliseconds."""
    spent = []
    for _ in range(VERSION_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent) * 1000


ROWS: dict[str, Callable[[Path, int, float], None]] = {
    "read": reads,
    "random": random_reads,
    "peers": against_peers,
    "start": start,
}

if __name__ == "__main__":
    main()
