"""Transaction: every entry, or none.

https://hl7.org/fhir/R4/http.html#trules

What is to be written is worked out and validated ahead, then once more as the only writer; there
only what came out differently is validated again, so that other writers wait as short as can be.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any

from fhir_kb.errors import MultipleMatches, RequestError
from fhir_kb.formats import Json
from fhir_kb.rest.authorisation import check_may_write
from fhir_kb.rest.bundle_text import bundle_response
from fhir_kb.rest.bundles.entry import ORDER, Entry, named, read_entry
from fhir_kb.rest.bundles.plan import (
    Planner,
    Target,
    check_deletions,
    check_overlaps,
    full_urls,
)
from fhir_kb.rest.bundles.requests import (
    SECONDS,
    Answer,
    entry_of,
    request_of,
    too_long,
)
from fhir_kb.rest.bundles.resolving import Resolving, Waiting, nothing_found
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.read import found
from fhir_kb.rest.validate import LIMITS
from fhir_kb.rest.writes.criteria import match, read_condition
from fhir_kb.rest.writes.delete import remove_all
from fhir_kb.rest.writes.patch import apply, patched, read_change
from fhir_kb.rest.writes.update import put
from fhir_kb.rest.writes.validity import Issues, validated
from fhir_kb.rest.writes.written import Written, written_response
from fhir_kb.store.interface import Store
from fhir_kb.store.journal.interface import Transaction, WritableStore

PASSES_MAX = 50
"""How often entries whose conditional references find nothing yet are tried again."""

Validated = dict[int, tuple[Json, Issues]]
"""By entry, a resource that was found valid, and what was remarked."""


def transaction(endpoint: Endpoint, request: Request, rows: list[Any], answer: Answer) -> Response:
    """Return a Bundle with the answer to each entry at its place.

    Refuses the whole for the first entry that cannot be done, and names it; then nothing is
    written.
    """
    writable = endpoint.writable()
    entries = list(_entries(rows, request.base))
    reads = [entry for entry in entries if not entry.writes]
    if len(reads) == len(entries):
        # Whoever only reads keeps no writer waiting.
        answers = _read_all(endpoint, endpoint.store(), request, reads, answer)
    else:
        check_may_write(endpoint, request)
        processing = _Processing(endpoint, request, entries)
        processing.look_ahead()
        with writable.transaction() as begun:
            answers = processing.written(begun)
            answers |= _read_all(endpoint, begun.store, request, reads, answer)
    rows_answered = [entry_of(answers[entry.index], is_write=entry.writes) for entry in entries]
    return bundle_response("transaction-response", rows_answered)


def _read_all(
    endpoint: Endpoint, store: Store, request: Request, reads: Sequence[Entry], answer: Answer
) -> dict[int, Response]:
    """Return the answers to the entries that read, all from one state of the store."""
    within = replace(endpoint, store=lambda: store, written=_Within(endpoint.writable()))
    answers = {}
    for entry in reads:
        with named(entry.index, f"{entry.method} {entry.url[:80]}"):
            response = answer(within, request_of(request, entry))
            body = b"" if entry.method == "HEAD" else response.body
            answers[entry.index] = replace(response, body=body)
    return answers


def _entries(rows: list[Any], base: str) -> Iterator[Entry]:
    for index, row in enumerate(rows):
        with named(index):
            entry = read_entry(index, row, base)
            if "_history" in entry.path[-1:]:
                raise RequestError(
                    "A history inside a transaction would lack what the transaction writes; "
                    "ask for it in a batch"
                )
            yield entry


class _Within:
    """The store as the reads of a transaction have it: they cannot begin one inside it."""

    def __init__(self, store: WritableStore) -> None:
        self.current = store.current
        self.version = store.version
        self.history = store.history
        self.check_room = store.check_room

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Refuse: what this entry asks would write on its own."""
        raise RequestError("This interaction writes on its own; send it outside of the transaction")


