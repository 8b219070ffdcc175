"""From a change of an order to a suggestion: the whole resource, with the change applied.

https://cds-hooks.hl7.org/2.0/#suggestion

A draft is withdrawn by deleting it; an order that was signed is stopped. A dose is never
rewritten: how it is to be reached stays the prescriber's decision.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from fhir_kb.chart import Origin, Request
from fhir_kb.chart.elements import number, one, text
from fhir_kb.chart.intake import entries_of, take_in
from fhir_kb.chart.reader import origin_of
from fhir_kb.chart.reading import ORDERS
from fhir_kb.checks import Change
from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import quantity


class OrderedResources:
    """The resources of a call by where they were found."""

    def __init__(self, request: Request) -> None:
        self._found: dict[Origin, Json] = {
            origin_of(entry.resource, place, entry.position): entry.resource
            for place, found in _places(request)
            for entry in found
        }

    def suggestion(self, changes: Iterable[Change]) -> Json | None:
        """Return one suggestion for all changes of one order, without its uuid.

        None when there is nothing that a client could carry out: no change of the resource
        itself, or no id to find it by.
        """
        all_changes = tuple(changes)
        resource = self._found.get(all_changes[0].order, {})
        type, id = text(resource.get("resourceType")), text(resource.get("id"))
        if type != "MedicationRequest" or not id:
            return None
        label = "; ".join(dict.fromkeys(change.label for change in all_changes))
        if any(change.stop for change in all_changes):
            return {"label": label, "actions": [_withdrawn(resource, f"{type}/{id}", label)]}
        changed, notes = _changed(resource, all_changes)
        if changed == resource:
            return None
        description = ". ".join((label, *notes))
        action = {"type": "update", "description": description, "resource": without_gaps(changed)}
        return {"label": label, "actions": [action]}


def _places(request: Request) -> Iterator[tuple[str, Any]]:
    yield ORDERS, entries_of(request.orders)
    if "medications" in request.supplied:
        yield "medications", take_in("medications", request.supplied["medications"])[1]


def _withdrawn(resource: Json, reference: str, label: str) -> Json:
    if resource.get("status", "draft") == "draft":
        return {"type": "delete", "description": label, "resourceId": reference}
    stopped = {**deepcopy(resource), "status": "stopped"}
    return {"type": "update", "description": label, "resource": without_gaps(stopped)}


def _changed(resource: Json, changes: tuple[Change, ...]) -> tuple[Json, list[str]]:
    """Return the resource as the changes have it, and what is left for the prescriber to do."""
    notes: list[str] = []
    request = deepcopy(one(resource.get("dispenseRequest")))
    for change in changes:
        if change.repeats is not None:
            request["numberOfRepeatsAllowed"] = change.repeats
        if change.supply_days is not None:
            notes += _limit_supply(request, change.supply_days)
    if not request:
        return resource, notes
    return {**deepcopy(resource), "dispenseRequest": request}, notes


def _limit_supply(request: Json, days: Decimal) -> list[str]:
    """Set the days of supply, and the quantity with them where it follows exactly.

    Return what is left to do.
    """
    before = one(request.get("expectedSupplyDuration"))
    request["expectedSupplyDuration"] = {**quantity(days, "d"), "unit": "days"}
    amount = number(one(request.get("quantity")).get("value"))
    if amount is None:
        return []
    stated = number(before.get("value")) if text(before.get("code")) == "d" else None
    scaled = amount * days / stated if stated else None
    if scaled is not None and scaled == scaled.to_integral_value():
        request["quantity"] = {**request["quantity"], "value": int(scaled)}
        return []
    # A quantity for longer than the supply would contradict it, and be dispensed.
    del request["quantity"]
    return ["Enter the quantity to dispense"]


def without_gaps(value: Any) -> Any:
    """Return a value without members that are null, or empty, however deep.

    In an array a null holds a place (for the extension of a primitive) and stays.
    """
    if isinstance(value, Mapping):
        parts = {name: without_gaps(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in (None, "", [], {})}
    if isinstance(value, list):
        return [without_gaps(part) for part in value]
    return value
