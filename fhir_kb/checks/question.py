"""What a kind of rule is asked: one rule, for one medicine, of one chart, at one moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fhir_kb.chart.chart import Chart, Medication
from fhir_kb.checks.result import Finding, Gap
from fhir_kb.facts.knowledge import Rule


@dataclass(frozen=True)
class Question:
    """One rule for one subject: an order, or a medicine being taken."""

    rule: Rule
    subject: Medication
    chart: Chart
    moment: datetime


@dataclass
class Answer:
    """What a check gathers while it looks."""

    findings: list[Finding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


Check = Callable[[Question], Answer]
"""A kind of rule."""
