"""The validator: a resource in, a list of issues out; fast, offline, in all three versions.

https://hl7.org/fhir/R4/validation.html

::

    from fhir_kb.validation import Validator, validate

    issues = validate(b'{"resourceType": "Patient", "gender": "m"}', "R4")
    valid = not any(issue.is_error for issue in issues)

``validate(resource, version, *, profiles=(), conformance=None, mode="standard", targets="named",
limits=Limits())`` takes JSON or XML as text or bytes (then issues have lines), or a JSON object
read by ``fhir_kb.formats``. ``profiles`` are canonical URLs that the resource must meet beside
those in its ``meta.profile``; ``conformance`` is where they are found. ``targets="resolved"``
checks the type only of what a reference leads to, not of what it names.
``operation_outcome(issues)`` is the answer over HTTP.

Modes: ``structure`` looks at form, cardinality, types and primitives only; ``standard`` adds
terminology, references, invariants, extensions, narrative, Bundle rules and profiles; ``strict``
also raises what the specification only discourages, and extensions without a definition at hand.
"""

from fhir_kb.validation.issue import Issue, Severity
from fhir_kb.validation.limits import Limits
from fhir_kb.validation.outcome import operation_outcome
from fhir_kb.validation.validator import Validator, validate
from fhir_kb.validation.walk import Conformance, Mode, Schema, Targets, Walk

__all__ = [
    "Conformance",
    "Issue",
    "Limits",
    "Mode",
    "Schema",
    "Severity",
    "Targets",
    "Validator",
    "Walk",
    "operation_outcome",
    "validate",
]
