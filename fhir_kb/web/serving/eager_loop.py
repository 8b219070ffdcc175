"""An event loop that begins a request where it arrives, not on its next turn.

https://docs.python.org/3/library/asyncio-eventloop.html

granian hands each request over from a thread of its own, as a coroutine for the loop. Waking the
loop costs more than answering a read that is ready. So the first step of the coroutine is done in
that thread: an answer that is ready has then been given, and the loop never hears of it. What is
not ready stops at ``TurnOfTheLoop`` and goes on in the loop.
"""

import asyncio
from asyncio import AbstractEventLoop, Handle
from collections.abc import Callable, Generator
from contextvars import Context
from types import CoroutineType
from typing import TypeVarTuple

_Arguments = TypeVarTuple("_Arguments")


class TurnOfTheLoop:
    """Await it before anything that needs the loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class EagerLoop(asyncio.SelectorEventLoop):
    """Does the first step of a coroutine that another thread brings, in that thread."""

    def call_soon_threadsafe(
        self,
        callback: Callable[[*_Arguments], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> Handle:
        """Schedule a callback, unless its coroutine came to its end at its first step."""
        first: object = args[0] if args else None
        if isinstance(first, CoroutineType):
            try:
                first.send(None)
            except StopIteration:
                return Handle(callback, args, self, context)
        return super().call_soon_threadsafe(callback, *args, context=context)


def eager_loop() -> AbstractEventLoop:
    """Return the loop, set as the loop of this thread."""
    loop = EagerLoop()
    asyncio.set_event_loop(loop)
    return loop
