"""A progress bar on one line of the terminal, for who waits; elsewhere nothing is written."""

import time
from typing import TextIO

_PATIENCE = 1.0
"""Seconds before the bar is shown: a short run stays silent."""
_PAUSE = 0.1
_WIDTH = 24


class Progress:
    """Shows how much of ``total`` is done; to be cleared before anything else is written."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = max(total, 1)
        self._is_watched = stream.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._shown = 0

    def show(self, done: int, words: str) -> None:
        """Draw the bar, unless nobody watches or it was drawn a moment ago."""
        now = time.monotonic()
        if not self._is_watched or now < self._next:
            return
        self._next = now + _PAUSE
        share = min(done / self._total, 1.0)
        filled = round(share * _WIDTH)
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%} {words}"[:79]
        self._stream.write("\r" + line.ljust(self._shown))
        self._stream.flush()
        self._shown = len(line)

    def clear(self) -> None:
        """Take the bar off the terminal."""
        if self._shown:
            self._stream.write("\r" + " " * self._shown + "\r")
            self._stream.flush()
            self._shown = 0