class _Processing:
    """One transaction on its way."""

    def __init__(self, endpoint: Endpoint, request: Request, entries: Sequence[Entry]) -> None:
        self._endpoint = endpoint
        self._request = request
        order = sorted(entries, key=lambda entry: ORDER.index(entry.method))
        self._deletes = [entry for entry in order if entry.method == "DELETE"]
        self._writes = [entry for entry in order if entry.writes and entry.method != "DELETE"]
        new_ids = {entry.index: endpoint.new_id() for entry in self._writes}
        self._planner = Planner(endpoint, request.base, new_ids)
        self._valid: Validated = {}
        self._deadline = time.monotonic() + SECONDS

    def look_ahead(self) -> None:
        """Validate what will be written, as far as it can be known by now.

        What depends on the state of the store is refused later, when the state is certain.
        """
        store = self._endpoint.store()
        targets = []
        for entry in self._writes:
            with suppress(RequestError):
                targets.append(self._planner.target(entry, store))
        resolving = self._resolving(targets)
        for target in targets:
            entry = target.entry
            if target.there is not None or entry.method == "PATCH" or entry.resource is None:
                continue
            try:
                resource = resolving.resource(entry, entry.resource, store)
            except (Waiting, RequestError):
                continue
            with named(entry.index, f"{entry.method} {entry.url[:80]}"):
                self._issues(target, resource)

    def written(self, transaction: Transaction) -> dict[int, Response]:
        """Write everything and return the answers by entry."""
        deleted = [self._planner.target(entry, transaction.store) for entry in self._deletes]
        check_deletions(deleted, self._endpoint.entries_max)
        answers = {target.entry.index: self._delete(transaction, target) for target in deleted}
        store = transaction.store
        targets = [self._planner.target(entry, store) for entry in self._writes]
        check_overlaps([*deleted, *targets])
        resolving = self._resolving(targets)
        self._write_all(transaction, targets, resolving, answers)
        self._check_creates(transaction.store, targets)
        resolving.check(transaction.store)
        return answers

    def _write_all(
        self,
        transaction: Transaction,
        targets: Sequence[Target],
        resolving: Resolving,
        answers: dict[int, Response],
    ) -> None:
        """Write every target; one whose conditional reference finds nothing yet waits its turn."""
        left = list(targets)
        for _ in range(PASSES_MAX):
            waiting: dict[int, str] = {}
            for target in left:
                entry = target.entry
                with named(entry.index, f"{entry.method} {entry.url[:80]}"):
                    try:
                        answers[entry.index] = self._write(transaction, target, resolving)
                    except Waiting as condition:
                        waiting[entry.index] = str(condition)
            if not waiting or len(waiting) == len(left):
                break
            # Turned around, so that a chain is followed at once whichever way it stands.
            left = [target for target in left if target.entry.index in waiting][::-1]
        for index, reference in waiting.items():
            with named(index):
                raise nothing_found(reference)

    def _resolving(self, targets: Sequence[Target]) -> Resolving:
        base = self._request.base
        return Resolving(self._endpoint, base, full_urls(targets, base))

    def _delete(self, transaction: Transaction, target: Target) -> Response:
        entry = target.entry
        request = request_of(self._request, entry)
        with named(entry.index, f"DELETE {entry.url[:80]}"):
            ids = [identity.id for identity in target.identities]
            written = remove_all(transaction, request, entry.path[0], ids)
            return written_response(request, written)

    def _write(self, transaction: Transaction, target: Target, resolving: Resolving) -> Response:
        entry, identity = target.entry, target.identity
        request = request_of(self._request, entry)
        if target.there is not None:
            return written_response(request, Written(200, target.there))
        if entry.method == "PATCH":
            return self._patch(transaction, target, resolving)
        resource = resolving.resource(entry, entry.resource or {}, transaction.store)
        issues = self._issues(target, resource)
        type, id = identity or ("", "")
        if entry.method == "PUT":
            return written_response(request, put(transaction, request, type, id, resource, issues))
        stored = transaction.write("POST", type, id, resource)
        return written_response(request, Written(201, stored, issues))

    def _patch(self, transaction: Transaction, target: Target, resolving: Resolving) -> Response:
        entry = target.entry
        type, id = target.identity or ("", "")
        patch = resolving.resource(entry, entry.resource or {}, transaction.store)
        request = request_of(self._request, replace(entry, resource=patch))
        within = replace(self._endpoint, store=lambda: transaction.store)
        change = read_change(within, request)
        ahead = patched(within, found(within, type, id), change)
        return written_response(request, apply(within, transaction, request, ahead, change))

    def _issues(self, target: Target, resource: Json) -> Issues:
        """Return what is remarked on a resource; one that was looked at ahead is not again."""
        entry = target.entry
        known = self._valid.get(entry.index)
        if known is not None and known[0] == resource:
            return known[1]
        ignored = ("id",) if entry.method == "POST" else ()
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise too_long()
        seconds = min(left, LIMITS.seconds)
        issues = validated(self._endpoint, resource, entry.path[0], ignored, seconds=seconds)
        self._valid[entry.index] = (resource, issues)
        return issues

    def _check_creates(self, store: Store, targets: Sequence[Target]) -> None:
        """Refuse creates that would have found each other in another order of the entries."""
        for target in targets:
            entry = target.entry
            condition = entry.headers.get("if-none-exist", "")
            if condition.strip() and target.there is None and entry.method == "POST":
                with named(entry.index, f"{entry.method} {entry.url[:80]}"):
                    self._check_create(store, target, condition)

    def _check_create(self, store: Store, target: Target, condition: str) -> None:
        type = target.entry.path[0]
        base = self._request.base
        pairs = read_condition(condition, type, base)
        found = match(self._endpoint, store, type, pairs, base)
        if found is not None and target.identity != (found.type, found.id):
            raise MultipleMatches(
                f"Another entry writes {found.type}/{found.id}, which meets the condition "
                f"{condition[:120]!r} of this create"
            )
