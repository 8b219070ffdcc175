"""The snapshots of our profiles say all that base and differential say, and hold by themselves."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from fhir_kb.definitions import Snapshots
from fhir_kb.errors import KnowledgeError
from fhir_kb.formats import Json
from fhir_kb.publish.profile_snapshots import ProfileSnapshots
from fhir_kb.validation import Validator
from fhir_kb.validation.profiles import Profiles, shelf_of
from fhir_kb.versions import VERSIONS, Version

HL7 = "http://hl7.org/fhir/StructureDefinition/"
OURS = "https://fhir-kb.example.org/fhir/StructureDefinition/"

PROFILES = [
    pytest.param(mount, each["id"], id=f"{mount}-{each['id']}")
    for mount, version in VERSIONS.items()
    for each in version.conformance
    if each["resourceType"] == "StructureDefinition"
]


def structures(version: Version) -> list[Json]:
    return [each for each in version.conformance if each["resourceType"] == "StructureDefinition"]


@cache
def completed(mount: str) -> Mapping[str, Json]:
    """Every StructureDefinition of a version with its snapshot, by id."""
    version = VERSIONS[mount]
    snapshots = ProfileSnapshots(structures(version), version.definitions)
    return {each["id"]: snapshots.completed(each) for each in structures(version)}


@cache
def published(mount: str) -> Mapping[str, Json]:
    """Each element of the specification's snapshots by its path."""
    held = Snapshots(VERSIONS[mount].name)
    return {each["path"]: each for type in held.types for each in held.elements(type)}


@cache
def validator(mount: str) -> Validator:
    definitions = VERSIONS[mount].definitions
    shelf = shelf_of(VERSIONS[mount].conformance)
    return Validator(definitions, Profiles(definitions, [shelf]))


def elements(mount: str, id: str) -> list[Json]:
    found: list[Json] = completed(mount)[id]["snapshot"]["element"]
    return found


def most(element: Json) -> float:
    return float("inf") if element["max"] == "*" else int(element["max"])


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_a_snapshot_is_valid(mount: str, id: str) -> None:
    """The invariants of StructureDefinition speak of snapshots: sdf-3, sdf-8 and others."""
    issues = validator(mount).validate(completed(mount)[id], mode="strict")
    assert [issue.message for issue in issues if issue.is_error] == []


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_every_element_is_described_and_has_its_cardinality(mount: str, id: str) -> None:
    """An author reads them in the guide that is derived; what is lost here is lost there."""
    for element in elements(mount, id):
        for key in ("short", "definition", "min", "max", "base"):
            assert element.get(key) not in (None, ""), f"{element['id']} {key}"
        assert element.get("type") or "contentReference" in element or "." not in element["id"]


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_all_that_the_differential_states_is_in(mount: str, id: str) -> None:
    by_id = {element["id"]: element for element in elements(mount, id)}
    assert len(by_id) == len(elements(mount, id))
    for statement in completed(mount)[id]["differential"]["element"]:
        found = by_id[statement["id"]]
        for key, value in statement.items():
            if key == "constraint":
                assert [each for each in found[key] if each in value] == value
            elif key == "min":
                assert found[key] >= value
            else:
                assert found[key] == value, f"{statement['id']} {key}"


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_an_element_is_within_what_it_is_from(mount: str, id: str) -> None:
    """The base tells where an element is defined; neither bounds nor types may be wider."""
    for element in elements(mount, id):
        origin = published(mount)[element["base"]["path"]]
        assert element["base"] == origin["base"], element["id"]
        assert "sliceName" in element or element["min"] >= origin["min"], element["id"]
        assert element["min"] <= most(element) <= most(origin), element["id"]
        codes = {row["code"] for row in element.get("type", [])}
        assert codes <= {row["code"] for row in origin.get("type", [])}, element["id"]
        keys = {row["key"] for row in element.get("constraint", [])}
        assert {row["key"] for row in origin.get("constraint", [])} <= keys, element["id"]


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_all_elements_of_the_type_are_in_and_in_their_order(mount: str, id: str) -> None:
    """An element that was not narrowed is as much a part of the profile as one that was."""
    type = completed(mount)[id]["type"]
    expected = [each["path"] for each in Snapshots(VERSIONS[mount].name).elements(type)]
    unsliced = [each["path"] for each in elements(mount, id) if ":" not in each["id"]]
    assert [path for path in unsliced if path in expected] == expected


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_an_element_stands_as_often_as_its_slices_must(mount: str, id: str) -> None:
    by_id = {element["id"]: element for element in elements(mount, id)}
    least: dict[str, int] = {}
    for element in by_id.values():
        if "sliceName" in element:
            sliced = element["id"].rpartition(":")[0]
            least[sliced] = least.get(sliced, 0) + element["min"]
            assert "slicing" in by_id[sliced]
    for sliced, number in least.items():
        assert by_id[sliced]["min"] >= number, sliced


