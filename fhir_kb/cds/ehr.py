"""Reading what was not sent along from the client's own FHIR server, in bounded time.

https://cds-hooks.hl7.org/2.0/#fhir-resource-access

The server's address comes from the caller: it is asked only when an operator has allowed its
origin, and the token goes nowhere else, not even by a ``next`` link.
"""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urljoin

from fhir_kb.cds.newest_page import is_newest_first
from fhir_kb.chart import Failed
from fhir_kb.errors import MalformedContent, OutsideRefused, OutsideUnreachable
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.net import Fetched, Origin, Outside

Key = TypeVar("Key")
_ACCEPT = "application/fhir+json"
_PAGES_MAX = 5
_AT_ONCE = 8
_REFUSALS = {
    401: "the FHIR server refuses the token",
    403: "the FHIR server refuses access",
    404: "the FHIR server has no such record",
    410: "the FHIR server has no such record any more",
    429: "the FHIR server is asked too often",
}


@dataclass(frozen=True, slots=True)
class Ehr:
    """A client's FHIR server during one call; ``deadline`` is of the monotonic clock."""

    outside: Outside
    base: str
    token: str | None = field(repr=False)
    deadline: float

    def read(self, urls: Mapping[Key, str]) -> dict[Key, Any]:
        """Return what each relative URL answers: a resource with all its pages, or ``Failed``.

        All are asked at the same time; what is not there at the deadline is ``Failed``.
        """
        pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
        asked = {key: pool.submit(self._resource, url) for key, url in urls.items()}
        # Looking up a name cannot be interrupted: it is left behind, not waited for.
        wait(asked.values(), timeout=max(0.0, self.deadline - time.monotonic()) + 0.05)
        pool.shutdown(wait=False, cancel_futures=True)
        return {
            key: future.result() if future.done() and not future.cancelled() else _late()
            for key, future in asked.items()
        }

    def rest_of(self, bundle: Json) -> Json:
        """Return a Bundle with the entries of its further pages.

        Where a page cannot be had, or there are too many, the link to it stays: the Bundle is
        then known to be incomplete.
        """
        whole = bundle
        for _ in range(_PAGES_MAX):
            target = next_link(whole)
            page = self._page(urljoin(self.base, target)) if target else None
            if not isinstance(page, dict) or page.get("resourceType") != "Bundle":
                break
            entries = [*_list(whole.get("entry")), *_list(page.get("entry"))]
            whole = {**whole, "entry": entries, "link": _list(page.get("link"))}
        return whole

    def _resource(self, url: str) -> Any:
        found = self._page(urljoin(self.base, url))
        if isinstance(found, dict) and found.get("resourceType") == "Bundle":
            return found if is_newest_first(found) else self.rest_of(found)
        return found

    def _page(self, url: str) -> Json | Failed:
        left = self.deadline - time.monotonic()
        if left <= 0:
            return _late()
        try:
            fetched = replace(self.outside, seconds=left).get(url, accept=_ACCEPT, token=self.token)
        except OutsideRefused:
            return Failed("the FHIR server's answer is refused (other origin, redirect or size)")
        except OutsideUnreachable:
            return _late()
        return _read(fetched, self.outside.bytes_max)


def ehr_at(url: str, token: str | None, outside: Outside, seconds: float) -> Ehr | Failed:
    """Return the FHIR server of a call, or why it may not be asked."""
    try:
        origin = Origin.of(url)
    except OutsideRefused:
        return Failed("fhirServer is not an http or https URL")
    if origin not in outside.origins:
        return Failed("fhirServer is not among the servers that may be asked")
    only = replace(outside, origins=frozenset({origin}))
    return Ehr(only, f"{url.rstrip('/')}/", token, time.monotonic() + seconds)


def next_link(bundle: Json) -> str | None:
    """Return where the next page of a Bundle is, if there is one."""
    links = (link for link in _list(bundle.get("link")) if isinstance(link, dict))
    target = next((link.get("url") for link in links if link.get("relation") == "next"), None)
    return target if isinstance(target, str) else None


def _read(fetched: Fetched, bytes_max: int) -> Json | Failed:
    if fetched.status in _REFUSALS:
        return Failed(_REFUSALS[fetched.status])
    if fetched.status != 200:
        return Failed(f"the FHIR server answers {fetched.status}")
    try:
        content = read_json(fetched.body, max_bytes=bytes_max)
    except MalformedContent:
        return Failed("the FHIR server's answer is not FHIR JSON")
    if not isinstance(content.get("resourceType"), str):
        return Failed("the FHIR server's answer is not FHIR JSON")
    return content


def _late() -> Failed:
    return Failed("the FHIR server did not answer in time")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
