"""A Bundle posted to the base: a batch or a transaction.

https://hl7.org/fhir/R4/http.html#transaction
"""

from fhir_kb.errors import RequestError
from fhir_kb.rest.body import read_resource
from fhir_kb.rest.bundles.batch import batch
from fhir_kb.rest.bundles.entry import rows_of
from fhir_kb.rest.bundles.requests import Answer
from fhir_kb.rest.bundles.transaction import transaction
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request, Response

_KINDS = {"batch": batch, "transaction": transaction}


def process(endpoint: Endpoint, request: Request, answer: Answer) -> Response:
    """Return the response Bundle; ``answer`` answers single requests.

    Refuses what is no Bundle of type batch or transaction, more entries than the bound, and for
    a transaction whatever one entry is refused for.
    """
    bundle = read_resource(endpoint, request)
    if bundle["resourceType"] != "Bundle":
        raise RequestError(
            f"A {str(bundle['resourceType'])[:64]} is posted to its own URL; "
            "the base takes a Bundle of type batch or transaction",
            expression="resourceType",
        )
    kind = _KINDS.get(str(bundle.get("type")))
    if kind is None:
        raise RequestError(
            f"A Bundle of type {str(bundle.get('type'))[:64]!r} is not processed; "
            "the base takes batch and transaction",
            expression="Bundle.type",
        )
    return kind(endpoint, request, rows_of(bundle, endpoint.entries_max), answer)