@pytest.mark.parametrize("mount", VERSIONS)
def test_a_content_reference_names_the_element_of_the_specification(mount: str) -> None:
    """``#PlanDefinition.action`` in a profile would be the profile's own, narrower action."""
    references = {
        each["contentReference"]
        for id in completed(mount)
        for each in elements(mount, id)
        if "contentReference" in each
    }
    assert f"{HL7}PlanDefinition#PlanDefinition.action" in references
    assert {each for each in references if not each.startswith(HL7)} == set()


def test_an_extension_slice_is_what_its_profile_says() -> None:
    by_id = {each["id"]: each for each in elements("r5", "kb-organization")}
    found = by_id["Organization.extension:factSource"]
    root = elements("r5", "fact-source")[0]
    assert (found["definition"], found["min"]) == (root["definition"], 1)
    assert found["base"]["path"] == "DomainResource.extension"


@pytest.mark.parametrize("mount", VERSIONS)
def test_a_slice_is_one_extension_and_not_extensions_in_general(mount: str) -> None:
    """An author who reads of the number of studies does not want to read how extensions work."""
    by_id = {each["id"]: each for each in elements(mount, "sample-size")}
    found = by_id["Extension.extension:numberOfStudies"]
    general = by_id["Extension.extension"]
    assert general["comment"]
    assert "comment" not in found
    assert found["definition"] == published(mount)["Extension"]["definition"]
    assert found["short"] == "Number of studies"


def test_an_extension_has_its_url_and_one_type_of_value() -> None:
    by_id = {each["id"]: each for each in elements("r4", "p-value")}
    assert by_id["Extension.url"]["fixedUri"] == f"{OURS}p-value"
    assert [type["code"] for type in by_id["Extension.value[x]"]["type"]] == ["Quantity"]
    assert by_id["Extension.extension"]["max"] == "0"


def derived(base: str, type: str, *statements: Json, kind: str = "resource") -> Json:
    return {
        "resourceType": "StructureDefinition",
        "url": "http://example.org/StructureDefinition/mine",
        "name": "Mine",
        "status": "draft",
        "kind": kind,
        "abstract": False,
        "type": type,
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": [{"id": type, "path": type}, *statements]},
    }


def statement(id: str, **more: Any) -> Json:
    return {"id": id, "path": ".".join(s.partition(":")[0] for s in id.split(".")), **more}


def snapshot_of(mount: str, structure: Json) -> dict[str, Json]:
    version = VERSIONS[mount]
    made = ProfileSnapshots([*structures(version), structure], version.definitions)
    found: list[Json] = made.completed(structure)["snapshot"]["element"]
    return {each["id"]: each for each in found}


@pytest.mark.parametrize(("mount", "id"), PROFILES)
def test_another_profile_can_derive(mount: str, id: str) -> None:
    """What says nothing of its own is the same as what it is based on."""
    base = completed(mount)[id]
    found = snapshot_of(mount, derived(base["url"], base["type"], kind=base["kind"]))
    assert list(found.values()) == elements(mount, id)


