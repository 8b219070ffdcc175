"""What every request leaves behind: one line of JSON, and counts.

https://datatracker.ietf.org/doc/html/rfc8259

A line holds no path, no query and no body: the place of a request names its route, so that no id
and no search value is ever written. Handing a request over costs its thread next to nothing; a
thread of its own counts and writes, a quarter of a second later at the latest.
"""

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import BinaryIO

from fhir_kb.formats.json import write_json
from fhir_kb.web.counters import BOUNDS, Alike, Counters, Kind
from fhir_kb.web.places import Place

SECONDS = 0.25
WAITING_MAX = 100_000
"""Requests that may wait for their line; when the log takes no more, the oldest are dropped."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Seen = tuple[float, float, str, tuple[str, Place, int, int, bool]]
"""When a request began (``time.perf_counter``), the seconds it took, its id, and its ``Kind``.

Plain tuples: one is made for every request.
"""


class Traffic:
    """Counts requests, and writes their lines to ``log`` if there is one."""

    def __init__(self, log: BinaryIO | None = None) -> None:
        self.counters = Counters()
        self.note: Callable[[Seen], None] = self._first if log else self._counted
        self._log = log
        self._waiting: deque[Seen] = deque(maxlen=WAITING_MAX)
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None

    def counted(self) -> Counters:
        """Return the counts with every request noted so far in them."""
        self._drain()
        return self.counters

    def close(self) -> None:
        """Write what waits, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._drain()

    def _counted(self, seen: Seen) -> None:
        self._waiting.append(seen)
        if len(self._waiting) >= WAITING_MAX // 10:
            self._drain()

    def _first(self, seen: Seen) -> None:
        """Note the first request of this process, which starts the thread."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="request-log", daemon=True)
                self._thread.start()
        self.note = self._waiting.append
        self.note(seen)

    def _work(self) -> None:
        while not self._stop.wait(SECONDS):
            self._drain()

    def _drain(self) -> None:
        with self._lock:
            if self._waiting:
                text = "".join(
                    self._lines([self._waiting.popleft() for _ in range(len(self._waiting))])
                )
                self._write(text)
            self.counters.share()

    def _write(self, text: str) -> None:
        if self._log is None:
            return
        try:
            self._log.write(text.encode())
            self._log.flush()
        except (OSError, ValueError):
            # Nobody reads the log any more; that is no reason to stop answering.
            self._log = None

    def _lines(self, requests: list[Seen]) -> list[str]:
        """Count the requests and return their lines."""
        behind = time.time() - time.perf_counter()
        kinds, alike_of = self.counters.kinds, self._alike
        second, shown = -1, ""
        lines = []
        for began, seconds, id, kind in requests:
            alike = kinds.get(kind) or alike_of(Kind(*kind))
            alike.by_duration[bisect_left(BOUNDS, seconds)] += 1
            alike.seconds += seconds
            moment = began + behind
            whole = int(moment)
            if whole != second:
                second = whole
                shown = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            lines.append(
                f'{{"time":"{shown}.{int((moment - whole) * 1000):03}Z","id":"{id}",'
                f'"microseconds":{int(seconds * 1_000_000)},{alike.text}\n'
            )
        return lines

    def _alike(self, kind: Kind) -> Alike:
        values = {
            "level": "info",
            "event": "request",
            "method": kind.method if kind.method in _METHODS else "OTHER",
            "route": kind.place.route,
            "path": kind.place.template,
            "version": kind.place.version,
            "status": kind.status,
            "bytes": kind.bytes,
            "kept": kind.kept,
        }
        return self.counters.alike(kind, write_json(values).decode()[1:])
