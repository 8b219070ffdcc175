"""wrk against servers in turn: each round asks every one of them once, so that all share the noise.

https://github.com/wg/wrk
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.serving.processes import Server

CONNECTIONS = 16
_PATHS = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


@dataclass
class Target:
    """What is asked of a server; of several paths each in turn."""

    name: str
    server: Server
    paths: Sequence[str]
    headers: Sequence[str] = ("Accept: application/fhir+json",)
    microseconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """The median CPU time of a request, in microseconds."""
        return median(self.microseconds)

    @property
    def rate(self) -> float:
        """The median of requests per second."""
        return median(self.rates)


def wrk_binary() -> str | None:
    """Return where wrk is, by the variable FHIR_KB_WRK or the path."""
    return os.environ.get("FHIR_KB_WRK") or shutil.which("wrk")


def measure(targets: Sequence[Target], folder: Path, *, rounds: int, seconds: float) -> None:
    """Ask every target in every round; what comes out is added to the targets."""
    for round in range(-1, rounds):
        for number, target in enumerate(targets):
            cpu, rate = _asked(target, folder / f"paths-{number}", seconds if round >= 0 else 0.5)
            if round >= 0:
                target.microseconds.append(cpu)
                target.rates.append(rate)


def _asked(target: Target, paths: Path, seconds: float) -> tuple[float, float]:
    paths.write_text("\n".join(target.paths))
    script = paths.with_suffix(".lua")
    script.write_text(_PATHS % paths)
    command = [wrk_binary() or "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s"]
    for header in target.headers:
        command += ["-H", header]
    if len(target.paths) > 1:
        command += ["-s", str(script)]
    port = target.server.port
    before = target.server.cpu_seconds
    core = {(os.cpu_count() or 1) - 1}
    output = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{target.paths[0]}"],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, core),  # noqa: PLW1509
    ).stdout
    spent = target.server.cpu_seconds - before
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"{target.name} failed: {output}")
    requests = int(re.search(r"(\d+) requests in", output)[1])  # type: ignore[index]
    if not requests:
        return _asked(target, paths, seconds * 4)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])  # type: ignore[index]
    return spent / requests * 1e6, rate
