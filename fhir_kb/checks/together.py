"""Which other orders of the same medicine are taken beside an order, and which it takes over from.

https://hl7.org/fhir/R4/medicationrequest-definitions.html#MedicationRequest.priorPrescription
"""

from collections.abc import Iterator
from decimal import Decimal

from fhir_kb.chart.chart import Medication
from fhir_kb.checks.question import Question


def taken_together(question: Question) -> tuple[Medication, ...]:
    """Return the orders whose doses add up with that of the subject.

    An order that is replaced is not added. An active order of the same strength is what is being
    renewed; one of another strength counts while its supply lasts.
    """
    drafts = [order for order in _same(question) if order in question.chart.orders]
    active = [
        order
        for order in question.chart.medications.about(question.drug)
        if order.is_in(question.drug) and not order.fault and _still_runs(question, order)
    ]
    session = [question.subject, *drafts]
    replaced = {name for order in (*session, *active) for name in order.replaces}
    if question.subject.origin.reference in replaced:
        return ()
    return tuple(order for order in (*drafts, *active) if order.origin.reference not in replaced)


def _same(question: Question) -> Iterator[Medication]:
    """Yield the other orders of the session for the same medicine."""
    if question.subject not in question.chart.orders:
        return
    for order in question.chart.orders.about(question.drug):
        is_other = order.origin != question.subject.origin and order.is_in(question.drug)
        if is_other and not order.fault and _overlap(order, question.subject):
            yield order


def _overlap(one: Medication, other: Medication) -> bool:
    """Return whether two orders may hold at the same time: what is not bounded, always."""
    for first, second in ((one, other), (other, one)):
        ends, begins = first.ends, second.begins
        if ends is not None and begins is not None and ends.latest < begins.earliest:
            return False
    return True


def _still_runs(question: Question, order: Medication) -> bool:
    """Return whether an order of another strength is active and has not run out."""
    if order.kind != "order" or order.current != "yes" or order.written is None:
        return False
    days, strengths = order.supply.days, {order.strength, question.subject.strength}
    if days is None or None in strengths or len(strengths) == 1:
        return False
    days_ago = Decimal((question.moment - order.written.latest).total_seconds()) / 86400
    return days_ago < days and _overlap(order, question.subject)
