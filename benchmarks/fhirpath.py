"""FHIRPath: how long the invariants of R4 take to compile and to evaluate.

Run: python -m benchmarks.fhirpath
"""

import time
from collections.abc import Callable
from typing import Any

from fhir_kb.definitions import Definitions, load
from fhir_kb.fhirpath import Environment, Node, compile_expression
from fhir_kb.fhirpath.compiler import Compiler
from fhir_kb.fhirpath.expression import types_of
from fhir_kb.fhirpath.parser import parse

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "example",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A</div>'},
    "identifier": [
        {
            "use": "usual",
            "type": {"coding": [{"system": "http://example.org/types", "code": "MR"}]},
            "system": "urn:oid:1.2.36.146.595.217.0.1",
            "value": "12345",
            "period": {"start": "2001-05-06", "end": "2011-05-06"},
        }
    ],
    "active": True,
    "name": [{"use": "official", "family": "Chalmers", "given": ["Peter", "James"]}],
    "telecom": [{"system": "phone", "value": "(03) 5555 6473", "use": "work", "rank": 1}],
    "gender": "male",
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://example.org/birthTime", "valueString": "14:35"}]},
    "contact": [{"name": {"family": "du Marché", "given": ["Bénédicte"]}}],
    "managingOrganization": {"reference": "Organization/1"},
}

CASES = {
    "ele-1": ("Patient.name[0]", "hasValue() or (children().count() > id.count())"),
    "ele-1 on a primitive": (
        "Patient.birthDate",
        "hasValue() or (children().count() > id.count())",
    ),
    "ext-1": ("Patient.birthDate.extension[0]", "extension.exists() != value.exists()"),
    "pat-1": (
        "Patient.contact[0]",
        "name.exists() or telecom.exists() or address.exists() or organization.exists()",
    ),
    "per-1": (
        "Patient.identifier[0].period",
        "start.hasValue().not() or end.hasValue().not() or (start <= end)",
    ),
    "cpt-2": ("Patient.telecom[0]", "value.empty() or system.exists()"),
    "dom-2": ("Patient", "contained.contained.empty()"),
    "dom-6": ("Patient", "text.`div`.exists()"),
    "ref-1": (
        "Patient.managingOrganization",
        "reference.startsWith('#').not() or "
        "(reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    ),
    "where, one of a row": (
        "Patient",
        "telecom.where(system = 'phone' and use in ('home' | 'work')).exists()",
    ),
}


def main() -> None:
    """Print the measurements."""
    definitions = load("R4")
    expressions = _invariants(definitions)
    print(
        f"compile {len(expressions)} invariants: {_compile_time(expressions, definitions):.1f} ms"
    )
    patient = Node(PATIENT, "Patient")
    environment = Environment()
    for name, (place, text) in CASES.items():
        [node] = compile_expression(place, definitions, "Patient").evaluate(patient)
        expression = compile_expression(text, definitions, node.type)
        cost = _microseconds(lambda e=expression, n=node: e.is_true(n, environment))  # type: ignore[misc]
        print(f"{cost:6.2f} µs  {name}: {text}")


def _invariants(definitions: Definitions) -> list[str]:
    """Return the invariants of all resources and of the types and elements below them."""
    found: dict[str, None] = {}
    waiting = sorted(definitions.resource_types)
    seen = set(waiting)
    while waiting:
        type = definitions.type(waiting.pop())
        if type is None:
            continue
        rules = [*type.constraints, *(c for e in type.elements.values() for c in e.constraints)]
        found |= dict.fromkeys(rule.expression for rule in rules)
        below = {code.code for element in type.elements.values() for code in element.types} - seen
        seen |= below
        waiting.extend(below)
    return list(found)


def _compile_time(expressions: list[str], definitions: Definitions) -> float:
    types = types_of(definitions)

    def compile_all() -> None:
        for text in expressions:
            Compiler(types, strict=False, scopes=False).compile(parse(text))

    return _microseconds(compile_all, rounds=5) / 1000


def _microseconds(run: Callable[[], object], rounds: int = 20_000) -> float:
    """Return the best of three mean times."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for _ in range(rounds):
            run()
        best = min(best, (time.process_time() - start) / rounds)
    return best * 1_000_000


if __name__ == "__main__":
    main()
