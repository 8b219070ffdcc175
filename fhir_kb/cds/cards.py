"""From results to cards: one per theme, the gravest first, a handful at most.

https://cds-hooks.hl7.org/2.0/#cds-service-response
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fhir_kb.cds.card_text import (
    LABEL_MAX,
    Pages,
    Told,
    Untold,
    detail_of,
    summary_of,
    unchecked_detail,
)
from fhir_kb.cds.identity import card_id
from fhir_kb.cds.markdown import shortened
from fhir_kb.cds.override_reasons import override_reasons
from fhir_kb.cds.suggestions import OrderedResources
from fhir_kb.chart import Origin
from fhir_kb.checks import Change
from fhir_kb.checks.words import CATEGORY_WORDS
from fhir_kb.facts.rule import Indicator
from fhir_kb.formats import Json
from fhir_kb.resources.card_theme import FURTHER, NOT_CHECKED, theme_coding
from fhir_kb.resources.datatypes import present

ICON = "/cds-services-icon.png"
"""Where the icon of every card stands, 100 by 100 pixels."""
_RANK: Mapping[Indicator, int] = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class CardMaker:
    """What every card of one answer is made with; ``hook`` is the one that rules speak at."""

    pages: Pages
    hook: str
    hook_instance: str
    resources: OrderedResources

    def cards(
        self, told: list[Told], untold: list[Untold], unseen: Mapping[str, str], most: int
    ) -> list[Json]:
        """Return the cards, at most ``most``: what would be too many shares the last.

        ``untold`` are the checks that were not done, ``unseen`` what could not be looked at.
        """
        unchecked = [self._unchecked(untold, unseen)] if untold or unseen else []
        groups = _grouped(told, most - len(unchecked))
        cards = [self._themed(theme, entries, untold) for theme, entries in groups]
        return sorted((*cards, *unchecked), key=lambda card: _RANK[card["indicator"]])

    def _themed(self, theme: str, told: list[Told], untold: list[Untold]) -> Json:
        themes = {entry.rule.header.theme for entry in told}
        own_gaps = [entry for entry in untold if entry.rule.header.theme in themes]
        rules = [entry.rule for entry in told]
        findings = [entry.finding for entry in told]
        id = self._id(theme, {entry.subject.origin for entry in told})
        label, url = self.pages.citation(findings[0].criterion.cite[0])
        suggestions = list(self._suggestions(theme, told))
        return present(
            uuid=id,
            summary=summary_of(self.pages, told),
            indicator=findings[0].indicator,
            detail=detail_of(self.pages, told, own_gaps),
            source=self._source(label, url or self.pages.rule(rules[0]), theme),
            suggestions=suggestions,
            selectionBehavior=_behavior(suggestions),
            overrideReasons=override_reasons(self.pages.knowledge, rules),
            links=self.pages.links(rules, findings),
        )

    def _unchecked(self, untold: list[Untold], unseen: Mapping[str, str]) -> Json:
        # On opening a chart, what was not seen is most likely none of ours.
        loud = bool(unseen) and self.hook != "patient-view"
        loud |= any(entry.rule.indicator(self.hook) in ("warning", "critical") for entry in untold)
        categories = [
            words
            for name, words in CATEGORY_WORDS.items()
            if any(entry.gap.category == name for entry in untold)
        ]
        others = dict.fromkeys(entry.gap.reason for entry in untold if not entry.gap.category)
        besides = [f"{name}: {reason}" for name, reason in unseen.items()]
        titles = {entry.rule.header.title for entry in untold}
        which = f" ({min(titles)})" if len(titles) == 1 else ""
        summary = f"Not checked{which}: {'; '.join([*categories, *others, *besides])}"
        release = self.pages.knowledge.release
        source = f"fhir_kb, knowledge release {release.version}"
        rules = {entry.rule.id: entry.rule for entry in untold}
        return present(
            uuid=self._id(NOT_CHECKED, {entry.subject.origin for entry in untold}),
            summary=shortened(summary),
            indicator="warning" if loud else "info",
            detail=unchecked_detail(self.pages, untold, besides),
            source=self._source(source, f"{self.pages.base}/fhir/r4/metadata", NOT_CHECKED),
            links=self.pages.links(rules.values(), ()),
        )

    def _suggestions(self, theme: str, told: list[Told]) -> Iterator[Json]:
        """Yield one suggestion per order: two that rewrite the same order would undo each other."""
        names = {entry.subject.origin: entry.subject.text for entry in told}
        changes: dict[Origin, list[Change]] = {}
        gravest = {entry.subject.origin for entry in told if entry.finding.indicator == "critical"}
        for entry in told:
            for change in entry.finding.changes:
                changes.setdefault(change.order, []).append(change)
        for order, wanted in changes.items():
            suggestion = self.resources.suggestion(wanted)
            if suggestion:
                which = f" ({names.get(order, order.reference)})" if len(changes) > 1 else ""
                label = shortened(suggestion["label"], LABEL_MAX - len(which)) + which
                id = self._id(theme, {order}, "suggestion")
                # Of a single suggestion a recommendation would say nothing.
                marked = len(changes) > 1 and order in gravest
                yield present(
                    **{**suggestion, "label": label, "uuid": id}, isRecommended=marked or None
                )

    def _source(self, label: str, url: str, theme: str) -> Json:
        return {
            "label": shortened(label, LABEL_MAX),
            "url": url,
            "icon": self.pages.base + ICON,
            "topic": theme_coding(theme),
        }

    def _id(self, theme: str, orders: Iterable[Origin], *more: str) -> str:
        references = sorted(f"{order.place} {order.reference}" for order in orders)
        return str(card_id(self.hook_instance, theme, *references, *more))


def _grouped(told: list[Told], most: int) -> list[tuple[str, list[Told]]]:
    """Return the findings by theme, the gravest first in each and among all."""
    themes: dict[str, list[Told]] = {}
    for entry in sorted(told, key=_urgency):
        themes.setdefault(entry.rule.header.theme, []).append(entry)
    groups = list(themes.items())
    if len(groups) <= most:
        return groups
    rest = [entry for _, entries in groups[most - 1 :] for entry in entries]
    return [*groups[: most - 1], (FURTHER, rest)]


def _urgency(told: Told) -> tuple[int, bool]:
    """Return a sort key: the gravest first, and of those what speaks against the order itself."""
    stops = any(change.stop for change in told.finding.changes)
    return _RANK[told.finding.indicator], not stops


def _behavior(suggestions: list[Json]) -> str | None:
    if not suggestions:
        return None
    return "at-most-one" if len(suggestions) == 1 else "any"
