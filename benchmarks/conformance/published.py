"""What we publish: valid in strict mode, accepted by the JSON Schemas, and spoilt in every way."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from jsonschema import Draft7Validator

from benchmarks.conformance.measure import Measure, share
from fhir_kb.definitions import Definitions
from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.validation import Validator
from fhir_kb.validation.json_schema import resource_schema
from fhir_kb.validation.profiles import open_profiles
from fhir_kb.versions import VERSIONS
from tests.mutations import KINDS, mutants
from tests.specimens import specimens

_CONFORMANCE = frozenset({"CodeSystem", "SearchParameter", "StructureDefinition", "ValueSet"})


def measures() -> Iterator[Measure]:
    """Yield the verdicts on what we publish, and how many spoilt copies of it are caught."""
    knowledge = load_knowledge()
    published = {mount: assemble(version, knowledge) for mount, version in VERSIONS.items()}
    yield _strict(published)
    yield _schemas(published)
    yield _mutations(
        "mutants of our resources",
        {mount: sorted(published[mount], key=_size) for mount in published},
        lambda resource: resource["resourceType"] not in _CONFORMANCE,
    )
    yield _mutations(
        "mutants of every element of our types",
        {mount: list(_specimens(published[mount], mount)) for mount in published},
        lambda resource: True,
    )


def _size(resource: Json) -> int:
    return len(write_json(resource))


def _specimens(resources: Iterable[Json], mount: str) -> Iterator[Json]:
    types = sorted({resource["resourceType"] for resource in resources} - _CONFORMANCE)
    for type in types:
        yield from specimens(type, VERSIONS[mount].definitions)


def _strict(published: dict[str, list[Json]]) -> Measure:
    faults = []
    for mount, resources in published.items():
        definitions = VERSIONS[mount].definitions
        validator = Validator(definitions, open_profiles(definitions, resources=resources))
        for resource in resources:
            for issue in validator.validate(write_json(resource), mode="strict"):
                if issue.severity != "information":
                    name = f"{mount} {resource['resourceType']}/{resource['id']}"
                    faults.append(f"{name} {issue.expression}: {issue.message}")
    number = sum(len(resources) for resources in published.values())
    return Measure(
        "our resources in strict mode, base and profiles",
        f"{len(faults)} errors and warnings in {number}",
        "0",
        not faults,
        _grouped(faults),
    )


def _grouped(faults: list[str]) -> list[str]:
    """Return the first fault of each kind and how often it stands."""
    kinds = Counter(fault.partition(": ")[2] for fault in faults)
    first = {fault.partition(": ")[2]: fault for fault in reversed(faults)}
    return [f"{number} × {first[kind]}" for kind, number in kinds.most_common()]


def _schemas(published: dict[str, list[Json]]) -> Measure:
    """Check each schema by Draft 7's own, and every resource we publish by its schema."""
    faults = []
    number = 0
    for mount, resources in published.items():
        definitions = VERSIONS[mount].definitions
        Draft7Validator.check_schema(resource_schema(definitions, "Bundle"))
        schemas: dict[str, Draft7Validator] = {}
        for resource in resources:
            type = resource["resourceType"]
            if type not in schemas:
                schemas[type] = Draft7Validator(resource_schema(definitions, type))
            number += 1
            errors = schemas[type].iter_errors(resource)
            faults += [f"{mount} {type}/{resource['id']}: {error.message}" for error in errors]
    return Measure(
        "our resources by the JSON Schemas",
        f"{len(faults)} errors in {number}",
        "0",
        not faults,
        faults,
    )


def _mutations(
    name: str, resources: dict[str, list[Json]], is_counted: Callable[[Json], bool]
) -> Measure:
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    missed: list[str] = []
    for mount, found in resources.items():
        counted = [resource for resource in found if is_counted(resource)]
        _count(counted, VERSIONS[mount].definitions, total, caught, missed)
    kinds = ", ".join(f"{kind} {caught[kind]}/{total[kind]}" for kind in KINDS)
    percentage = share(caught.total(), total.total())
    return Measure(
        f"{name}, three versions",
        f"{percentage:.2f} % of {total.total()} caught ({kinds})",
        "≥ 99.5 %",
        percentage >= 99.5,
        missed,
    )


def _count(
    resources: list[Json],
    definitions: Definitions,
    total: Counter[str],
    caught: Counter[str],
    missed: list[str],
) -> None:
    """Count each kind of fault in each element once: in the first resource that has the element."""
    validator = Validator(definitions)
    met: set[tuple[str, str, str]] = set()
    for resource in resources:
        before = validator.validate(resource)
        for mutant in mutants(resource, definitions):
            key = (mutant.kind, mutant.element, mutant.change)
            if key in met:
                continue
            met.add(key)
            total[mutant.kind] += 1
            if mutant.is_caught(validator.validate(mutant.resource), before):
                caught[mutant.kind] += 1
            else:
                change = re.sub(r"\s+", " ", mutant.change)
                missed.append(f"{definitions.name} {mutant.element}: {mutant.kind} {change}")
