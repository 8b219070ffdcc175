"""The history of knowledge where nothing is written: each resource in its one version.

https://hl7.org/fhir/R4/http.html#history
"""

import re
from collections.abc import Iterable
from math import inf

from pyroaring import BitMap, FrozenBitMap

from fhir_kb.errors import ExpiredPage
from fhir_kb.store.interface import Field, Rows, Store
from fhir_kb.store.journal.interface import HistoryPage, Version
from fhir_kb.store.pages import PAGE_BYTES, cut_page
from fhir_kb.store.resource import StoredResource

_ROW_MAX = 2**32 - 1
_ROW = re.compile(r"[0-9]{1,10}", re.ASCII)


class CuratedVersions:
    """The versions of a store that never changes; ``types`` are those that are served.

    A page ends early where the texts on it would be more than ``bytes_most``.
    """

    def __init__(self, store: Store, types: Iterable[str], bytes_most: int = PAGE_BYTES) -> None:
        self._store = store
        self._types = tuple(types)
        self._bytes_most = bytes_most

    def version(self, type: str, id: str, version_id: str) -> StoredResource | None:
        """Return the resource when this is its version."""
        resource = self._store.read(type, id)
        return resource if resource and resource.version_id == version_id else None

    def history(
        self,
        type: str | None = None,
        id: str | None = None,
        *,
        since: int | None = None,
        at: tuple[int, int] | None = None,
        page: str | None = None,
        limit: int = 50,
    ) -> HistoryPage:
        """Return a page of resources, newest first; refuse a page of another release."""
        rows = BitMap()
        for served in self._types if type is None else (type,):
            rows |= self._made(served, id, since, at)
        end = len(rows) if page is None else rows.rank(self._row(page) - 1)
        ahead = [rows[place] for place in range(end - 1, max(end - limit - 1, 0) - 1, -1)]
        resources = (self._store.resources([row])[0] for row in ahead)
        shown, more = cut_page(resources, limit, self._bytes_most, lambda each: len(each.body))
        last = ahead[len(shown) - 1] if more else 0
        following = f"{self._store.fingerprint[:16]}-{last}" if more else None
        versions = [Version(0, "PUT", resource) for resource in shown]
        return HistoryPage(versions, len(rows), following)

    def _made(
        self, type: str, id: str | None, since: int | None, at: tuple[int, int] | None
    ) -> Rows:
        """Return the rows of a type's resources made since an instant, or there at a time."""
        rows = self._store.rows_of_type(type)
        if id is not None:
            row = self._store.row(type, id)
            rows = FrozenBitMap() if row is None else FrozenBitMap([row])
        if since is None and at is None:
            return rows
        made = self._store.intervals(Field(type, "_lastUpdated", "date"))[""]
        if since is not None:
            rows = rows & made.starting(since, inf)
        return rows if at is None else rows & made.starting(-inf, at[1])

    def _row(self, page: str) -> int:
        """Return the row that paging came to."""
        fingerprint, _, row = page.partition("-")
        if fingerprint != self._store.fingerprint[:16] or not _ROW.fullmatch(row):
            raise ExpiredPage(
                "This page is of a history that was begun in another release of the knowledge; "
                "begin it again without _cursor"
            )
        return max(1, min(int(row), _ROW_MAX))
