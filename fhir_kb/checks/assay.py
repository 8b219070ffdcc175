"""Tests with a negative or a positive result: which are clear, and when they were made."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from fhir_kb.chart.chart import Observation
from fhir_kb.checks.question import Question
from fhir_kb.checks.result import Gap


def clear_results(
    question: Question, tests: Iterable[str], result: Iterable[str], other: Iterable[str]
) -> tuple[Observation, ...]:
    """Return the tests that have a result of ``result`` and none of ``other``."""
    sought = tuple(result), tuple(other)
    return tuple(test for test in usable_tests(question, tests) if is_clear(test, *sought))


def usable_tests(question: Question, tests: Iterable[str]) -> Iterator[Observation]:
    """Yield the tests that nothing speaks against, whatever their result."""
    kinds = tuple(tests)
    for test in question.chart.observations.about(*kinds):
        if test.is_in(*kinds) and not test.fault:
            yield test


def is_clear(test: Observation, result: Iterable[str], other: Iterable[str]) -> bool:
    """Return whether a test has a result of ``result`` and none of ``other``."""
    return _has(test, result) and not _has(test, other)


def unused_tests(question: Question, tests: Iterable[str]) -> Iterator[Gap]:
    """Yield a gap for each test that must not be used, or may be a test for all we know."""
    for test in question.chart.observations.about(*tests):
        if test.is_in(*tests) and test.fault:
            yield Gap(f"a test ({test.text}) was not used: {test.fault}", "pregnancyTests")
        elif test.may_be_in(*tests) and not test.fault:
            yield Gap("an entry among the tests could not be recognised", "pregnancyTests")


def last_moment(tests: Iterable[Observation]) -> datetime | None:
    """Return when the last of these tests was made, at the earliest."""
    return max((test.when.earliest for test in tests if test.when is not None), default=None)


def _has(test: Observation, results: Iterable[str]) -> bool:
    return any(name in test.answers for name in results)
