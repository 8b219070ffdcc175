"""What is written is valid, or it is refused with every reason.

https://hl7.org/fhir/R4/http.html#create
"""

from collections.abc import Mapping
from dataclasses import replace

from fhir_kb.errors import InvalidResource
from fhir_kb.formats import Json
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.validate import LIMITS
from fhir_kb.validation import Validator, operation_outcome

Issues = tuple[Mapping[str, object], ...]
"""Rows of an OperationOutcome."""


_NOT_WRITTEN = ("meta.versionId", "meta.lastUpdated")


def validated(
    endpoint: Endpoint,
    content: Json | bytes,
    type: str,
    ignored: tuple[str, ...] = (),
    *,
    seconds: float = LIMITS.seconds,
) -> Issues:
    """Return what the validator remarks on a resource without finding an error.

    Text gives issues their lines. ``ignored`` are elements that are not written, beside those
    that the server sets itself. Refuses (InvalidResource) a resource with an error, and one that
    takes longer than ``seconds`` to look at.
    """
    validator = Validator(endpoint.version.definitions, endpoint.conformance())
    limits = replace(LIMITS, seconds=seconds, bytes=endpoint.body_bytes_max)
    passed_over = {f"{type}.{path}" for path in (*ignored, *_NOT_WRITTEN)}
    issues = [
        issue
        for issue in validator.validate(content, limits=limits)
        if issue.expression not in passed_over
    ]
    rows: list[Json] = operation_outcome(issues)["issue"] if issues else []
    errors = sum(issue.is_error for issue in issues)
    if errors:
        raise InvalidResource(
            f"The resource was not written: the validator finds {errors} "
            f"error{'s' if errors > 1 else ''}; POST it to $validate to see the same again",
            rows,
        )
    return tuple(rows)
