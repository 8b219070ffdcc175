"""Every resource built, in every version, is what that version's specification allows.

Two judges that know nothing of each other: the specification's own tables, walked here, and the
models of fhir.resources. R4 has no models there; its resources are put to R4B's where the two
versions have the same elements.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from fhir_kb.definitions import Definitions, load
from fhir_kb.definitions.model import Element, TypeDefinition
from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.resources import (
    citation,
    document_reference,
    evidence,
    evidence_variable,
    group,
    observation,
    organization,
    research_study,
)
from fhir_kb.resources.context import Builder, Context
from fhir_kb.resources.library import ManifestRow, build_manifest
from fhir_kb.resources.provenance import build_provenance
from fhir_kb.versions import VERSIONS

STUDY_SIDE: dict[str, tuple[Builder, ...]] = {
    "r4": (
        document_reference.build,
        evidence.build_r4,
        evidence_variable.build_r4,
        group.build_r4,
        observation.build,
        organization.build_r4,
        research_study.build_r4,
    ),
    "r4b": (
        citation.build_r4b,
        document_reference.build,
        evidence.build_r4b,
        evidence_variable.build_r4b,
        group.build_r4,
        observation.build,
        organization.build_r4,
        research_study.build_r4,
    ),
    "r5": (
        citation.build_r5,
        document_reference.build,
        evidence.build_r5,
        evidence_variable.build_r5,
        group.build_r5,
        observation.build,
        organization.build_r5,
        research_study.build_r5,
    ),
}
MODELS = {"r4": "fhir.resources.R4B", "r4b": "fhir.resources.R4B", "r5": "fhir.resources"}
ONLY_R4 = {"EffectEvidenceSynthesis", "EvidenceVariable"}
EACH_VERSION = pytest.mark.parametrize("version", list(VERSIONS))


@cache
def built(version: str) -> tuple[Json, ...]:
    context = Context(load_knowledge(), version)
    builders = dict.fromkeys((*VERSIONS[version].builders, *STUDY_SIDE[version]))
    resources = [resource for build in builders for resource in build(context)]
    resources += build_provenance(context, resources)
    rows = [ManifestRow(item["resourceType"], item["id"], "0" * 64) for item in resources]
    return (*resources, build_manifest(context, rows))


def identity(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


# --- the specification's tables ---


def faults(value: Json, type: TypeDefinition, tables: Definitions, path: str) -> Iterator[str]:
    """Yield what is wrong with an object of this type, and with everything inside it."""
    counts = dict.fromkeys(type.elements, 0)
    for key, content in value.items():
        if key == "resourceType":
            continue
        found = type.json_names.get(key.removeprefix("_"))
        if found is None:
            yield f"{path}.{key}: no such element"
            continue
        element, kind = found
        items = content if isinstance(content, list) else [content]
        if isinstance(content, list) != element.is_list or items == []:
            yield f"{path}.{key}: a list where none belongs, or none where one belongs"
        counts[element.name] = max(counts[element.name], len(items))
        for item in items:
            code = "Element" if key.startswith("_") else kind.code
            yield from content_faults(item, code, element, tables, f"{path}.{key}")
            if code == "Reference":
                yield from target_faults(item, kind.targets, f"{path}.{key}")
    for name, element in type.elements.items():
        if not element.min <= counts[name] <= (element.max or counts[name]):
            yield f"{path}.{name}: {counts[name]} instead of {element.min}..{element.max or '*'}"


def content_faults(
    item: Any, code: str, element: Element, tables: Definitions, path: str
) -> Iterator[str]:
    type = tables.type(code)
    assert type is not None, f"{path}: no type {code}"
    if isinstance(item, dict):
        yield from faults(item, type, tables, path)
    elif isinstance(item, str) and not re.fullmatch(
        type.pattern or ".*", item, re.ASCII | re.DOTALL
    ):
        yield f"{path}: {item!r} is not a {code}"
    yield from code_faults(item, element, tables, path)


def code_faults(item: Any, element: Element, tables: Definitions, path: str) -> Iterator[str]:
    """Yield a code that a required value set does not have."""
    binding = element.binding
    if binding is None or binding.strength != "required":
        return
    allowed = tables.value_set(binding.value_set)
    if allowed is None or not allowed.complete:
        return
    codes = [coding["code"] for coding in item["coding"]] if isinstance(item, dict) else [item]
    if not any(code in allowed.codes for code in codes):
        yield f"{path}: {codes} is not in {binding.value_set}"


def target_faults(item: Json, targets: tuple[str, ...], path: str) -> Iterator[str]:
    type = item.get("reference", "").partition("/")[0]
    if type and targets and not {type, "Resource"} & set(targets):
        yield f"{path}: a {type} where {targets} are allowed"


@EACH_VERSION
def test_every_resource_keeps_to_the_tables_of_its_version(version: str) -> None:
    """Elements, cardinalities, primitive forms, required codes and reference targets."""
    tables = load(VERSIONS[version].name)
    found = []
    for resource in built(version):
        type = tables.type(resource["resourceType"])
        assert type is not None, f"{version} has no {resource['resourceType']}"
        found += faults(resource, type, tables, identity(resource))
    assert found == []


SPOILT = [
    ({"status": "finished"}, "not in"),
    ({"subject": {"reference": "Medication/thalidomide"}}, "are allowed"),
    ({"code": [{"text": "haemoglobin"}]}, "a list where none belongs"),
    ({"codes": {"text": "haemoglobin"}}, "no such element"),
    ({"id": "no spaces here"}, "is not a id"),
]


@pytest.mark.parametrize(("spoilt", "complaint"), SPOILT)
def test_the_walk_over_the_tables_sees_a_spoilt_resource(spoilt: Json, complaint: str) -> None:
    """A check that finds nothing in good resources must be seen to find something in bad ones."""
    tables = load("R4")
    type = tables.type("Observation")
    assert type is not None
    good = next(item for item in built("r4") if item["resourceType"] == "Observation")
    assert list(faults(good, type, tables, "")) == []
    assert complaint in "; ".join(faults({**good, **spoilt}, type, tables, ""))


def test_the_walk_over_the_tables_sees_a_missing_element() -> None:
    tables = load("R5")
    type = tables.type("Group")
    assert type is not None
    good = next(item for item in built("r5") if item["resourceType"] == "Group")
    bad = {key: value for key, value in good.items() if key != "membership"}
    assert list(faults(bad, type, tables, "Group")) == ["Group.membership: 0 instead of 1..1"]


# --- the models of fhir.resources ---


@EACH_VERSION
def test_every_resource_parses_with_fhir_resources(version: str) -> None:
    """An EHR in Python reads them with these models."""
    refused = []
    for resource in built(version):
        type = resource["resourceType"]
        if version == "r4" and type in ONLY_R4:
            continue
        model = getattr(import_module(f"{MODELS[version]}.{type.lower()}"), type)
        try:
            model.model_validate(resource)
        except ValueError as error:
            refused.append(f"{identity(resource)}: {error}")
    assert refused == []


# --- across resources ---


@EACH_VERSION
def test_every_reference_leads_to_a_resource_of_the_same_version(version: str) -> None:
    known = {identity(resource) for resource in built(version)}
    assert {target for resource in built(version) for target in targets(resource)} - known == set()


def targets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for child in value.values():
            yield from targets(child)
    elif isinstance(value, list):
        for child in value:
            yield from targets(child)


@EACH_VERSION
def test_no_two_resources_have_one_identity(version: str) -> None:
    identities = [identity(resource) for resource in built(version)]
    assert len(set(identities)) == len(identities)


def test_a_result_has_the_same_id_in_every_version() -> None:
    """A link that worked in R4 works in R5."""
    per_version = [
        {identity(item) for item in built(version) if item["resourceType"] in SHARED}
        for version in VERSIONS
    ]
    assert per_version[0] == per_version[1] == per_version[2]


SHARED = {"DocumentReference", "Group", "Observation", "Organization", "ResearchStudy"}
