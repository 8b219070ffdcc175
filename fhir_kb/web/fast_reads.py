"""Answers reads from bytes that are ready, as Flask would answer them.

https://hl7.org/fhir/R4/http.html#read

An answer is kept under everything it depends on, and dropped with the state of the stores it was
made from. What is not kept is read by id and put together from the same parts that the slow way
uses; whatever is not plainly a read is left to the slow way, and its answer kept when its route
allows it. Nothing here decides how something is answered: a test asks both ways and compares.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from time import monotonic
from typing import NamedTuple

from fhir_kb.errors import FhirKbError, NotAcceptable
from fhir_kb.rest.conditional import version_headers
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Response
from fhir_kb.rest.negotiation import negotiate
from fhir_kb.settings import Settings
from fhir_kb.store.cache import ByteBoundedCache
from fhir_kb.store.snapshot.reader import Snapshot
from fhir_kb.versions import VERSIONS, by_fhir_version
from fhir_kb.web.caching import KEPT, cache_headers
from fhir_kb.web.content_coding import accepts_gzip, coded, level_of
from fhir_kb.web.message import Header, Headers, Reply
from fhir_kb.web.places import Place, fhir_place
from fhir_kb.web.replies import ANY_ORIGIN, reply_of

SEEN_SECONDS = 0.05
"""How long after a release was swapped an answer of the old one may still be given."""

_KEY_MAX = 2000
_ASKED_MAX = 20_000
_ENTRY_BYTES = 2000
_NOT_UNCHANGED = frozenset(
    {"content-type", "content-length", "content-encoding", "last-modified", "etag"}
)
"""What a 304 leaves out, since it tells of a body that is not sent; its ETag is put at the end."""

_BASE = ["", "fhir"]
_READ_STEPS = 5
_VERSION_STEPS = 7
"""What the path of a read, or of a read of a version, has between the slashes."""

Key = tuple[str, str, str | None, bool]
Address = tuple[str | None, str | None]
"""Host and Prefer as the caller sent them."""


class Kept(NamedTuple):
    """An answer that is ready; ``address`` is what the caller must have sent, None for anything.

    ``unchanged`` are the headers of a 304 beside its ETag; None where there is no ETag.
    """

    reply: Reply
    unchanged: Headers | None
    place: Place
    etag: str | None
    modified: str | None
    address: Address | None


class _Parts(NamedTuple):
    """What all reads of a type have in common: place, headers, and those of a 304."""

    place: Place
    headers: Headers
    unchanged: Headers


class FastReads:
    """The answers of all endpoints; may be asked from any thread."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        knowledge: Mapping[str, Callable[[], Snapshot]],
        settings: Settings,
    ) -> None:
        self._endpoints = endpoints
        self._mounts = [[mount] for mount in endpoints]
        self._knowledge = knowledge
        self._settings = settings
        self._writable = any(endpoint.written for endpoint in endpoints.values())
        self._asked: set[int] = set()
        self._known_parts: dict[tuple[str, str, bool], _Parts] = {}
        self._look_again = 0.0
        self._stores: dict[str, Snapshot] = {}
        self._kept: ByteBoundedCache[Key, Kept] = ByteBoundedCache(0)

    def answer(self, path: str, query: str, header: Header) -> tuple[Reply, Place, bool] | None:
        """Return the reply to a GET, its place, and whether it was kept; None: ask the slow way."""
        # These two headers may change an answer in ways that are not looked into here.
        if header("authorization") or header("accept-charset"):
            return None
        if monotonic() > self._look_again:
            self._look()
        key = (path, query, header("accept"), accepts_gzip(header("accept-encoding")))
        kept = self._kept.get(key)
        was_kept = kept is not None
        if kept is None:
            kept = self._read(key)
            if kept is None:
                return None
        elif kept.address is not None and kept.address != (header("host"), header("prefer")):
            return None
        known, held = header("if-none-match"), kept.etag
        if known is None:
            known, held = header("if-modified-since"), kept.modified
        if known is not None:
            if known != held or kept.unchanged is None:
                return None
            unchanged = [*kept.unchanged, ("ETag", kept.etag or "")]
            return Reply(304, unchanged), kept.place, was_kept
        return kept.reply, kept.place, was_kept

    def keep(self, path: str, query: str, header: Header, place: Place, reply: Reply) -> None:
        """Keep what the slow way answered to a GET, if its route allows it."""
        if (
            self._writable
            # Without a mount the version may hang on headers that are not looked into here.
            or path[1:].split("/", 2)[1:2] not in self._mounts
            or reply.status != 200
            or reply.file is not None
            or place.route not in KEPT
            or header("authorization")
            or header("accept-charset")
        ):
            return
        named = {name.lower(): value for name, value in reply.headers}
        key = (path, query, header("accept"), accepts_gzip(header("accept-encoding")))
        address = (header("host"), header("prefer"))
        etag, modified = named.get("etag"), named.get("last-modified")
        headers = [pair for pair in reply.headers if pair[0].lower() not in _NOT_UNCHANGED]
        unchanged = None if etag is None else headers
        self._put(key, Kept(reply, unchanged, place, etag, modified, address))

    @property
    def size(self) -> int:
        """The bytes that the kept answers take."""
        return self._kept.size

    def _look(self) -> None:
        """Drop everything when a store is not the one that it was made from."""
        stores = {mount: current() for mount, current in self._knowledge.items()}
        if any(stores[mount] is not self._stores.get(mount) for mount in stores):
            self._kept = ByteBoundedCache(self._settings.answers_bytes_max)
            self._stores = stores
        self._look_again = monotonic() + SEEN_SECONDS

    def _read(self, key: Key) -> Kept | None:
        path, query, accept, gzip = key
        # As in "/fhir/r5/Group/x" or "/fhir/r5/Group/x/_history/1".
        steps = path.split("/")
        versioned = len(steps) == _VERSION_STEPS and steps[5] == "_history"
        if query or not (versioned or len(steps) == _READ_STEPS) or steps[:2] != _BASE:
            return None
        mount, type, id = steps[2:5]
        parts = self._parts(mount, type, versioned=versioned)
        if parts is None or not _plain(accept, mount):
            return None
        try:
            knowledge = self._stores[mount]
            # Where clients write, only what they cannot change is answered here.
            of = knowledge.curated if self._writable else knowledge.read
            resource = of(type, id)
        except FhirKbError:
            return None
        if resource is None or (versioned and steps[6] != resource.version_id):
            return None
        own = version_headers(resource)
        body = resource.body
        headers = [*parts.headers, *own.items(), ("Content-Length", str(len(body)))]
        reply = Reply(200, headers, body)
        if gzip:
            reply = coded(reply, level_of(parts.place.route))
        etag, modified = own["ETag"], own["Last-Modified"]
        kept = Kept(reply, parts.unchanged, parts.place, etag, modified, None)
        self._put(key, kept)
        return kept

    def _parts(self, mount: str, type: str, *, versioned: bool) -> _Parts | None:
        """Return what all reads of a type have in common; None where no such type is served."""
        parts = self._known_parts.get((mount, type, versioned))
        if parts is None:
            endpoint = self._endpoints.get(mount)
            if endpoint is None or type not in endpoint.table.parameters:
                return None
            path = (type, "", "_history", "") if versioned else (type, "")
            place = fhir_place(endpoint, mount, "GET", path)
            also = cache_headers(self._settings, place.route, "GET", 200, writable=self._writable)
            headers = reply_of(
                Response(200, b"{}", {**also, **ANY_ORIGIN}), endpoint.version
            ).headers
            parts = self._known_parts[mount, type, versioned] = _Parts(
                place, headers, [pair for pair in headers if pair[0] != "Content-Type"]
            )
        return parts

    def _put(self, key: Key, kept: Kept) -> None:
        """Keep an answer that was asked for before: to read everything once pushes nothing out."""
        asked = hash(key)
        if asked not in self._asked:
            if len(self._asked) >= _ASKED_MAX:
                self._asked.clear()
            self._asked.add(asked)
            return
        path, query, accept, _ = key
        if len(path) + len(query) + len(accept or "") <= _KEY_MAX:
            self._kept.put(key, kept, _ENTRY_BYTES + len(kept.reply.body))


def _plain(accept: str | None, mount: str) -> bool:
    return not accept or (len(accept) <= _KEY_MAX and _asks_for_json(accept, mount))


@lru_cache(maxsize=256)
def _asks_for_json(accept: str, mount: str) -> bool:
    """Return whether JSON of this mount's version is what the header asks for."""
    try:
        asked = negotiate(accept, None)
        named = by_fhir_version(asked.fhir_version) if asked.fhir_version else VERSIONS[mount]
    except NotAcceptable:
        return False
    return asked.format == "json" and named is VERSIONS[mount]
