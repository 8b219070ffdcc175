"""What a schema cannot see in rules and code sets, refused with file and line.

A code stands for one meaning: system and code together are unique in a set. What is switched off
says why. Words of a card have only blanks that their kind can fill.
"""

from collections.abc import Iterator, Mapping
from string import Formatter

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.code_set import CodeSet, CodeSetId
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.facts.rule import Criterion
from fhir_kb.facts.yaml_text import AuthoredText, Path_

SUMMARY_LENGTH = 139
"""CDS Hooks wants a summary of fewer than 140 characters."""
_HIERARCHICAL = ("http://hl7.org/fhir/sid/icd-10", "http://www.whocc.no/atc")


def check_code_sets(knowledge: Knowledge, text: AuthoredText) -> None:
    """Refuse code sets in which a code stands twice or a name leads nowhere."""
    _refuse(
        text.error(("code_sets", i, *where), mistake)
        for i, code_set in enumerate(knowledge.code_sets.values())
        for where, mistake in _set_mistakes(knowledge, code_set)
    )


def check_rules(knowledge: Knowledge, texts: Mapping[str, AuthoredText]) -> None:
    """Refuse rules whose words or switches are wrong."""
    _refuse(
        texts[rule.id].error(where, mistake)
        for rule in knowledge.rules.values()
        for where, mistake in _rule_mistakes(rule)
    )


def _refuse(errors: Iterator[KnowledgeError]) -> None:
    mistakes = [str(error) for error in errors]
    if mistakes:
        raise KnowledgeError("\n".join(mistakes))


def _set_mistakes(knowledge: Knowledge, code_set: CodeSet) -> Iterator[tuple[Path_, str]]:
    seen: set[tuple[str, str]] = set()
    for i, member in enumerate(code_set.codes):
        where: Path_ = ("codes", i)
        if (member.system, member.code) in seen:
            yield where, f"{member.code!r} of {member.system} stands twice"
        seen.add((member.system, member.code))
        if member.with_ and not member.system.startswith(_HIERARCHICAL):
            yield where, "the codes of this system do not show their hierarchy"
    for part in code_set.parts:
        if part not in knowledge.code_sets:
            yield ("parts",), f"no code set {part!r}"
    for name in code_set.names:
        if name != name.lower():
            yield ("names",), f"{name!r} must be in lower case"
    if code_set.id in contained(knowledge, code_set.id):
        yield ("parts",), "a set cannot be a part of itself"


def contained(knowledge: Knowledge, code_set: str) -> frozenset[str]:
    """Return the parts of a set, and the parts of those."""
    found: set[str] = set()
    waiting: list[CodeSetId] = list(knowledge.code_sets[code_set].parts)
    while waiting:
        part = waiting.pop()
        if part in knowledge.code_sets and part not in found:
            found.add(part)
            waiting.extend(knowledge.code_sets[part].parts)
    return frozenset(found)


def _rule_mistakes(rule: Rule) -> Iterator[tuple[Path_, str]]:
    if rule.header.enabled == "no" and not rule.header.reason:
        yield ("enabled",), "what is switched off says why: reason is missing"
    if len(rule.header.title) > SUMMARY_LENGTH:
        yield ("title",), f"is longer than {SUMMARY_LENGTH} characters"
    for section, facts in rule.sections.items():
        for i, fact in enumerate(facts):
            if isinstance(fact, Criterion):
                for where, mistake in _criterion_mistakes(fact):
                    yield (section, i, *where), mistake


def _criterion_mistakes(criterion: Criterion) -> Iterator[tuple[Path_, str]]:
    if criterion.enabled == "no" and not criterion.reason:
        yield ("enabled",), "what is switched off says why: reason is missing"
    if len(criterion.summary) > SUMMARY_LENGTH:
        yield ("summary",), f"is longer than {SUMMARY_LENGTH} characters"
    for name, words in (("summary", criterion.summary), ("detail", criterion.detail)):
        for blank in _blanks(words or ""):
            if blank not in criterion.blanks:
                known = ", ".join(sorted(criterion.blanks))
                yield (name,), f"there is nothing to fill {{{blank}}} with (known: {known})"


def _blanks(words: str) -> Iterator[str]:
    return (blank for _, blank, _, _ in Formatter().parse(words) if blank is not None)
