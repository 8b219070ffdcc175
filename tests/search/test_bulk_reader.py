"""A snapshot is built from stored texts, what clients write from objects: both answer alike."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from index_entries import flattened

from fhir_kb.errors import MalformedContent
from fhir_kb.facts import load_knowledge
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.publish.assemble import assemble
from fhir_kb.publish.release import table_of
from fhir_kb.search import Indexer, bulk_elements
from fhir_kb.store.index import Part
from fhir_kb.versions import VERSIONS

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"
CODING = {"system": "http://s", "code": "c-1", "display": "Réaction grave"}
LARGE = {"coding": [{**CODING, "code": f"c-{number}"} for number in range(30)]}
LOCATION = {"resourceType": "Location", "id": "in"}
PATIENT = {"resourceType": "Patient", "id": "in"}
"""Which of the two ``#in`` leads to is no matter of the text that refers to it."""
CHOICES: dict[str, tuple[Any, ...]] = {
    "text": (
        {"status": "generated", "div": "<div>one <b>two</b> &amp; three</div>"},
        {"status": "empty", "div": ""},
        {"div": 5},
        "words",
    ),
    "contained": ([PATIENT], [LOCATION], []),
    "meta": (
        {"lastUpdated": "2020-01-01T00:00:00Z", "tag": [CODING], "profile": ["http://p|1"]},
        {"lastUpdated": "2021-01-01T00:00:00.123+02:00", "source": "http://o"},
    ),
    "identifier": ([{"system": "http://i", "value": "v", "type": {"coding": [CODING]}}], []),
    "status": ("completed", "in-progress", 7, None),
    "category": ([{"coding": [CODING], "text": 'a "quoted" text'}], [LARGE], LARGE),
    "code": ({"coding": [CODING]}, {"text": "a text"}, {}, [CODING]),
    "subject": (
        {"reference": "#in"},
        {"reference": "\u0023in", "display": "escaped"},
        {"reference": "Patient/p", "display": "somebody"},
        {"reference": "Group/g"},
        {"identifier": {"value": "v"}},
    ),
    "occurrenceDateTime": ("2020-05-01", "2020", "2020-05-01T10:00:00Z", "no date", ["2021"]),
    "recordedDate": ("2020-05-01", 2020),
    "participant": (
        [{"function": {"text": "reporting nurse"}, "actor": {"reference": "Practitioner/n"}}] * 2,
        [{"function": LARGE}, "odd", [1], None, {"extension": [{"valueString": "deep words"}]}],
        {"actor": {"display": "alone"}},
    ),
    "suspectEntity": (
        [{"instanceReference": {"reference": "Medication/m"}, "id": "x", "note": "odd words"}],
        [{"instanceReference": {"reference": "Medication/m"}}, "odd", [1], {"extension": [{}]}],
        [{"instanceReference": {"reference": f"Medication/{each}"}} for each in range(9)],
        {"instanceCodeableConcept": LARGE},
        "odd words",
    ),
    "note": ([{"text": "said so " * 200}], [{"text": "short"}], ["odd", ["odder"]]),
    "extension": ([{"url": "http://e", "valueQuantity": {"value": 5, "unit": "mg"}}],),
    "_status": ({"extension": [{"url": "http://e", "valueString": "reason"}]},),
    "language": ("en",),
}


def compare(indexer: Indexer, resource: Json) -> None:
    """Refuse a resource whose text comes to other entries than itself."""
    parts = indexer.parts(resource["resourceType"], write_json(resource))
    assert flattened(parts) == flattened(indexer.index(resource)), resource


@pytest.mark.parametrize("version", VERSIONS)
def test_our_resources(version: str) -> None:
    known = VERSIONS[version]
    resources = assemble(known, load_knowledge())
    indexer = Indexer(table_of(known, frozenset(each["resourceType"] for each in resources)))
    for resource in resources:
        compare(indexer, resource)


def foreign_resources(version: str) -> Iterator[Json]:
    """Yield the validator's test files, sound or not, of the types that a version has."""
    types = VERSIONS[version].definitions.resource_types
    for path in sorted((ORACLE / "validator" / "files").rglob("*.json")):
        try:
            resource = read_json(path.read_bytes())
        except MalformedContent:
            continue
        if resource.get("resourceType") in types:
            yield resource


