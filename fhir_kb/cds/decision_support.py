"""What every call is answered from: the knowledge, arranged once, and the bounds of a call.

https://cds-hooks.hl7.org/2.0/
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from fhir_kb.cds.hooks import HOOKS
from fhir_kb.cds.override_reasons import override_reason
from fhir_kb.cds.prefetch import templates
from fhir_kb.chart import Vocabulary
from fhir_kb.checks import rules_for
from fhir_kb.facts.code_set import CategoryName
from fhir_kb.facts.knowledge import Knowledge, Rule
from fhir_kb.net import Outside
from fhir_kb.resources.card_theme import themes


@dataclass(frozen=True)
class DecisionSupport:
    """The knowledge of a release as calls use it. Build it once; it does not change.

    ``load`` gives the knowledge, when the first call asks for it. ``outside`` is the way to
    clients' FHIR servers, ``seconds`` how long one call may wait for them altogether.
    ``cards_max`` is how many cards an answer has at most, ``edition`` that of CDS Hooks whose
    prefetch is asked for.
    """

    load: Callable[[], Knowledge]
    jurisdictions: frozenset[str]
    outside: Outside
    seconds: float = 4.0
    cards_max: int = 5
    edition: str = "2.0"

    def prepare(self) -> tuple[object, ...]:
        """Read and arrange everything, which else the first call would wait for."""
        return self.vocabulary, self.templates, self.card_themes, self.override_reasons

    @cached_property
    def knowledge(self) -> Knowledge:
        """The facts and rules."""
        return self.load()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The code sets, for reading charts."""
        return Vocabulary(self.knowledge)

    @cached_property
    def rules(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules that speak at each hook."""
        spoken = {hook.rules for hook in HOOKS.values()}
        return {name: rules_for(self.knowledge, name, self.jurisdictions) for name in spoken}

    @cached_property
    def templates(self) -> Mapping[str, Mapping[CategoryName, str]]:
        """The prefetch templates of each hook, for the categories that its rules look at."""
        return {hook: templates(self.knowledge, rules) for hook, rules in self.rules.items()}

    @cached_property
    def card_themes(self) -> tuple[str, ...]:
        """Everything that a card can be about."""
        return tuple(themes(self.knowledge))

    @cached_property
    def override_reasons(self) -> frozenset[tuple[str, str]]:
        """System and code of every reason that a card can offer."""
        named = {
            reason
            for rule in self.knowledge.rules.values()
            for reason in rule.header.override_reasons
        }
        reasons = (override_reason(self.knowledge, reason) for reason in named)
        return frozenset((reason["system"], reason["code"]) for reason in reasons)
