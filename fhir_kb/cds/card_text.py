"""The words of a card: what was found, on what it rests, by which rule and source.

https://cds-hooks.hl7.org/2.0/#card-attributes
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from fhir_kb.cds.markdown import SUMMARY_MAX, escaped, plain, shortened
from fhir_kb.chart import Medication
from fhir_kb.checks import Finding, Gap
from fhir_kb.facts.fact import Citation
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.formats import Json
from fhir_kb.resources.rule_plan import rule_id

LABEL_MAX = 100
_DISCLAIMER = "Decision support for health professionals; it does not replace clinical judgement."


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with the rule that made it and the order it is about."""

    rule: Rule
    subject: Medication
    finding: Finding


@dataclass(frozen=True, slots=True)
class Untold:
    """A rule that could not be carried out, or not wholly, for an order."""

    rule: Rule
    subject: Medication
    gap: Gap


@dataclass(frozen=True, slots=True)
class Pages:
    """Where what a card names can be read. ``base`` is this server's public URL.

    ``jurisdictions`` are those whose rules speak.
    """

    knowledge: Knowledge
    base: str
    jurisdictions: frozenset[str]

    def rule(self, rule: Rule) -> str:
        """Return the URL of a rule's page."""
        return f"{self.base}/fhir/r4/PlanDefinition/{rule_id(rule)}"

    def holds_in(self, alike: Iterable[Finding]) -> str:
        """Return `` (US)`` where several jurisdictions speak and not all say this, or nothing."""
        said = [finding.criterion.jurisdiction or self.jurisdictions for finding in alike]
        where = {name for names in said for name in names if name in self.jurisdictions}
        return "" if where == self.jurisdictions else f" ({', '.join(sorted(where))})"

    def citation(self, citation: Citation) -> tuple[str, str | None]:
        """Return what a citation's source is called, with its date, and where it stands."""
        source = self.knowledge.sources[str(citation.source)]
        date = source.reviewed or source.publication.year
        return (f"{source.name} ({date})" if date else source.name), source.url

    def links(self, rules: Iterable[Rule], findings: Iterable[Finding]) -> list[Json]:
        """Return links to the rules, and to the sources that are on the web; each once."""
        links = {self.rule(rule): f"Rule: {rule.header.title}" for rule in rules}
        for finding in findings:
            for citation in finding.criterion.cite:
                name, url = self.citation(citation)
                if url:
                    links.setdefault(url, f"Source: {name}")
        return [
            {"label": shortened(label, LABEL_MAX), "url": url, "type": "absolute"}
            for url, label in links.items()
        ]


def summary_of(pages: Pages, told: list[Told]) -> str:
    """Return the first finding's words, where they hold, and how many more there are."""
    first = capitalised(plain(told[0].finding.summary))
    others = len({entry.finding.summary for entry in told}) - 1
    more = f" (and {others} more)" if others else ""
    alike = [entry.finding for entry in told if entry.finding.summary == told[0].finding.summary]
    end = pages.holds_in(alike) + more
    return shortened(first, SUMMARY_MAX - len(end)) + end


def detail_of(pages: Pages, told: list[Told], untold: list[Untold]) -> str:
    """Return the whole text of a card in GFM; ``untold`` are gaps of the same rules."""
    rules = tuple(dict.fromkeys(entry.rule.id for entry in told))
    by_id = {entry.rule.id: entry.rule for entry in told}
    blocks = [
        *_orders(pages, told),
        "\n".join(_basis(pages, by_id[id], told) for id in rules),
        *_unchecked(untold),
        _release(pages.knowledge),
    ]
    return "\n\n".join(blocks)


def unchecked_detail(pages: Pages, untold: list[Untold], besides: Iterable[str]) -> str:
    """Return the text of the card that says what was not checked."""
    lines = []
    for reason in dict.fromkeys(entry.gap.reason for entry in untold):
        rules = {entry.rule.header.title for entry in untold if entry.gap.reason == reason}
        lines.append(f"- {escaped(reason)} – {escaped('; '.join(sorted(rules)))}")
    lines += [f"- {escaped(words)}" for words in besides]
    subjects = sorted({_name(entry.subject) for entry in untold})
    about = f" for {', '.join(subjects)}" if subjects else ""
    return "\n\n".join(
        [f"These checks were not done{about}:", "\n".join(lines), _release(pages.knowledge)]
    )


def _orders(pages: Pages, told: list[Told]) -> Iterator[str]:
    """Yield a paragraph for each order: what was found, and the records that it rests on."""
    for subject in dict.fromkeys(entry.subject.origin for entry in told):
        own = [entry for entry in told if entry.subject.origin == subject]
        lines = [f"**{_name(own[0].subject)}**", ""]
        alike: dict[Hashable, list[Finding]] = {}
        for entry in own:
            alike.setdefault(_said(entry.finding), []).append(entry.finding)
        for findings in alike.values():
            lines += _lines(findings[0], pages.holds_in(findings))
        yield "\n".join(lines)


def _said(finding: Finding) -> Hashable:
    """Return all that a card says of a finding: two jurisdictions may say the same."""
    return finding.summary, finding.detail, finding.evidence, finding.changes, finding.by_words


def _lines(finding: Finding, where: str) -> Iterator[str]:
    words = map(capitalised, filter(None, (finding.summary, finding.detail)))
    yield f"- {escaped(' '.join(words) + where)}"
    for seen in finding.evidence:
        yield f"  - {escaped(seen.words)} ({escaped(seen.origin.reference)})"
    for change in finding.changes:
        yield f"  - {escaped(change.label)}"
    if finding.by_words:
        yield "  - Recognised by words only, not by a code: less certain"


def _basis(pages: Pages, rule: Rule, told: list[Told]) -> str:
    cited = [
        citation
        for entry in told
        if entry.rule.id == rule.id
        for citation in entry.finding.criterion.cite
    ]
    sources = dict.fromkeys(escaped(pages.citation(citation)[0]) for citation in cited)
    return f"- Rule: {escaped(rule.header.title)}. Source: {'; '.join(sources)}."


def _unchecked(untold: list[Untold]) -> list[str]:
    if not untold:
        return []
    reasons = dict.fromkeys(escaped(entry.gap.reason) for entry in untold)
    return [f"Not checked here: {'; '.join(reasons)}."]


def _name(subject: Medication) -> str:
    return (
        f"{escaped(capitalised(subject.text or 'medicine'))} ({escaped(subject.origin.reference)})"
    )


def capitalised(text: str) -> str:
    """Return text that begins a sentence."""
    return text[:1].upper() + text[1:]


def _release(knowledge: Knowledge) -> str:
    release = knowledge.release
    return f"Knowledge release {escaped(release.version)} of {release.date[:10]}. {_DISCLAIMER}"
