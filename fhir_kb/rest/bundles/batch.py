"""Batch: each entry stands alone, and fails alone.

https://hl7.org/fhir/R4/http.html#brules
"""

import logging
import time
from http import HTTPStatus
from typing import Any

from fhir_kb.errors import FhirKbError
from fhir_kb.rest.bundle_text import bundle_response
from fhir_kb.rest.bundles.entry import ORDER, Entry, named, read_entry
from fhir_kb.rest.bundles.requests import (
    SECONDS,
    Answer,
    entry_of,
    request_of,
    too_long,
)
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response
from fhir_kb.rest.outcome import error_response

_LOG = logging.getLogger("fhir_kb")


def batch(endpoint: Endpoint, request: Request, rows: list[Any], answer: Answer) -> Response:
    """Return a Bundle with the answer to each entry at its place; nothing fails the whole.

    Entries are processed in the order of a transaction, wherever they stand.
    """
    answers: dict[int, bytes] = {}
    entries: list[Entry] = []
    for index, row in enumerate(rows):
        try:
            with named(index):
                entries.append(read_entry(index, row, request.base))
        except FhirKbError as error:
            answers[index] = entry_of(error_response(error), is_write=False)
    deadline = time.monotonic() + SECONDS
    for entry in sorted(entries, key=lambda entry: ORDER.index(entry.method)):
        if time.monotonic() < deadline:
            response = _answered(endpoint, request, entry, answer)
        else:
            response = error_response(too_long())
        answers[entry.index] = entry_of(response, is_write=entry.writes)
    return bundle_response("batch-response", [answers[index] for index in range(len(rows))])


def _answered(endpoint: Endpoint, request: Request, entry: Entry, answer: Answer) -> Response:
    try:
        response = answer(endpoint, request_of(request, entry))
    except FhirKbError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _LOG.error("refused: %s", error.message)
        return error_response(error)
    if entry.method == "HEAD":
        return Response(response.status, b"", response.headers, response.resource)
    return response
