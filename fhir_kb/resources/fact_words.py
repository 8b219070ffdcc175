"""What a fact holds, put into words from its values: rows for narratives, text for notes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NewType, get_args

from fhir_kb.facts.fact import ConceptId, DrugId, Fact, GroupId, OrganizationId, StudyId
from fhir_kb.facts.knowledge import FactFile
from fhir_kb.facts.schema import authored_name, hints
from fhir_kb.facts.study_facts import StudyGroup
from fhir_kb.facts.values import Amount, Figure, Frequency, Interval, PValue, Summary
from fhir_kb.resources.context import Context
from fhir_kb.resources.wording import (
    amount_words,
    frequency_words,
    p_words,
    summary_words,
    where_words,
)

_COMMON = frozenset(field.name for field in fields(Fact)) - {"drug"}

_LABELS = {
    "at": "Time",
    "by": "Counted by",
    "f": "F statistic",
    "n": "Number of patients",
    "of": "Out of",
    "p": "P value",
}

_WORDS: Mapping[type, Callable[[Any], str]] = {
    Amount: amount_words,
    Figure: lambda figure: str(figure.value),
    Frequency: frequency_words,
    Interval: lambda interval: f"{interval.low}–{interval.high}",
    PValue: p_words,
    Summary: summary_words,
}


def fact_rows(context: Context, file: FactFile, fact: Fact) -> Iterator[tuple[str, str]]:
    """Yield a label and words for each value of a fact of this file, then where it stands.

    Names of concepts, medicines, groups and organizations are replaced by their words.
    """
    if fact.says:
        yield "In words", fact.says
    yield from _value_rows(context, file, fact)
    yield from source_rows(context, fact)


def fact_text(context: Context, file: FactFile, fact: Fact) -> str:
    """Return a fact in one line: our own sentence, or else its values."""
    rows = _value_rows(context, file, fact)
    return fact.says or "; ".join(f"{label}: {words}" for label, words in rows)


def full_text(context: Context, file: FactFile, fact: Fact) -> str:
    """Return our own sentence about a fact and its values, in one line."""
    values = "; ".join(f"{label}: {words}" for label, words in _value_rows(context, file, fact))
    return " ".join(filter(None, (fact.says, f"({values})" if fact.says and values else values)))


def source_rows(context: Context, fact: Fact) -> Iterator[tuple[str, str]]:
    """Yield where a fact stands, what is printed there, and what is doubtful about it."""
    names = dict.fromkeys(context.knowledge.sources[str(cite.source)].name for cite in fact.cite)
    if names:
        yield "Source", f"{', '.join(names)}: {where_words(fact)}"
    printed = "; ".join(figure for cite in fact.cite for figure in cite.printed)
    if printed:
        yield "As printed", printed
    if fact.flags:
        yield "Flags", ", ".join(fact.flags)
    if fact.note:
        yield "Note", fact.note


def _value_rows(context: Context, file: FactFile, fact: Any) -> Iterator[tuple[str, str]]:
    for field in fields(fact):
        value = getattr(fact, field.name)
        if field.name not in _COMMON and value not in (None, ()):
            name = authored_name(field)
            label = _LABELS.get(name, name.replace("_", " ").capitalize())
            yield label, _words(context, file, hints(fact.__class__)[field.name], value)


def _words(context: Context, file: FactFile, hint: Any, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_words(context, file, hint, part) for part in value)
    if type(value) in _WORDS:
        return _WORDS[type(value)](value)
    if is_dataclass(value):
        return _parts(context, file, value)
    kind = _named_kind(hint)
    return _name(context, file, kind, value) if kind else str(value)


def _parts(context: Context, file: FactFile, value: Any) -> str:
    """Return the parts of a value inside a fact: ``male 27``, ``main responders 41``."""
    words = (
        _words(context, file, hints(value.__class__)[field.name], getattr(value, field.name))
        for field in fields(value)
        if getattr(value, field.name) not in (None, ())
    )
    return " ".join(words)


def _named_kind(hint: Any) -> Any:
    """Return the kind of name that an annotation stands for, or None for plain text."""
    if isinstance(hint, NewType):
        return hint
    return next((kind for arm in get_args(hint) if (kind := _named_kind(arm))), None)


def _name(context: Context, file: FactFile, kind: Any, name: str) -> str:
    knowledge = context.knowledge
    names: Mapping[Any, Callable[[], str]] = {
        ConceptId: lambda: knowledge.concepts[name].text,
        DrugId: lambda: context.text(knowledge.drugs[name].concept),
        GroupId: lambda: next(group.name for group in file.of(StudyGroup) if group.id == name),
        OrganizationId: lambda: knowledge.organizations[name].name,
        StudyId: lambda: knowledge.studies[name].short,
    }
    return names[kind]() if kind in names else name
