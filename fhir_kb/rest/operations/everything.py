"""``$everything``: a medicine with its events, studies, evidence and sources, page by page.

https://hl7.org/fhir/R4/operations.html; the operation is our own and published as an
OperationDefinition. It stands on MedicationKnowledge as FHIR's own stands on Patient.
"""

import re
from collections.abc import Iterator
from hashlib import sha256

from fhir_kb.errors import ExpiredPage, InvalidParameter
from fhir_kb.rest.bundle_text import bundle_response, found_entry, link
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Pairs, Request, Response
from fhir_kb.rest.operations.given import Given, read_given
from fhir_kb.rest.operations.parameter import Parameter
from fhir_kb.rest.operations.reach import reach
from fhir_kb.rest.read import check_type, found
from fhir_kb.settings import CANONICAL
from fhir_kb.store.instants import microseconds
from fhir_kb.store.interface import Store

DEFINITION = f"{CANONICAL}/OperationDefinition/medication-knowledge-everything"
TYPE = "MedicationKnowledge"
PAGE = "_page"
_STATE = re.compile(r"(?P<sequence>\d{1,18})-(?P<offset>\d{1,18})-(?P<seal>[0-9a-f]+)", re.ASCII)
_ASKED = ("_type", "_count", "_since")
_PARAMETERS = (
    Parameter("_since", "instant"),
    Parameter("_type", repeats=True),
    Parameter("_count", "count"),
    Parameter(PAGE),
)


def everything(endpoint: Endpoint, request: Request, id: str) -> Response:
    """Return a page of all that belongs to the medicine: itself first, then the newest first.

    Refuses an id that is not there, a type that is not served, more than can be gathered
    (TooCostly), and a page of a release that was replaced (ExpiredPage).
    """
    definitions = endpoint.version.definitions
    given = read_given("$everything", _PARAMETERS, request, definitions)
    found(endpoint, TYPE, id)
    asked = _asked(given, request)
    store, place = _place(given.text(PAGE), endpoint.store(), asked)
    rows = list(_rows(endpoint, store, id, given))
    size = min(_size(given, endpoint), endpoint.limits.page_size_max)
    page = store.resources(rows[place : place + size])
    url = f"{request.base}/{TYPE}/{id}/$everything"
    links = [link("self", url, (*asked, *_cursor(given.text(PAGE))))]
    if size and place + size < len(rows):
        following = f"{store.sequence}-{place + size}-{_seal(store, asked)}"
        links.append(link("next", url, (*asked, *_cursor(following))))
    entries = [found_entry(request.base, resource, resource.body, b"match") for resource in page]
    return bundle_response("searchset", entries, links, len(rows))


def _cursor(page: str | None) -> Pairs:
    return () if page is None else ((PAGE, page),)


def _rows(endpoint: Endpoint, store: Store, id: str, given: Given) -> Iterator[int]:
    """Yield the rows that were asked for in their order."""
    types = [name.strip() for value in given.every("_type") for name in value.split(",")]
    for type in types:
        check_type(endpoint, type)
    reached = reach(store, id)
    chosen = reached
    if types:
        chosen = reached - reached
        for type in types:
            chosen |= reached & store.rows_of_type(type)
    start = store.row(TYPE, id)
    since = given.since("_since")
    for row in sorted(chosen, key=lambda row: (row != start, -row)):
        if since is None or _changed(store, row) >= since:
            yield row


def _changed(store: Store, row: int) -> int:
    return microseconds(store.resources([row])[0].last_updated)


def _size(given: Given, endpoint: Endpoint) -> int:
    size = given.one("_count")
    return endpoint.limits.page_size if size is None else int(size)


def _asked(given: Given, request: Request) -> Pairs:
    """Return the query that asks the same again, by GET, without the page."""
    pairs = [pair for pair in request.pairs if pair[0] in _ASKED]
    named = {name for name, _ in pairs}
    posted = [
        (name, str(value)) for name in _ASKED if name not in named for value in given.every(name)
    ]
    return (*pairs, *posted)


def _place(page: str | None, store: Store, asked: Pairs) -> tuple[Store, int]:
    """Return the state in which the pages began, and where this one begins.

    Refuses a text that is no page's (InvalidParameter), and one of another release or another
    question (ExpiredPage).
    """
    if page is None:
        return store, 0
    state = _STATE.fullmatch(page)
    if state is None:
        raise InvalidParameter(f"{PAGE} is taken from the link 'next' only", expression=PAGE)
    if state["seal"] != _seal(store, asked):
        raise ExpiredPage(
            "The knowledge was replaced since this $everything began; ask again from the first "
            "page",
            expression=PAGE,
        )
    return store.at(int(state["sequence"])), int(state["offset"])


def _seal(store: Store, asked: Pairs) -> str:
    return sha256(repr((store.origin, asked)).encode()).hexdigest()[:16]
