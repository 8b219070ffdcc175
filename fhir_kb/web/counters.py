"""Counts of requests, of this worker and of all workers together.

https://prometheus.io/docs/concepts/metric_types/

Workers share their counts by files: each writes its own, whole, at most once a second, and reads
the others' when it is asked. The counts of a worker that has ended stay, so that no sum falls.
"""

import os
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from fhir_kb.errors import MalformedContent
from fhir_kb.formats.json import read_json_value, write_json
from fhir_kb.web.places import Place

BOUNDS = (0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Upper ends of the histogram of durations, in seconds."""

SHARED_SECONDS = 1.0
KINDS_MAX = 10_000
_SUFFIX = ".counts.json"

Sums = Counter[tuple[str, ...]]
"""Counts by name and labels; durations are in microseconds."""


class Kind(NamedTuple):
    """What requests have in common that are counted together.

    ``kept`` says that the answer was there already when it was asked for.
    """

    method: str
    place: Place
    status: int
    bytes: int
    kept: bool


class Alike:
    """Requests of one kind: how many, by duration, and ``text`` for the lines of all of them."""

    __slots__ = ("by_duration", "seconds", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.by_duration = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class Counters:
    """Adds up requests; ``folder`` is where the workers of one server share their counts."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[object, ...], Alike] = {}
        self._folded: Sums = Counter()
        self._folder: Path | None = None
        self._shared_at = 0.0

    def share_in(self, folder: Path) -> None:
        """Share counts with all who use the same folder."""
        self._folder = folder

    def alike(self, kind: Kind, text: str) -> Alike:
        """Return the new count of a kind; few kinds are many requests, so that few are held."""
        if len(self.kinds) >= KINDS_MAX:
            self._folded = self._own()
            self.kinds.clear()
        alike = self.kinds[kind] = Alike(text)
        return alike

    def share(self) -> None:
        """Write this worker's counts where the others find them, at most once a second."""
        now = time.monotonic()
        if self._folder is None or now - self._shared_at < SHARED_SECONDS:
            return
        self._shared_at = now
        rows = [[*labels, str(count)] for labels, count in self._own().items()]
        waiting = self._folder / f"{os.getpid()}.new"
        try:
            waiting.write_bytes(write_json(rows))
            waiting.replace(self._folder / f"{os.getpid()}{_SUFFIX}")
        except OSError:
            # The folder is gone when the server ends; there is nobody to share with.
            self._folder = None

    def total(self) -> Sums:
        """Return the counts of all workers: this one's now, the others' of up to a second ago."""
        sums = self._own()
        if self._folder is not None:
            own = f"{os.getpid()}{_SUFFIX}"
            for file in self._folder.glob(f"*{_SUFFIX}"):
                if file.name != own:
                    sums.update(_read(file))
        return sums

    def _own(self) -> Sums:
        sums = Counter(self._folded)
        for key, alike in self.kinds.items():
            kind = Kind(*key)  # type: ignore[arg-type]  # plain tuples are quicker to look up by
            route, version, _ = kind.place
            requests = sum(alike.by_duration)
            sums["requests", route, version, str(kind.status)] += requests
            sums["microseconds", route] += round(alike.seconds * 1_000_000)
            sums["bytes", route] += kind.bytes * requests
            sums["kept", "hit" if kind.kept else "miss"] += requests
            for place, count in enumerate(alike.by_duration):
                sums["duration", route, str(place)] += count
        return sums


def _read(file: Path) -> Sums:
    try:
        rows = read_json_value(file.read_bytes())
    except (OSError, MalformedContent):
        return Counter()
    return Counter({tuple(labels): int(count) for *labels, count in rows})
