"""The data of one call as it grows: what was sent, and what is read to complete it.

https://cds-hooks.hl7.org/2.0/#prefetch-template

Absent, null, empty and failed are four different things. What is absent is read. null is not
taken for "there are none", for a client may have meant that it cannot search; an empty Bundle is.
An OperationOutcome says that the client's own search failed: it is not tried again, and neither
is what that search would have looked up.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from fhir_kb.cds.ehr import next_link
from fhir_kb.cds.newest_page import newest_page
from fhir_kb.cds.prefetch import DISPATCHED, PRODUCTS, filled
from fhir_kb.cds.references import (
    MEDICINES,
    entries,
    identity,
    is_outcome,
    local,
    medications_named,
    resources,
)
from fhir_kb.cds.request import Call
from fhir_kb.chart import Chart, Failed, Request
from fhir_kb.chart.elements import objects
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json

_NULL = Failed("the client has none to send (null)")


class CallData:
    """What is known for one call. ``templates`` are the queries of the categories it may need."""

    def __init__(self, call: Call, templates: Mapping[CategoryName, str]) -> None:
        self._call = call
        self._server = call.fhir_server or ""
        self._templates = templates
        self._supplied: dict[CategoryName, Any] = {
            name: _NULL if call.prefetch[name] is None else newest_page(call.prefetch[name], query)
            for name, query in templates.items()
            if name in call.prefetch
        }
        sent = {key: call.prefetch.get(key) for key in (DISPATCHED, PRODUCTS)}
        self._failed = {key for key, value in sent.items() if is_outcome(value)}
        self._read: dict[str, Any] = {
            identity(resource): resource for value in sent.values() for resource in resources(value)
        }

    def request(self, moment: datetime) -> Request:
        """Return what is known by now, for a chart to be read from."""
        medications = [
            {"resource": resource}
            for reference, resource in self._read.items()
            if reference.startswith("Medication/") and isinstance(resource, dict)
        ]
        return Request(
            hook=self._call.hook.rules,
            patient_id=self._call.patient_id,
            moment=moment,
            orders={"entry": [*self._orders(), *medications]},
            selections=self._call.references("selections"),
            supplied=self._supplied,
        )

    def missing(self, missed: Collection[CategoryName], chart: Chart) -> dict[str, str]:
        """Return what to read next: a category that was missed, or a reference, with its URL."""
        return {key: url for key, url in self._missing(missed, chart) if key not in self._read}

    def take(self, answers: Mapping[str, Any]) -> None:
        """Add answers: a resource or ``Failed`` for each key of ``missing``."""
        self._read |= answers
        for name, query in self._templates.items():
            if name in answers:
                whole = _joined(self._supplied.get(name), answers[name])
                self._supplied[name] = newest_page(whole, query)

    def orders_missing(self) -> dict[str, str]:
        """Return the dispatched orders of medicines that could not be had, with the reason."""
        there = self._dispatched()
        other = "the search for it failed" if DISPATCHED in self._failed else "it was not supplied"
        answers = {name: self._read.get(name) for name in self._references() if name not in there}
        return {
            name: answer.reason if isinstance(answer, Failed) else other
            for name, answer in answers.items()
        }

    def _missing(self, missed: Collection[CategoryName], chart: Chart) -> Iterator[tuple[str, str]]:
        for name, template in self._templates.items():
            if name in missed and name not in self._supplied:
                yield name, filled(template, self._call.patient_id)
            elif name in missed and chart.categories[name].incomplete:
                target = next_link(self._supplied[name])
                if target:
                    yield name, target
        if DISPATCHED not in self._failed:
            for reference in self._references():
                if reference not in self._dispatched():
                    yield reference, reference
        if PRODUCTS not in self._failed:
            orders = entries({"entry": self._orders()})
            taken = entries(self._supplied.get("medications")) if missed else []
            there = {identity(resource) for resource in (*orders, *taken)}
            for reference in medications_named((*orders, *taken), self._server):
                if reference not in there:
                    yield reference, reference

    def _orders(self) -> list[Json]:
        drafts = self._call.draft_entries()
        return drafts or [{"resource": order} for order in self._dispatched().values()]

    def _references(self) -> list[str]:
        """Return the dispatched orders that may be of medicines."""
        found = (local(name, self._server) for name in self._call.references("dispatchedOrders"))
        return [name for name in found if name and name.partition("/")[0] in MEDICINES]

    def _dispatched(self) -> dict[str, Json]:
        known = {
            identity(resource): resource
            for resource in (*entries(self._supplied.get("medications")), *self._read.values())
            if isinstance(resource, dict)
        }
        return {name: known[name] for name in self._references() if name in known}


def _joined(before: Any, after: Any) -> Any:
    """Return a Bundle with the entries of its further pages; without them it stays as it was."""
    if not isinstance(before, dict):
        return after
    if not isinstance(after, dict) or after.get("resourceType") != "Bundle":
        return before
    both = [*objects(before.get("entry")), *objects(after.get("entry"))]
    return {**before, "entry": both, "link": objects(after.get("link"))}