def test_a_derived_profile_narrows_slices_and_walks_into_profiled_extensions() -> None:
    topic = "MedicationKnowledge.extension:knowledgeStatement.extension:topic"
    mine = derived(
        f"{OURS}kb-medication-knowledge",
        "MedicationKnowledge",
        statement("MedicationKnowledge.meta.tag:contentKind.display", min=1),
        statement(f"{topic}.value[x]", short="Mine"),
    )
    found = snapshot_of("r4", mine)
    assert found["MedicationKnowledge.meta.tag:contentKind.display"]["min"] == 1
    assert found["MedicationKnowledge.meta.tag:contentKind.code"]["patternCode"] == "drug-knowledge"
    assert found[f"{topic}.value[x]"]["short"] == "Mine"
    assert found[f"{topic}.url"]["fixedUri"] == "topic"


def test_a_slice_of_a_backbone_element_has_what_is_in_it() -> None:
    slicing = {"discriminator": [{"type": "value", "path": "code"}], "rules": "open"}
    mine = derived(
        f"{OURS}kb-observation",
        "Observation",
        statement("Observation.component", slicing=slicing),
        statement("Observation.component:mine", sliceName="mine", min=1),
        statement("Observation.component:mine.code", short="Mine"),
    )
    found = snapshot_of("r5", mine)
    assert found["Observation.component"]["min"] == 1
    assert found["Observation.component:mine.code"]["short"] == "Mine"
    assert found["Observation.component.code"]["short"] != "Mine"
    assert "slicing" not in found["Observation.component:mine"]
    assert "Observation.component:mine.value[x]" in found


@pytest.mark.parametrize(
    ("structure", "words"),
    [
        (derived(f"{HL7}Patient", "Patient"), "Patient is not at hand"),
        (
            derived(f"{OURS}kb-group", "Group", statement("Group.size", min=1)),
            "has no element Group.size",
        ),
        (
            derived(f"{OURS}kb-group", "Group", statement("Group.code.coding:a", sliceName="a")),
            "does not say how",
        ),
        (
            derived(f"{OURS}kb-group", "Group", statement("Group.meta.tag:contentKind/a")),
            "slices of slices",
        ),
        (
            derived(f"{HL7}Observation", "Observation", statement("Observation.value[x].unit")),
            "has no element Observation.value",
        ),
    ],
)
def test_a_differential_that_leads_nowhere_is_refused(structure: Json, words: str) -> None:
    with pytest.raises(KnowledgeError, match=words):
        snapshot_of("r4", structure)


def without_differentials(mount: str) -> Iterator[Json]:
    for each in completed(mount).values():
        yield {key: value for key, value in each.items() if key != "differential"}


@pytest.mark.parametrize("mount", VERSIONS)
@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Organization"},
        {"resourceType": "Organization", "meta": {"tag": [{"code": "x"}]}, "active": True},
        {"resourceType": "Organization", "extension": [{"url": f"{OURS}fact-source"}]},
        {"resourceType": "Group", "member": [{"entity": {"reference": "Patient/a"}}]},
        {"resourceType": "Library", "content": [{"contentType": "text/plain"}]},
    ],
    ids=lambda resource: "-".join(resource),
)
def test_a_snapshot_demands_what_its_differential_demands(mount: str, resource: Json) -> None:
    """The same places are found wrong whichever of the two a validator reads.

    Of the snapshot it may say one thing more: that there are too few slices in all.
    """
    profile = f"{OURS}kb-{resource['resourceType'].lower()}"
    by_snapshot = faults(mount, resource, profile, [*without_differentials(mount)])
    by_differential = faults(mount, resource, profile, structures(VERSIONS[mount]))
    assert by_differential
    assert by_differential <= by_snapshot
    assert {where for where, _ in by_differential} == {where for where, _ in by_snapshot}


def faults(mount: str, resource: Json, profile: str, at_hand: list[Json]) -> set[tuple[str, str]]:
    definitions = VERSIONS[mount].definitions
    issues = Validator(definitions, Profiles(definitions, [shelf_of(at_hand)])).validate(
        resource, profiles=[profile]
    )
    return {(issue.expression, issue.message) for issue in issues if issue.is_error}
