"""All resources of one FHIR version, whole: identified, dated by the release, in order.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Iterator

from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.knowledge import Knowledge, Release
from fhir_kb.formats import Json
from fhir_kb.publish.element_order import in_element_order
from fhir_kb.versions import Version


def assemble(
    version: Version, knowledge: Knowledge, left_out: frozenset[str] = frozenset()
) -> list[Json]:
    """Return every resource of this version, sorted by type and id.

    ``left_out`` are code systems whose codes are not published. Refuses (KnowledgeError) two
    resources of one identity, an element out of place and a reference that leads nowhere.
    """
    built = [
        _stamped(resource, knowledge.release) for resource in _all(version, knowledge, left_out)
    ]
    resources = [in_element_order(resource, version.definitions) for resource in built]
    resources.sort(key=lambda resource: (resource["resourceType"], resource["id"]))
    _check_identities(resources)
    return resources


def _all(version: Version, knowledge: Knowledge, left_out: frozenset[str]) -> Iterator[Json]:
    yield from version.conformance
    yield from version.build(knowledge, left_out)


def _stamped(resource: Json, release: Release) -> Json:
    stamp = {"versionId": release.version, "lastUpdated": release.date}
    return {**resource, "meta": {**resource.get("meta", {}), **stamp}}


def _check_identities(resources: list[Json]) -> None:
    seen: set[str] = set()
    for resource in resources:
        identity = f"{resource['resourceType']}/{resource['id']}"
        if identity in seen:
            raise KnowledgeError(f"{identity} is built twice")
        seen.add(identity)
    lost = sorted({target for resource in resources for target in _targets(resource)} - seen)
    if lost:
        raise KnowledgeError(f"references lead nowhere: {', '.join(lost)}")


def _targets(value: object) -> Iterator[str]:
    """Yield the relative references inside a value."""
    if isinstance(value, dict):
        target = value.get("reference")
        if isinstance(target, str) and not target.startswith(("#", "http", "urn:")):
            yield target
        for child in value.values():
            yield from _targets(child)
    elif isinstance(value, list):
        for child in value:
            yield from _targets(child)
