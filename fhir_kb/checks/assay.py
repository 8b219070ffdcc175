"""Tests with a negative or a positive result: which are clear, and when they were made."""

from collections.abc import Iterable, Iterator

from fhir_kb.chart.chart import Observation
from fhir_kb.checks.question import Question
from fhir_kb.checks.result import Gap


def clear_results(
    question: Question, tests: Iterable[str], result: Iterable[str], other: Iterable[str]
) -> tuple[Observation, ...]:
    """Return the tests that have a result of ``result`` and none of ``other``."""
    return tuple(
        test
        for test in question.chart.observations
        if test.is_in(*tests) and not test.fault and _has(test, result) and not _has(test, other)
    )


def unused_tests(question: Question, tests: Iterable[str]) -> Iterator[Gap]:
    """Yield a gap for each test that must not be used, or may be a test for all we know."""
    for test in question.chart.observations:
        if test.is_in(*tests) and test.fault:
            yield Gap(f"a test ({test.text}) was not used: {test.fault}", "pregnancyTests")
        elif test.may_be_in(*tests) and not test.fault:
            yield Gap("an entry among the tests could not be recognised", "pregnancyTests")


def is_later(test: Observation, than: Observation) -> bool:
    """Return whether a test was surely made after another."""
    if test.when is None or than.when is None:
        return False
    return test.when.earliest > than.when.latest


def _has(test: Observation, results: Iterable[str]) -> bool:
    return any(name in test.answers for name in results)
