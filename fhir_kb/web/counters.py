"""Counts of requests, of this worker and of all workers together.

https://prometheus.io/docs/concepts/metric_types/

Workers share their counts by files: each writes its own, whole, at most once a second, and reads
the others' when it is asked. The counts of a worker that has ended stay, so that no sum falls.
"""

import os
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fhir_kb.errors import MalformedContent
from fhir_kb.formats.json import read_json_value, write_json
from fhir_kb.web.places import Place

BOUNDS = (0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Upper ends of the histogram of durations, in seconds."""

SHARED_SECONDS = 1.0
_SUFFIX = ".counts.json"

Sums = Counter[tuple[str, ...]]
"""Counts by name and labels; durations are in microseconds."""


class Seen(NamedTuple):
    """One request that was answered; ``began`` is of ``time.perf_counter``.

    ``kept`` says that the answer was there already when it was asked for.
    """

    began: float
    seconds: float
    id: str
    method: str
    place: Place
    status: int
    bytes: int
    kept: bool


class Counters:
    """Adds up requests; ``folder`` is where the workers of one server share their counts."""

    def __init__(self) -> None:
        self._own: Sums = Counter()
        self._folder: Path | None = None
        self._shared_at = 0.0
        self._changed = False

    def share_in(self, folder: Path) -> None:
        """Share counts with all who use the same folder."""
        self._folder = folder

    def add(self, requests: Iterable[Seen]) -> None:
        """Count requests."""
        for seen in requests:
            place = seen.place
            own = self._own
            own["requests", place.route, place.version, str(seen.status)] += 1
            own["duration", place.route, str(bisect_left(BOUNDS, seen.seconds))] += 1
            own["microseconds", place.route] += round(seen.seconds * 1_000_000)
            own["bytes", place.route] += seen.bytes
            own["kept", "hit" if seen.kept else "miss"] += 1
            self._changed = True

    def share(self) -> None:
        """Write this worker's counts where the others find them, at most once a second."""
        now = time.monotonic()
        if self._folder is None or not self._changed or now - self._shared_at < SHARED_SECONDS:
            return
        self._shared_at, self._changed = now, False
        rows = [[*labels, str(count)] for labels, count in self._own.items()]
        waiting = self._folder / f"{os.getpid()}.new"
        try:
            waiting.write_bytes(write_json(rows))
            waiting.replace(self._folder / f"{os.getpid()}{_SUFFIX}")
        except OSError:
            self._changed = True

    def total(self) -> Sums:
        """Return the counts of all workers: this one's now, the others' of up to a second ago."""
        sums: Sums = Counter(self._own)
        if self._folder is not None:
            own = f"{os.getpid()}{_SUFFIX}"
            for file in self._folder.glob(f"*{_SUFFIX}"):
                if file.name != own:
                    sums.update(_read(file))
        return sums

    @property
    def shared(self) -> bool:
        """Whether the counts of other workers are in the total."""
        return self._folder is not None


def _read(file: Path) -> Sums:
    try:
        rows = read_json_value(file.read_bytes())
    except (OSError, MalformedContent):
        return Counter()
    return Counter({tuple(labels): int(count) for *labels, count in rows})
