"""Provenance: which resources were made from a source document.

https://hl7.org/fhir/R4/provenance.html, https://hl7.org/fhir/provenance.html

The coarse record: the extension ``fact-source`` on each element names line and figure.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.resources.context import Context
from fhir_kb.resources.datatypes import coding, identifier, reference
from fhir_kb.resources.frame import frame
from fhir_kb.settings import CANONICAL

_FACT_SOURCE = f"{CANONICAL}/StructureDefinition/fact-source"
_OPERATIONS = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_PARTICIPANTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def build_provenance(context: Context, resources: Iterable[Json]) -> Iterator[Json]:
    """Yield one Provenance per source that some of these resources name, in any version.

    ``resources`` are all other resources of the version; a source that none names has no record,
    because a Provenance needs a target.
    """
    targets = _targets(resources)
    for source in context.knowledge.sources.values():
        if source.id in targets:
            yield _record(context, source.id, source.name, targets[source.id])


def _record(context: Context, id: str, name: str, targets: list[str]) -> Json:
    release = context.knowledge.release
    rows = [
        ("Source", name),
        ("Resources made from it", str(len(targets))),
        ("Release", f"{release.version}, {release.date}"),
    ]
    title = f"Made from {name}"
    return frame("Provenance", id, "publication-record", title, rows) | {
        "target": [{"reference": target} for target in targets],
        "recorded": release.date,
        "activity": {
            "coding": [coding(_OPERATIONS, "CREATE", "create")],
            "text": "facts taken from the source and written as resources",
        },
        "agent": [
            {
                "type": {"coding": [coding(_PARTICIPANTS, "assembler", "Assembler")]},
                "who": {"identifier": identifier("software", "fhir-kb"), "display": "fhir-kb"},
            }
        ],
        "entity": [{"role": "source", "what": reference("DocumentReference", id, name)}],
    }


def _targets(resources: Iterable[Json]) -> Mapping[str, list[str]]:
    """Return the resources that name each source, as ``Type/id`` in order."""
    found: dict[str, set[str]] = {}
    for resource in resources:
        for source in _named_sources(resource):
            identity = f"{resource['resourceType']}/{resource['id']}"
            found.setdefault(source, set()).add(identity)
    return {source: sorted(identities) for source, identities in found.items()}


def _named_sources(value: Any) -> Iterator[str]:
    """Yield the id of the source in every ``fact-source`` inside a value."""
    if isinstance(value, list):
        for item in value:
            yield from _named_sources(item)
    elif isinstance(value, dict):
        if value.get("url") == _FACT_SOURCE:
            yield from (
                part["valueReference"]["reference"].removeprefix("DocumentReference/")
                for part in value["extension"]
                if part["url"] == "source"
            )
        else:
            for child in value.values():
                yield from _named_sources(child)
