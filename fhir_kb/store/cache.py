"""A cache bounded by bytes: the oldest entries go first.

https://docs.python.org/3/glossary.html#term-global-interpreter-lock

A hit changes nothing, so that readers in many threads take no lock.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteBoundedCache(Generic[K, V]):
    """Values by key, with the sum of their sizes at or below ``capacity``."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._values: dict[K, V] = {}
        # Of a plain dict the first key is found slowly once many were taken from its front.
        self._sizes: OrderedDict[K, int] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """The sum of the sizes of what is kept."""
        return self._size

    def get(self, key: K) -> V | None:
        """Return the value kept under ``key``, or None."""
        return self._values.get(key)

    def put(self, key: K, value: V, size: int) -> None:
        """Keep ``value``; one larger than the capacity is not kept."""
        if size > self._capacity:
            return
        with self._lock:
            self._size += size - self._sizes.pop(key, 0)
            self._values.pop(key, None)
            self._values[key] = value
            self._sizes[key] = size
            while self._size > self._capacity:
                oldest, size = self._sizes.popitem(last=False)
                self._size -= size
                del self._values[oldest]
