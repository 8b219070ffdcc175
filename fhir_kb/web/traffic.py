"""What every request leaves behind: one line of JSON, and counts.

https://datatracker.ietf.org/doc/html/rfc8259

A line holds no path, no query and no body: the place of a request names its route, so that no id
and no search value is ever written. Handing a request over costs its thread next to nothing; a
thread of its own counts and writes, a quarter of a second later at the latest.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import BinaryIO

from fhir_kb.web.counters import Counters, Seen

SECONDS = 0.25
WAITING_MAX = 100_000
"""Requests that may wait for their line; when the log takes no more, the oldest are dropped."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LINE = (
    '{"time":"%s%03dZ","level":"info","event":"request","id":"%s","method":"%s","route":"%s",'
    '"path":"%s","version":"%s","status":%d,"bytes":%d,"milliseconds":%.3f,"kept":%s}\n'
)


class Traffic:
    """Counts requests, and writes their lines to ``log`` if there is one."""

    def __init__(self, log: BinaryIO | None = None) -> None:
        self.counters = Counters()
        self._log = log
        self._waiting: deque[Seen] = deque(maxlen=WAITING_MAX)
        self.note: Callable[[Seen], None] = self._first if log else self._counted
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._second = (-1, "")

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
            seen = [self._waiting.popleft() for _ in range(len(self._waiting))]
            self.counters.add(seen)
            if self._log is not None and seen:
                behind = time.time() - time.perf_counter()
                try:
                    self._log.write("".join([self._line(one, behind) for one in seen]).encode())
                    self._log.flush()
                except (OSError, ValueError):
                    # Nobody reads the log any more; that is no reason to stop answering.
                    self._log = None
            self.counters.share()

    def _line(self, seen: Seen, behind: float) -> str:
        moment = seen.began + behind
        whole = int(moment)
        if whole != self._second[0]:
            shown = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
            self._second = (whole, shown)
        method = seen.method if seen.method in _METHODS else "OTHER"
        return _LINE % (
            self._second[1],
            int((moment - whole) * 1000),
            seen.id,
            method,
            seen.place.route,
            seen.place.template,
            seen.place.version,
            seen.status,
            seen.bytes,
            seen.seconds * 1000,
            "true" if seen.kept else "false",
        )
