"""How many calls a client may make: a bucket that fills evenly and that each call empties a bit.

https://www.rfc-editor.org/rfc/rfc6585#section-4

One client that repeats itself must not keep the others waiting.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from fhir_kb.errors import TooManyCalls


@dataclass(frozen=True)
class Pace:
    """``per_minute`` calls of each client, in a burst or spread out; 0 sets no bound.

    ``clock`` is monotonic, in seconds. Clients are trusted issuers, and one for all that need no
    token, so that there are few of them. Each process counts for itself.
    """

    per_minute: int
    clock: Callable[[], float]
    _spent: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def check(self, client: str) -> None:
        """Count a call; refuse (TooManyCalls) one too many, with the seconds to wait."""
        if not self.per_minute:
            return
        with self._lock:
            now = self.clock()
            spent, counted = self._spent.get(client, (0.0, now))
            left = max(0.0, spent - (now - counted) * self.per_minute / 60)
            excess = left + 1 - self.per_minute
            if excess > 0:
                raise TooManyCalls(
                    f"More than {self.per_minute} calls a minute are not answered",
                    seconds=math.ceil(excess * 60 / self.per_minute),
                )
            self._spent[client] = left + 1, now
