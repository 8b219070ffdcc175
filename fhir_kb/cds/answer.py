"""The answer to a call: cards, or none when nothing is to be said.

https://cds-hooks.hl7.org/2.0/#cds-service-response

An empty answer means that nothing here is about this call, or that every check was done and
found nothing. Data that cannot be had is refused with 412 when nothing of the patient is known,
and named on a card when only some of it is missing.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from fhir_kb.cds.card_text import Pages, Told, Untold
from fhir_kb.cds.cards import CardMaker
from fhir_kb.cds.decision_support import DecisionSupport
from fhir_kb.cds.gathering import Gathered, gather
from fhir_kb.cds.request import Call
from fhir_kb.cds.suggestions import OrderedResources
from fhir_kb.chart import Chart
from fhir_kb.checks import CheckResult, Gap
from fhir_kb.checks.words import CATEGORY_WORDS
from fhir_kb.errors import DataMissing
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.formats import Json
from fhir_kb.resources.datatypes import present

EXTENSION = "org.example.fhir-kb.decision-support"


def answer_call(support: DecisionSupport, call: Call, moment: datetime, base: str) -> Json:
    """Return the answer to a call that was made at ``moment``.

    ``base`` is this server's public URL, for links. Refuses (DataMissing) a call that cannot be
    judged for want of data.
    """
    gathered = gather(support, call, moment)
    _refuse_blindness(gathered, support.templates[call.hook.rules])
    if not gathered.results and not gathered.unseen:
        return {"cards": []}
    told = [
        Told(result.rule, result.subject, finding)
        for result in gathered.results
        if result.subject
        for finding in result.findings
    ]
    untold = [
        Untold(result.rule, result.subject, _explained(gap, gathered.chart))
        for result in gathered.results
        if result.subject
        for gap in result.gaps
    ]
    maker = CardMaker(
        Pages(support.knowledge, base, support.jurisdictions),
        call.hook.rules,
        call.hook_instance,
        OrderedResources(gathered.request),
    )
    cards = maker.cards(told, untold, gathered.unseen, support.cards_max)
    return {"cards": cards, "extension": {EXTENSION: _account(support, untold, gathered.unseen)}}


def _refuse_blindness(gathered: Gathered, asked: Collection[CategoryName]) -> None:
    """Refuse a call of which nothing can be judged: not one record of the patient is known."""
    categories = gathered.chart.categories
    if any(category.state == "supplied" for category in categories.values()):
        return
    misses = any(gap.category for result in _about_ours(gathered) for gap in result.gaps)
    if misses or gathered.unseen:
        keys: dict[str, str] = {name: categories[name].reason for name in asked}
        raise DataMissing(
            f"Nothing is known of the patient: {', '.join(keys)} could not be had. Send them as "
            "prefetch, or name a fhirServer that this server may read from.",
            keys,
        )


def _about_ours(gathered: Gathered) -> Iterator[CheckResult]:
    """Yield the results for medicines that were recognised as those that rules are about."""
    for result in gathered.results:
        if result.subject and result.subject.is_in(*result.rule.header.drugs):
            yield result


def _explained(gap: Gap, chart: Chart) -> Gap:
    """Return a gap with the reason why its whole category is missing, if it is."""
    category = chart.categories[gap.category] if gap.category else None
    if category is None or category.state == "supplied" or category.reason in gap.reason:
        return gap
    return replace(gap, reason=f"{gap.reason} ({CATEGORY_WORDS[category.name]}: {category.reason})")


def _account(support: DecisionSupport, untold: list[Untold], unseen: Mapping[str, str]) -> Json:
    """Return what the answer rests on, for machines: the release, and every check not done."""
    rows = [
        present(
            rule=entry.rule.id,
            order=entry.subject.origin.reference,
            reason=entry.gap.reason,
            prefetchKey=entry.gap.category,
        )
        for entry in untold
    ]
    rows += [{"reason": f"{name}: {reason}"} for name, reason in unseen.items()]
    release = support.knowledge.release
    return present(
        knowledgeRelease=release.version, knowledgeReleased=release.date, notChecked=rows
    )
