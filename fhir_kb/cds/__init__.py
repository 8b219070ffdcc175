"""CDS Hooks as functions of values: discovery, calls, cards and feedback; no Flask.

https://cds-hooks.hl7.org/2.0/

::

    support = DecisionSupport(knowledge, frozenset({"US"}), outside)
    discovery(support)                               # what is announced
    call = read_call(body, service_of("imid-orders").answered, max_bytes=…)
    answer_call(support, call, moment, base)         # {"cards": […]}
    read_feedback(body, …)                           # rows for the store

What a call holds is never logged, kept or repeated in an error.
"""

from fhir_kb.cds.answer import answer_call
from fhir_kb.cds.authentication import Authentication, Client
from fhir_kb.cds.decision_support import DecisionSupport
from fhir_kb.cds.feedback import read_feedback
from fhir_kb.cds.key_sets import KeySets
from fhir_kb.cds.request import Call, read_call
from fhir_kb.cds.services import SERVICES, Service, discovery, service_of

__all__ = [
    "SERVICES",
    "Authentication",
    "Call",
    "Client",
    "DecisionSupport",
    "KeySets",
    "Service",
    "answer_call",
    "discovery",
    "read_call",
    "read_feedback",
    "service_of",
]
