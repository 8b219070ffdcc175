"""Bulk data may be loaded unchecked: what has an odd form is not found, and hides nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from index_entries import flattened

from fhir_kb.formats.json import write_json
from fhir_kb.search import Indexer, search_table
from fhir_kb.store.journal.rows import packed_rows
from fhir_kb.store.terms import terms_of
from fhir_kb.versions import VERSIONS

CODING = {"system": "http://s", "code": "c", "display": "d"}
CONCEPT = {"coding": [CODING], "text": "a text"}
REFERENCE = {"reference": "Group/g", "type": "Group", "display": "a group"}
IDENTIFIER = {"system": "http://i", "value": "v", "type": CONCEPT}
RESOURCES: dict[str, Any] = {
    "Observation": {
        "meta": {"profile": ["http://p"], "tag": [CODING], "source": "http://o"},
        "text": {"status": "generated", "div": "<div>a text</div>"},
        "contained": [{"resourceType": "Group", "id": "in"}],
        "identifier": [IDENTIFIER],
        "status": "final",
        "category": [CONCEPT],
        "code": CONCEPT,
        "subject": {"reference": "#in"},
        "focus": [REFERENCE, {"identifier": IDENTIFIER}],
        "effectivePeriod": {"start": "2020", "end": "2021"},
        "valueQuantity": {"value": 5, "system": "http://u", "code": "mg", "unit": "mg"},
        "component": [{"code": CONCEPT, "valueCodeableConcept": CONCEPT}],
    },
    "AdverseEvent": {
        "code": CONCEPT,
        "occurrenceDateTime": "2020-05-01",
        "suspectEntity": [{"instanceReference": REFERENCE}],
    },
    "ResearchStudy": {
        "url": "http://r",
        "name": "a name",
        "focus": [{"concept": CONCEPT, "reference": REFERENCE}],
        "recruitment": {"actualNumber": 5, "eligibility": REFERENCE},
    },
    "PlanDefinition": {
        "url": "http://p|1",
        "version": "1",
        "useContext": [{"code": CODING, "valueRange": {"low": {"value": 1}, "high": {"value": 2}}}],
        "relatedArtifact": [{"type": "depends-on", "resource": "http://x"}],
        "library": ["http://l"],
    },
}
ODD: tuple[Any, ...] = (7, "x", True, None, [], {}, ["a"], [{"a": 1}], [None], [[]])


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value inside."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (key,)
            yield from ((key, *rest) for rest in places(value[key]))


def changed(resource: Any, place: tuple[Any, ...], odd: Any) -> Any:
    # Not deepcopy: what stands in several places would stay one object.
    copy = inside = json.loads(json.dumps(resource))
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = odd
    return copy


@pytest.fixture(scope="module")
def indexer() -> Indexer:
    version = VERSIONS["r5"]
    table = search_table("R5", version.definitions, [*RESOURCES, "Group"])
    return Indexer(table)


@pytest.mark.parametrize("type", RESOURCES)
def test_one_odd_value_hides_nothing_else(type: str, indexer: Indexer) -> None:
    """Wherever it stands: an element beside it that was found is still found."""
    resource = {"resourceType": type, "id": "x", "language": "en", **RESOURCES[type]}
    for place in places(RESOURCES[type]):
        for odd in ODD:
            odd_one = changed(resource, place, odd)
            rows = indexer.index(odd_one)
            packed_rows(rows)
            found = list(terms_of(rows))
            assert ("_language", "token", "en\x1f") in found, (place, odd)
            if place[0] != "code" and "code" in resource:
                assert ("code", "token", "c\x1fhttp://s") in found, (place, odd)
            parts = indexer.parts(type, write_json(odd_one))
            assert flattened(parts) == flattened(rows), (place, odd)


def test_a_composition_is_indexed(indexer: Indexer) -> None:
    """R5 joins a code with words in one of its parameters, which is searched in no way."""
    table = search_table("R5", VERSIONS["r5"].definitions, ["Composition"])
    section = {"code": CONCEPT, "text": {"status": "generated", "div": "<div>words</div>"}}
    resource = {"resourceType": "Composition", "id": "x", "section": [section]}
    assert Indexer(table).index(resource).tokens["section"]
    assert "section-code-text" not in table.parameters["Composition"]
    assert "section" in table.parameters["Composition"]
