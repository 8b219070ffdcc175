"""All resources of one FHIR version, whole: identified, dated by the release, in order.

https://hl7.org/fhir/R4/resource.html#Meta
"""

from collections.abc import Iterator
from hashlib import sha256

from fhir_kb.definitions import Definitions
from fhir_kb.errors import KnowledgeError
from fhir_kb.facts.knowledge import Knowledge, Release
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.publish.element_order import in_element_order
from fhir_kb.resources.context import Context
from fhir_kb.resources.library import ManifestRow, build_manifest
from fhir_kb.versions import Version


def assemble(
    version: Version, knowledge: Knowledge, left_out: frozenset[str] = frozenset()
) -> list[Json]:
    """Return every resource of this version, sorted by type and id.

    ``left_out`` are code systems whose codes are not published. Refuses (KnowledgeError) two
    resources of one identity, an element out of place and a reference that leads nowhere.
    """
    context = version.context(knowledge, left_out)
    resources = [
        _finished(resource, context, version.definitions)
        for resource in (*version.conformance, *version.build(context))
    ]
    resources.append(_finished(_manifest(context, resources), context, version.definitions))
    resources.sort(key=lambda resource: (resource["resourceType"], resource["id"]))
    _check_identities(resources)
    return resources


def _finished(resource: Json, context: Context, definitions: Definitions) -> Json:
    return in_element_order(_stamped(resource, context.knowledge.release), definitions)


def _manifest(context: Context, resources: list[Json]) -> Json:
    rows = [
        ManifestRow(
            resource["resourceType"], resource["id"], sha256(write_json(resource)).hexdigest()
        )
        for resource in resources
    ]
    return build_manifest(context, rows)


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
    lost = sorted({target for resource in resources for target in targets(resource)} - seen)
    if lost:
        raise KnowledgeError(f"references lead nowhere: {', '.join(lost)}")


def targets(value: object) -> Iterator[str]:
    """Yield the relative references inside a value."""
    if isinstance(value, dict):
        target = value.get("reference")
        if isinstance(target, str) and not target.startswith(("#", "http", "urn:")):
            yield target
        for child in value.values():
            yield from targets(child)
    elif isinstance(value, list):
        for child in value:
            yield from targets(child)
