"""Values put into words, for narratives, titles and texts."""

from fhir_kb.facts.drug_facts import EffectDetail
from fhir_kb.facts.fact import Fact
from fhir_kb.facts.values import Amount, Figure, Frequency, PValue, Range, Summary

_TIME = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month"}
_UNITS = {"mg/d": "mg/day", "a": "years", "mo": "months", "wk": "weeks", "d": "days"}


def unit_words(unit: str) -> str:
    """Return a UCUM unit as a reader writes it."""
    if unit in _UNITS:
        return _UNITS[unit]
    words, _, per = unit.partition("/")
    counted = words.strip("{}").replace("_", " ") if words.startswith("{") else words
    return f"{counted} per {_TIME[per]}".strip() if per in _TIME else unit


def range_words(bounds: Range) -> str:
    """Return ``20–40``."""
    return f"{bounds.low}–{bounds.high}"


def amount_words(amount: Amount) -> str:
    """Return ``about 55 g``, ``at least 4 weeks``, ``20–40 mg``."""
    bound = {">=": "at least ", ">": "more than ", "<": "less than ", "<=": "at most "}
    number = range_words(amount.range) if amount.range else str(amount.value)
    about = "about " if amount.approximate else ""
    words = unit_words(amount.unit)
    if number == "1" and amount.unit in ("a", "mo", "wk", "d"):
        words = words.removesuffix("s")
    return f"{about}{bound.get(amount.comparator or '', '')}{number} {words}"


def frequency_words(frequency: Frequency) -> str:
    """Return ``once a day``, ``once every 2 weeks``, ``once every 2–3 months``."""
    times = {1: "once", 2: "twice"}.get(frequency.count, f"{frequency.count} times")
    unit = _TIME.get(frequency.unit, "year")
    if frequency.period_max:
        return f"{times} every {frequency.period}–{frequency.period_max} {unit}s"
    if frequency.period == 1:
        return f"{times} {'an' if unit == 'hour' else 'a'} {unit}"
    return f"{times} every {frequency.period} {unit}s"


def summary_words(summary: Summary, unit: str = "") -> str:
    """Return ``6.8 ± 1.1 g/dL``, ``median 50 mg/day (range 12.5–150)``."""
    if summary.median is not None:
        middle = f"median {summary.median}"
    elif summary.sd is not None:
        middle = f"{summary.mean} ± {summary.sd}"
    else:
        middle = f"{summary.mean}"
    words = [middle, unit_words(unit)] if unit else [middle]
    if summary.range:
        words.append(f"(range {range_words(summary.range)})")
    if summary.quartiles:
        words.append(f"(quartiles {range_words(summary.quartiles)})")
    return " ".join(words)


def p_words(p: PValue) -> str:
    """Return ``P < 0.001``."""
    return f"P {p.comparator} {p.value}"


def share_words(n: int | None, total: int | None, percent: Figure | None) -> str:
    """Return ``39 of 62 (62.9 %)``, ``40 %``, ``10 patients``."""
    figure = f"{percent.value} %" if percent else ""
    if n is None:
        return figure
    count = f"{n} of {total}" if total is not None else f"{n}"
    return f"{count} ({figure})" if figure else count


def effect_detail_row(detail: EffectDetail) -> tuple[str, str]:
    """Return the aspect and its terms, with the figure that bounds them."""
    bound = [amount_words(detail.threshold)] if detail.threshold else []
    return detail.aspect.replace("-", " ").capitalize(), ", ".join([*detail.terms, *bound])


def where_words(fact: Fact) -> str:
    """Return the places a fact stands in: ``Toxicity, lines 730-731``."""
    return "; ".join(
        ", ".join(filter(None, (cite.at, cite.cell, f"lines {cite.lines}" if cite.lines else None)))
        for cite in fact.cite
    )
