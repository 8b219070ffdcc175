"""The services and how they are announced.

https://cds-hooks.hl7.org/2.0/#discovery

order-select and order-sign share an id: what is said at signing replaces what was said before.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from fhir_kb.cds.decision_support import DecisionSupport
from fhir_kb.cds.hooks import HOOKS
from fhir_kb.cds.prefetch import REFERRED
from fhir_kb.errors import UnknownType
from fhir_kb.facts.knowledge import Knowledge
from fhir_kb.formats import Json

EDITIONS: Mapping[str, str] = {"2.0": "2.0.0", "3.0": "3.0.0-ballot"}
"""The editions of CDS Hooks whose prefetch can be asked for, with their versions."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service: the hooks it is announced for, by their versions, and those it answers besides.

    ``title`` and ``description`` hold ``{medicines}``, which the knowledge fills in.
    """

    id: str
    hooks: Mapping[str, str]
    title: str
    description: str
    besides: tuple[str, ...] = ()

    @property
    def answered(self) -> tuple[str, ...]:
        """Every hook that is answered."""
        return (*self.hooks, *self.besides)


SERVICES: Mapping[str, Service] = {
    service.id: service
    for service in (
        Service(
            "imid-orders",
            {"order-select": "1.0", "order-sign": "1.0", "medication-refill": "0.1.0"},
            "Orders of {medicines}",
            "Looks at draft orders of {medicines}: pregnancy and its prevention, supply and "
            "safety programmes, dose, blood counts, kidney function, thrombosis, allergies and "
            "what else the patient takes. Orders of other medicines get no card.",
            ("medication-prescribe", "order-review"),
        ),
        Service(
            "imid-therapy",
            {"patient-view": "1.0"},
            "Therapy with {medicines}",
            "Looks at what a patient on {medicines} needs: overdue tests, pregnancy and new "
            "reasons to stop. Other patients get no card.",
        ),
        Service(
            "imid-dispatch",
            {"order-dispatch": "1.1"},
            "Dispatch of {medicines}",
            "Looks at signed orders of {medicines} before they are sent to a pharmacy. Other "
            "orders get no card.",
        ),
    )
}
"""Every service by its id."""

_USAGE = (
    "Send every prefetch key, with an empty Bundle where there is nothing: what is not sent is "
    "read from fhirServer if this server is allowed to reach it. What cannot be had is named on "
    "a card as not checked; a call without any data of the patient is refused with 412."
)


def service_of(id: str) -> Service:
    """Return the service of an id; refuse (UnknownType) one that is not there."""
    if id not in SERVICES:
        near = difflib.get_close_matches(id, SERVICES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownType(f"There is no CDS service of this id{hint}; GET /cds-services lists all")
    return SERVICES[id]


def discovery(support: DecisionSupport) -> Json:
    """Return what is announced: one entry per service and hook."""
    medicines = _medicines(support.knowledge)
    return {
        "services": [
            {
                "hook": hook,
                "hookVersion": version,
                "id": service.id,
                "title": service.title.format(medicines=medicines),
                "description": service.description.format(medicines=medicines),
                "prefetch": {
                    **support.templates[HOOKS[hook].rules],
                    **(REFERRED.get(hook, {}) if support.edition == "3.0" else {}),
                },
                "usageRequirements": _USAGE,
                "version": EDITIONS[support.edition],
            }
            for service in SERVICES.values()
            for hook, version in service.hooks.items()
        ]
    }


def _medicines(knowledge: Knowledge) -> str:
    """Return the medicines that rules are about, as words: ``a, b and c``."""
    named = dict.fromkeys(
        leaf
        for rule in knowledge.rules.values()
        for name in rule.header.drugs
        for leaf in _leaves(knowledge, name)
    )
    *others, last = sorted(knowledge.code_sets[name].text for name in named)
    return f"{', '.join(others)} and {last}" if others else last


def _leaves(knowledge: Knowledge, name: str) -> tuple[str, ...]:
    parts = knowledge.code_sets[name].parts
    return tuple(leaf for part in parts for leaf in _leaves(knowledge, part)) or (name,)
