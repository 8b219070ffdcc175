"""From what a request holds to a chart of the patient.

https://cds-hooks.hl7.org/2.0/#prefetch-template
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

from fhir_kb.chart.chart import (
    Allergy,
    Category,
    Chart,
    Condition,
    Medication,
    Observation,
    Origin,
    Patient,
    Procedure,
    Record,
)
from fhir_kb.chart.elements import text
from fhir_kb.chart.intake import Entry, entries_of, take_in
from fhir_kb.chart.read_condition import read_allergy, read_condition, read_procedure
from fhir_kb.chart.read_medication import FORMS, read_medication
from fhir_kb.chart.read_observation import read_observations
from fhir_kb.chart.read_patient import read_patient
from fhir_kb.chart.reader import ENTERED_IN_ERROR, Reader, origin_of
from fhir_kb.chart.records import Records
from fhir_kb.chart.vocabulary import Vocabulary
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json

R = TypeVar("R", bound=Record)
ORDERS = "context"
"""The place of what is being ordered; other places are prefetch keys."""
CATEGORIES: tuple[CategoryName, ...] = get_args(CategoryName)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What one call tells, as it came.

    ``orders`` are draftOrders (a Bundle) or the resources being dispatched, ``selections`` the
    references that advice is asked for (empty: all orders). ``supplied`` holds per category the
    prefetch value: a Bundle, one resource, an OperationOutcome, None where the client has no
    data, or ``Failed``. A category that is no key of it was not supplied. ``moment`` is when the
    call was made; a date without a time zone is taken to be in its zone.
    """

    hook: str
    patient_id: str
    moment: datetime
    orders: Any = ()
    selections: tuple[str, ...] = ()
    supplied: Mapping[CategoryName, Any] = field(default_factory=dict)


def read_chart(request: Request, vocabulary: Vocabulary) -> Chart:
    """Return the chart of the patient; nothing in the request makes it fail."""
    taken = {
        name: take_in(name, request.supplied[name])
        if name in request.supplied
        else (Category(name, "not-supplied", "it was not supplied"), ())
        for name in CATEGORIES
    }
    ordered = entries_of(request.orders)
    reader = Reader(
        vocabulary=vocabulary,
        patient_id=request.patient_id.removeprefix("Patient/"),
        zone=request.moment.tzinfo or UTC,
        resources=_pool([*ordered, *(entry for _, entries in taken.values() for entry in entries)]),
    )
    states, records = _read_all(reader, taken)
    every = list(_orders(reader, ordered))
    again = {order.origin.reference for order in every}
    orders = Records(order for order in every if not _is_withdrawn(order))
    return Chart(
        hook=request.hook,
        patient_id=reader.patient_id,
        patient=_patient(reader, taken["patient"][1]),
        categories=states,
        code_sets=vocabulary.code_sets,
        indications=vocabulary.indications,
        orders=orders,
        focus=_focus(orders, ordered, request.selections),
        medications=Records(
            record for record in _of(Medication, records) if record.origin.reference not in again
        ),
        conditions=_of(Condition, records),
        observations=_of(Observation, records),
        allergies=_of(Allergy, records),
        procedures=_of(Procedure, records),
    )


def _of(kind: type[R], records: list[Record]) -> Records[R]:
    return Records(record for record in records if isinstance(record, kind))


def _pool(entries: list[Entry]) -> dict[str, Json]:
    """Return every resource by ``Type/id`` and by fullUrl, for following references."""
    pool: dict[str, Json] = {}
    for entry in entries:
        type, id = text(entry.resource.get("resourceType")), text(entry.resource.get("id"))
        for key in (entry.url, f"{type}/{id}" if id else ""):
            if key:
                pool[key] = entry.resource
    return pool


def _is_withdrawn(order: Medication) -> bool:
    """Return whether signing an order stops a medicine, or asks for none: nothing is to be said."""
    return order.current == "no" or order.fault == ENTERED_IN_ERROR


def _orders(reader: Reader, entries: tuple[Entry, ...]) -> Iterator[Medication]:
    """Yield the orders of medicines; one that names no patient belongs to the session's."""
    for entry in entries:
        if text(entry.resource.get("resourceType")) in FORMS:
            origin = origin_of(entry.resource, ORDERS, entry.position)
            order = read_medication(reader, entry.resource, origin)
            strange = reader.belongs(entry.resource) is False
            yield replace(order, fault="it is another patient's") if strange else order


def _focus(
    orders: Iterable[Medication], entries: tuple[Entry, ...], selections: tuple[str, ...]
) -> frozenset[Origin]:
    """Return the orders that were selected; all when no selection leads to anything ordered."""
    chosen = {"/".join(selection.split("/")[-2:]) for selection in selections}
    ordered = {origin_of(entry.resource, ORDERS, entry.position).reference for entry in entries}
    led = chosen & ordered or ordered
    return frozenset(order.origin for order in orders if order.origin.reference in led)


def _patient(reader: Reader, entries: tuple[Entry, ...]) -> Patient:
    for entry in entries:
        if text(entry.resource.get("resourceType")) == "Patient":
            origin = origin_of(entry.resource, "patient", entry.position)
            patient = read_patient(reader, entry.resource, origin)
            if not patient.fault or len(entries) == 1:
                return patient
    return Patient(origin=Origin("patient", "Patient"), fault="no such record came")


def _read_all(
    reader: Reader, taken: Mapping[CategoryName, tuple[Category, tuple[Entry, ...]]]
) -> tuple[dict[CategoryName, Category], list[Record]]:
    """Return the states of all categories, and every record of this patient once."""
    states: dict[CategoryName, Category] = {}
    records: dict[tuple[str, int], list[Record]] = {}
    for name, (category, entries) in taken.items():
        strange = False
        for entry in entries:
            origin = origin_of(entry.resource, name, entry.position)
            for i, record in enumerate(_records(reader, entry.resource, origin)):
                if reader.belongs(entry.resource) is True:
                    _keep(records.setdefault((origin.reference, i), []), record)
                else:
                    strange = True
        holes = (*category.incomplete, "it holds records not known to be this patient's")
        states[name] = replace(category, incomplete=holes) if strange else category
    return states, [record for same in records.values() for record in same]


def _keep(same: list[Record], record: Record) -> None:
    """Add a record unless it came before in the same words, under another category."""
    if not any(replace(other, origin=record.origin) == record for other in same):
        same.append(record)


def _records(reader: Reader, resource: Json, origin: Origin) -> Iterator[Record]:
    type = text(resource.get("resourceType"))
    if type in FORMS:
        yield read_medication(reader, resource, origin)
    elif type == "Observation":
        yield from read_observations(reader, resource, origin)
    elif type == "Condition":
        yield read_condition(reader, resource, origin)
    elif type == "AllergyIntolerance":
        yield read_allergy(reader, resource, origin)
    elif type == "Procedure":
        yield read_procedure(reader, resource, origin)
