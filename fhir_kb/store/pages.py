"""A page of resources or versions: as many as were asked for, unless they are too large together.

https://hl7.org/fhir/R4/http.html#paging
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

PAGE_BYTES = 16_000_000
"""The texts of a page are together at most so large; a single one may be larger."""


def cut_page(
    shown: Iterable[T], limit: int, bytes_most: int, size: Callable[[T], int]
) -> tuple[list[T], bool]:
    """Return what stands on a page, at least one if there is any, and whether more follows.

    No more of ``shown`` is read than it takes to say so.
    """
    page: list[T] = []
    total = 0
    for each in shown:
        total += size(each)
        if len(page) == limit or (page and total > bytes_most):
            return page, True
        page.append(each)
    return page, False
