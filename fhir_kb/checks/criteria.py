"""Which criteria of a rule apply to a medicine and a patient.

A row for patients with a condition needs a record of it, or an order given for it.
"""

from collections.abc import Iterator
from typing import TypeVar

from fhir_kb.checks.question import Answer, Question
from fhir_kb.checks.records import look_for
from fhir_kb.checks.result import Gap
from fhir_kb.facts.rule import Criterion

C = TypeVar("C", bound=Criterion)


def criteria_for(question: Question, kind: type[C], answer: Answer) -> Iterator[C]:
    """Yield the criteria that apply; add a gap to the answer where it cannot be told."""
    for criterion in question.rule.of(kind):
        if criterion.drugs and not question.subject.is_in(*criterion.drugs):
            continue
        if not criterion.patients or _is_given_for(question, criterion):
            yield criterion
            continue
        search = look_for(question, criterion.patients)
        if search.records:
            yield criterion
        else:
            answer.miss(search.gaps)


def criteria_by_indication(question: Question, kind: type[C], answer: Answer) -> Iterator[C]:
    """Yield the criteria that apply; say so when none is for what the medicine is given for."""
    yielded = False
    for criterion in criteria_for(question, kind, answer):
        yielded = True
        yield criterion
    waiting = [
        criterion
        for criterion in question.rule.of(kind)
        if criterion.patients and (not criterion.drugs or question.subject.is_in(*criterion.drugs))
    ]
    if waiting and not yielded:
        _tell_indication(question, answer)


def _tell_indication(question: Question, answer: Answer) -> None:
    """Add why no row applies: nothing tells what the medicine is for, or no row is for that.

    A rule about other patients altogether has nothing to say of this one.
    """
    chart = question.chart
    given_for = [
        chart.code_sets[name].text for name in chart.indications & question.subject.reasons.keys()
    ]
    on_record = [record.text for record in look_for(question, chart.indications).records]
    known = sorted(set(given_for or on_record))
    if not known:
        answer.gaps.append(Gap("what the medicine is given for is not recorded", "conditions"))
    elif not question.rule.header.patients:
        answer.gaps.append(Gap(f"the rule has no figures for {' or '.join(known)}"))


def is_answered(question: Question, criterion: Criterion) -> bool:
    """Return whether what a finding asks for is in place already."""
    return bool(criterion.unless) and bool(look_for(question, criterion.unless).records)


def _is_given_for(question: Question, criterion: Criterion) -> bool:
    return any(name in question.subject.reasons for name in criterion.patients)
