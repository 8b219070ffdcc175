"""Which resource each entry of a transaction writes, before any is written.

https://hl7.org/fhir/R4/http.html#trules
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fhir_kb.errors import MethodNotAllowed, RequestError, TooLarge, UnknownResource
from fhir_kb.rest.bundles.entry import Entry, named
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.read import check_type
from fhir_kb.rest.writes.create import check_type_of
from fhir_kb.rest.writes.criteria import every_match, match, read_condition
from fhir_kb.rest.writes.update import check_id, check_identity, target_of
from fhir_kb.store.interface import Store
from fhir_kb.store.resource import StoredResource

_RESTFUL = re.compile(r"(?P<base>https?://.+)/[A-Za-z]+/[A-Za-z0-9.-]{1,64}", re.ASCII)


class Identity(NamedTuple):
    """Type and id of a resource."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class Target:
    """What an entry writes; ``there`` is what a conditional create found, and leaves as it is.

    ``identity`` is None for a conditional delete that finds nothing; ``also`` are the others that
    it finds.
    """

    entry: Entry
    identity: Identity | None
    there: StoredResource | None = None
    also: tuple[Identity, ...] = ()

    @property
    def identities(self) -> tuple[Identity, ...]:
        """All resources that the entry writes."""
        return () if self.identity is None else (self.identity, *self.also)


@dataclass(frozen=True, slots=True)
class Planner:
    """Finds the targets of entries; ``new_ids`` are those for resources that the server names.

    ``base`` is the endpoint's own URL.
    """

    endpoint: Endpoint
    base: str
    new_ids: Mapping[int, str]

    def target(self, entry: Entry, store: Store) -> Target:
        """Return what an entry writes in this state of the store.

        Refuses what the interaction alone would refuse before it writes.
        """
        with named(entry.index, f"{entry.method} {entry.url[:80]}"):
            if len(entry.path) not in _STEPS[entry.method]:
                raise MethodNotAllowed(f"{entry.method} does not apply to /{'/'.join(entry.path)}")
            check_type(self.endpoint, entry.path[0])
            return _TARGETS[entry.method](self, entry, store)

    def found(self, entry: Entry, store: Store) -> StoredResource | None:
        """Return what the condition in an entry's URL finds."""
        return match(self.endpoint, store, entry.path[0], entry.pairs, self.base)


def _deleted(planner: Planner, entry: Entry, store: Store) -> Target:
    if len(entry.path) == 2:
        return Target(entry, Identity(entry.path[0], check_id(entry.path[1])))
    type = entry.path[0]
    ids = every_match(planner.endpoint, store, type, entry.pairs, planner.base)
    found = [Identity(type, id) for id in ids]
    return Target(entry, found[0] if found else None, also=tuple(found[1:]))


def _created(planner: Planner, entry: Entry, store: Store) -> Target:
    type = entry.path[0]
    check_type_of(entry.resource or {}, type)
    condition = entry.headers.get("if-none-exist", "")
    there = None
    if condition.strip():
        pairs = read_condition(condition, type, planner.base)
        there = match(planner.endpoint, store, type, pairs, planner.base)
    id = there.id if there else planner.new_ids[entry.index]
    return Target(entry, Identity(type, id), there)


def _updated(planner: Planner, entry: Entry, store: Store) -> Target:
    type, resource = entry.path[0], entry.resource or {}
    if len(entry.path) == 2:
        check_identity(resource, type, check_id(entry.path[1]))
        return Target(entry, Identity(type, entry.path[1]))
    check_type_of(resource, type)
    id = target_of(store, type, resource.get("id"), planner.found(entry, store))
    return Target(entry, Identity(type, id or planner.new_ids[entry.index]))


def _patched(planner: Planner, entry: Entry, store: Store) -> Target:
    if len(entry.path) == 2:
        return Target(entry, Identity(entry.path[0], check_id(entry.path[1])))
    found = planner.found(entry, store)
    if found is None:
        raise UnknownResource(f"No {entry.path[0]} meets the condition")
    return Target(entry, Identity(found.type, found.id))


_STEPS = {"DELETE": (1, 2), "POST": (1,), "PUT": (1, 2), "PATCH": (1, 2)}
_TARGETS = {"DELETE": _deleted, "POST": _created, "PUT": _updated, "PATCH": _patched}


def check_deletions(targets: Sequence[Target], most: int) -> None:
    """Refuse (TooLarge) entries that together delete more than ``most`` resources."""
    number = sum(len(target.identities) for target in targets)
    if number > most:
        raise TooLarge(
            f"The transaction deletes {number} resources; at most {most} are deleted at once",
            expression="Bundle.entry",
        )


def check_overlaps(targets: Sequence[Target]) -> None:
    """Refuse (RequestError) two entries that write the same resource."""
    by_identity: dict[Identity, int] = {}
    for target in targets:
        for identity in () if target.there is not None else target.identities:
            other = by_identity.setdefault(identity, target.entry.index)
            if other != target.entry.index:
                with named(target.entry.index):
                    raise RequestError(
                        f"{identity} is also written by entry {other}; "
                        "a resource may stand once in a transaction"
                    )


def full_urls(targets: Sequence[Target], base: str) -> Mapping[str, Identity]:
    """Return what each fullUrl comes to; refuse (RequestError) one that stands for two.

    An entry without fullUrl is known by the id of its resource, as if it were of this server.
    """
    urls: dict[str, Identity] = {}
    for target in targets:
        entry = target.entry
        own = (entry.resource or {}).get("id")
        url = entry.full_url or (f"{base}/{entry.path[0]}/{own}" if own is not None else "")
        if not url or target.identity is None or entry.method not in ("POST", "PUT"):
            continue
        if urls.setdefault(url, target.identity) != target.identity:
            with named(entry.index):
                raise RequestError(f"The fullUrl {url[:120]!r} stands at two entries")
    return urls


def base_of(full_url: str) -> str:
    """Return the base of a RESTful URL, by which relative references beside it are read."""
    found = _RESTFUL.fullmatch(full_url)
    return found["base"] if found else ""
