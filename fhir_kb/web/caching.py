"""What caches on the way may do with an answer.

https://www.rfc-editor.org/rfc/rfc9111#name-cache-control

Where clients cannot write, what is read changes only with a release: every cache may keep it for
a while. Where they can, a cache must ask each time; the answer to that is a 304 and costs little.
A named version is kept in both cases, and not asked for again meanwhile; no longer than the rest,
since knowledge may be built anew under the name of its release.
Bundles name the server's address: shared caches keep them only when that is a setting, not what
one caller wrote into Host.
"""

from collections.abc import Mapping
from http import HTTPStatus

from fhir_kb.settings import Settings

SAME_FOR_ALL = frozenset({"read", "vread"})
"""Routes whose answers do not depend on the address that the caller used."""

FIXED = "vread"
"""The route whose answers no client can change: a version stays as it was written."""

KEPT = SAME_FOR_ALL | {"search_type", "search_system", "capabilities"}
"""Routes whose answers hold until something is written or released."""

_GOOD = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)


def cache_headers(
    settings: Settings, route: str, method: str, status: int, *, writable: bool
) -> Mapping[str, str]:
    """Return Cache-Control for an answer of this route."""
    if method not in ("GET", "HEAD") or status not in _GOOD or route not in KEPT:
        return {"Cache-Control": "no-store"}
    if route == FIXED and settings.cache_seconds:
        return {"Cache-Control": f"public, max-age={settings.cache_seconds}, immutable"}
    fixed = route in SAME_FOR_ALL or bool(settings.base_url)
    return until_changed(settings, writable=writable or not fixed)


def until_changed(settings: Settings, *, writable: bool) -> Mapping[str, str]:
    """Return Cache-Control for what a release changes, and a client where it is ``writable``."""
    if writable or not settings.cache_seconds:
        return {"Cache-Control": "no-cache"}
    return {"Cache-Control": f"public, max-age={settings.cache_seconds}"}
