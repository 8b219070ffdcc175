"""Words for data and records: ours and figures, nothing of what a record says in free text."""

from collections.abc import Mapping
from decimal import Decimal

from fhir_kb.chart.chart import Condition, Medication, Observation, Procedure, Record
from fhir_kb.chart.when import When
from fhir_kb.checks.result import Evidence
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.facts.values import Amount

CATEGORY_WORDS: Mapping[CategoryName, str] = {
    "patient": "the patient's sex and birth date",
    "medications": "the medicines being taken",
    "conditions": "conditions",
    "allergies": "allergies",
    "procedures": "procedures",
    "pregnancyTests": "pregnancy tests",
    "labs": "laboratory results",
    "measurements": "body measurements",
}


def evidence_of(record: Record) -> Evidence:
    """Return where a record is and what it says."""
    words = record_words(record) or "record"
    match record:
        case Observation():
            if record.measure is not None:
                words = f"{words}: {record.measure.text}"
            words += day_words(record.when)
        case Medication():
            words += day_words(record.written)
        case Condition():
            words = record.what.term or words
            recorded = day_words(record.recorded)
            words += f", recorded{recorded}" if recorded else ""
        case Procedure():
            words = record.what.term or words
            words += day_words(record.when)
    return Evidence(record.origin, words)


def record_words(record: Record) -> str:
    """Return what a record is, in our words: ``pregnancy``, ``pregnancy test: positive``."""
    if isinstance(record, Observation) and record.answer:
        return ": ".join(filter(None, (record.text, record.answer)))
    return record.text


def day_words(when: When | None) -> str:
    """Return `` on 2026-11-20``, as closely as the day is known, or nothing."""
    if when is None or when.earliest.date() != when.latest.date():
        return ""
    return f" on {when.earliest.date().isoformat()}"


_LONGEST = 12


def figure_words(value: Decimal) -> str:
    """Return a figure for reading: ``2.5``, or ``1.0E+308`` for one that nobody can have meant."""
    if value and abs(value.adjusted()) >= _LONGEST:
        return f"{value:.1E}"
    return f"{value.normalize():f}"


_SPANS: Mapping[str, str] = {
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}


def span_words(amount: Amount) -> str:
    """Return a span of time in words: ``10 to 14 days``, ``1 week``."""
    ends = amount.range
    number = f"{ends.low} to {ends.high}" if ends is not None else str(amount.value)
    word = _SPANS.get(amount.unit, amount.unit)
    return f"{number} {word}{'' if number == '1' else 's'}"


def amount_words(amount: Amount) -> str:
    """Return an amount with its unit: ``100 mg/d``, ``< 1000 /uL``."""
    ends = amount.range
    number = f"{ends.low}..{ends.high}" if ends is not None else str(amount.value)
    return " ".join(part for part in (amount.comparator, number, amount.unit) if part)
