"""From a call to the results of its checks; what was not sent along is read where it can be.

https://cds-hooks.hl7.org/2.0/#prefetch-template

The rules run on what was sent. Only data that one of them misses is read from the client's FHIR
server, and the rules run again: complete prefetch costs no reading, and nothing is read that no
rule needs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fhir_kb.cds.data import CallData
from fhir_kb.cds.decision_support import DecisionSupport
from fhir_kb.cds.ehr import Ehr, ehr_at
from fhir_kb.cds.request import Call
from fhir_kb.chart import Chart, Failed, Request, read_chart
from fhir_kb.checks import CheckResult, run_checks
from fhir_kb.checks.words import CATEGORY_WORDS
from fhir_kb.errors import TooLarge
from fhir_kb.facts.code_set import CategoryName

_ROUNDS_MAX = 4
EFFORT_MAX = 50_000
"""Orders of our medicines times records of the patient."""


@dataclass(frozen=True)
class Gathered:
    """What a call was judged by, and the results.

    ``unseen`` is what might have been a medicine of ours and could not be looked at: what it is,
    and the reason.
    """

    request: Request
    chart: Chart
    results: tuple[CheckResult, ...]
    unseen: Mapping[str, str]


def gather(support: DecisionSupport, call: Call, moment: datetime) -> Gathered:
    """Return the result of every rule that is about this call, with the chart they rest on."""
    data = CallData(call, support.templates[call.hook.rules])
    server = _server(support, call)
    for _ in range(_ROUNDS_MAX):
        request = data.request(moment)
        chart = read_chart(request, support.vocabulary)
        _refuse_excess(support, chart)
        results = tuple(run_checks(support.rules[call.hook.rules], chart, moment))
        wanted = data.missing(_missed(chart, results), chart)
        if not wanted:
            break
        data.take(
            dict.fromkeys(wanted, server) if isinstance(server, Failed) else server.read(wanted)
        )
    return Gathered(
        request, chart, results, {**data.orders_missing(), **dict(_unseen(chart, results))}
    )


def _refuse_excess(support: DecisionSupport, chart: Chart) -> None:
    """Refuse (TooLarge) what would take long: each rule looks at each record for each order."""
    rules = support.rules[chart.hook]
    drugs = {drug for rule in rules for drug in rule.header.drugs}
    orders = sum(order.is_in(*drugs) or order.may_be_in(*drugs) for order in chart.orders)
    if orders * chart.records > EFFORT_MAX:
        raise TooLarge(
            f"{orders} orders to be checked against {chart.records} records are more than one call "
            "is answered for; send fewer orders at a time"
        )


def _missed(chart: Chart, results: tuple[CheckResult, ...]) -> set[CategoryName]:
    """Return the categories in which something was missed."""
    missed = {gap.category for result in results for gap in result.gaps if gap.category}
    # On opening a chart the medicines decide whether there is anything to look at.
    return missed | {"medications"} if chart.hook == "patient-view" else missed


def _unseen(chart: Chart, results: tuple[CheckResult, ...]) -> Iterator[tuple[str, str]]:
    """Yield why, on opening a chart, it is not known whether a medicine of ours is taken."""
    medications = chart.categories["medications"]
    if chart.hook == "patient-view" and not results:
        reasons = (
            medications.incomplete if medications.state == "supplied" else (medications.reason,)
        )
        for reason in reasons:
            yield CATEGORY_WORDS["medications"], reason


def _server(support: DecisionSupport, call: Call) -> Ehr | Failed:
    if call.fhir_server is None:
        return Failed("it was not supplied")
    return ehr_at(call.fhir_server, call.token, support.outside, support.seconds)
