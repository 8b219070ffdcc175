"""From what a request holds to a chart of the patient.

https://cds-hooks.hl7.org/2.0/#prefetch-template
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhir_kb.chart.chart import Chart
from fhir_kb.chart.vocabulary import Vocabulary
from fhir_kb.facts.code_set import CategoryName


@dataclass(frozen=True, slots=True)
class Failed:
    """Stands for data that was asked for and not received, with the reason in a few words."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """What one call tells, as it came.

    ``orders`` are the resources of draftOrders (or those dispatched), ``selections`` the
    references that advice is asked for (empty: all orders). ``supplied`` holds per category the
    prefetch value: a Bundle, one resource, an OperationOutcome, None where the client has no
    data, or ``Failed``. A category that is no key of it was not supplied. ``moment`` is when the
    call was made; a date without a time zone is taken to be in its zone.
    """

    hook: str
    patient_id: str
    moment: datetime
    orders: tuple[Any, ...] = ()
    selections: tuple[str, ...] = ()
    supplied: Mapping[CategoryName, Any] = field(default_factory=dict)


def read_chart(request: Request, vocabulary: Vocabulary) -> Chart:
    """Return the chart of the patient; nothing in the request makes it fail."""
    raise NotImplementedError