@pytest.mark.skipif(not ORACLE.exists(), reason="shared/oracle is not beside the repository")
@pytest.mark.parametrize("version", VERSIONS)
def test_foreign_resources(version: str) -> None:
    resources = list(foreign_resources(version))
    assert len(resources) > 50
    types = frozenset(each["resourceType"] for each in resources)
    indexer = Indexer(table_of(VERSIONS[version], types))
    # Twice: the second time, what comes again is known.
    for resource in (*resources, *resources):
        compare(indexer, resource)


@pytest.mark.parametrize(
    ("tries", "kept", "elements"), [(5, 3, 4), (10, 1000, 1000), (10**6, 1, 0)]
)
def test_what_comes_again_and_what_does_not(
    monkeypatch: pytest.MonkeyPatch, tries: int, kept: int, elements: int
) -> None:
    """Parts are tried, kept, given up and left out, and it makes no difference."""
    monkeypatch.setattr(bulk_elements, "_TRIES", tries)
    monkeypatch.setattr(bulk_elements, "_KEPT_MAX", kept)
    monkeypatch.setattr(bulk_elements, "_ELEMENTS_MAX", elements)
    chance = random.Random(1)  # noqa: S311
    indexer = Indexer(table_of(VERSIONS["r5"], frozenset({"AdverseEvent"})))
    for number in range(400):
        resource: Json = {"resourceType": "AdverseEvent", "id": f"event-{number}"}
        for element, values in CHOICES.items():
            if chance.random() < 0.7:
                resource[element] = chance.choice(values)
        if chance.random() < 0.5:
            resource["code"] = {"text": f"text {number}", "coding": [{"code": str(number)}]}
            resource["note"] = [{"text": f"note {number}", "time": "2020"}, {"authorString": "N"}]
        compare(indexer, resource)


def test_an_escape_hides_no_reference_into_the_resource() -> None:
    """The same text leads to a patient in one resource and to a place in another."""
    indexer = Indexer(table_of(VERSIONS["r5"], frozenset({"AdverseEvent"})))
    for contained in (PATIENT, LOCATION, PATIENT):
        resource = {
            "resourceType": "AdverseEvent",
            "contained": [contained],
            "subject": {"reference": "#in", "identifier": {"value": "v"}},
        }
        for written in (b'"#in"', b'"\\u0023in"'):
            body = write_json(resource).replace(b'"#in"', written)
            found = flattened(indexer.parts("AdverseEvent", body))
            assert found == flattened(indexer.index(resource))
            assert any(entry[0] == "patient" for entry in found) == (contained is PATIENT)


def test_what_comes_again_is_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resources with the same coding share its part; what never comes again is given up."""
    monkeypatch.setattr(bulk_elements, "_TRIES", 30)
    indexer = Indexer(table_of(VERSIONS["r5"], frozenset({"AdverseEvent"})))

    def parts(number: int) -> set[Part]:
        resource = {
            "resourceType": "AdverseEvent",
            "code": {"coding": [CODING]},
            "subject": {"reference": f"Group/{number}"},
        }
        return set(indexer.parts("AdverseEvent", write_json(resource)).shared)

    code_alone = parts(0) & parts(1)
    assert len(code_alone) == 1
    assert len(parts(2) & parts(2)) == 1 + len(code_alone)
    for number in range(3, 30):
        parts(number)
    assert parts(30) & parts(30) == code_alone


BUILD = """
import sys
from pathlib import Path
from fhir_kb.publish.release import table_of
from fhir_kb.search import Indexer
from fhir_kb.store import Entry, StoredResource, write_snapshot
from fhir_kb.versions import VERSIONS
indexer = Indexer(table_of(VERSIONS["r5"], frozenset({"AdverseEvent"})))
body = sys.argv[2].encode()
time = "2020-01-01T00:00:00Z"
resource = StoredResource.of("AdverseEvent", "x", "1", time, body)
entries = [Entry(resource, indexer.parts("AdverseEvent", body))]
print(write_snapshot(Path(sys.argv[1]), entries, version="R5", release="r").fingerprint)
"""


def test_the_same_texts_give_the_same_file(tmp_path: Path) -> None:
    """Whatever order this run of Python keeps its sets in."""
    [narrative, *_] = CHOICES["text"]
    body = write_json({"resourceType": "AdverseEvent", "id": "x", "text": narrative}).decode()
    files = set()
    for seed in ("1", "2", "3", "4"):
        path = tmp_path / f"{seed}.sqlite"
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", BUILD, str(path), body],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        files.add(path.read_bytes())
    assert len(files) == 1
