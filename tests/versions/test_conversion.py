"""Between versions nothing is lost in silence, and what is converted back is the same."""

from pathlib import Path
from typing import Any

import pytest
from specimens import specimens

from fhir_kb.errors import UnknownType
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.store import Snapshot
from fhir_kb.validation import Validator
from fhir_kb.versions import VERSIONS
from fhir_kb.versions.conversion import Conversion, convert
from fhir_kb.versions.conversion.elements import RENAMED, TYPES

X5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
X4 = "http://hl7.org/fhir/4.0/StructureDefinition/extension-"
ABSENT = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unsupported",
        }
    ]
}


def between(resource: Json, source: str, target: str) -> Conversion:
    return convert(resource, VERSIONS[source].definitions, VERSIONS[target].definitions)


def down(resource: Json) -> Json:
    return between(resource, "r5", "r4").resource


def up(resource: Json) -> Json:
    return between(resource, "r4", "r5").resource


@pytest.fixture(scope="session")
def stored(built: Path) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for mount in VERSIONS:
        snapshot = Snapshot.open(built / f"{mount}.sqlite")
        rows = [row for type in sorted(TYPES) for row in snapshot.rows_of_type(type)]
        found[mount] = [read_json(resource.body) for resource in snapshot.resources(rows)]
    return found


@pytest.mark.parametrize("older", ["r4", "r4b"])
def test_every_stored_resource_comes_back_the_same(
    stored: dict[str, list[Json]], older: str
) -> None:
    """R5 to an older version and back: not a word more or less, lists in their order."""
    assert len(stored["r5"]) > 40
    for resource in stored["r5"]:
        there = between(resource, "r5", older)
        assert not [note for note in there.notes if note.kind == "lost"]
        back = between(there.resource, older, "r5")
        assert back.resource == resource


@pytest.mark.parametrize("older", ["r4", "r4b"])
def test_an_older_resource_settles_after_one_way(stored: dict[str, list[Json]], older: str) -> None:
    """R4 writes single R5 elements as extensions; once they are elements, nothing changes more."""
    for resource in stored[older]:
        newer = between(resource, older, "r5").resource
        again = between(between(newer, "r5", older).resource, older, "r5").resource
        assert again == newer


@pytest.mark.parametrize(("older", "newer"), RENAMED)
def test_the_table_names_elements_that_there_are(older: str, newer: str) -> None:
    """A path that is misspelt would quietly carry its element as an extension."""
    for path, mount in ((older, "r4"), (newer, "r5")):
        type, *steps = path.split(".")
        shape = VERSIONS[mount].definitions.type(type)
        for step in steps:
            assert shape is not None
            element = shape.elements[step]
            shape = VERSIONS[mount].definitions.type(element.types[0].code)


MARKED = {"text": "x", "extension": [{"url": "http://example.org/x", "valueString": "y"}]}


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"code": MARKED}, {"event": MARKED}),
        ({"occurrenceDateTime": "2020"}, {"date": "2020"}),
        ({"_occurrenceDateTime": MARKED["extension"][0]}, {"_date": MARKED["extension"][0]}),
        (
            {"occurrencePeriod": {"start": "2020"}},
            {
                "extension": [
                    {"url": f"{X5}AdverseEvent.occurrence", "valuePeriod": {"start": "2020"}}
                ]
            },
        ),
        (
            {"identifier": [{"value": "1"}, {"value": "2"}]},
            {
                "identifier": {"value": "1"},
                "extension": [
                    {"url": f"{X5}AdverseEvent.identifier", "valueIdentifier": {"value": "2"}}
                ],
            },
        ),
        (
            {"participant": [{"id": "p", "actor": {"display": "A"}, "function": {"text": "f"}}]},
            {
                "extension": [
                    {
                        "url": f"{X5}AdverseEvent.participant",
                        "id": "p",
                        "extension": [
                            {"url": "actor", "valueReference": {"display": "A"}},
                            {"url": "function", "valueCodeableConcept": {"text": "f"}},
                        ],
                    }
                ]
            },
        ),
        (
            {
                "suspectEntity": [
                    {
                        "instanceReference": {"display": "M"},
                        "causality": {"assessmentMethod": {"text": "m"}},
                    }
                ]
            },
            {
                "suspectEntity": [
                    {"instance": {"display": "M"}, "causality": [{"method": {"text": "m"}}]}
                ]
            },
        ),
        (
            {"suspectEntity": [{"instanceCodeableConcept": {"text": "M"}}]},
            {
                "suspectEntity": [
                    {
                        "instance": ABSENT,
                        "extension": [
                            {
                                "url": f"{X5}AdverseEvent.suspectEntity.instance",
                                "valueCodeableConcept": {"text": "M"},
                            }
                        ],
                    }
                ]
            },
        ),
    ],
)
def test_an_adverse_event_of_r5_in_r4(newer: dict[str, Any], older: dict[str, Any]) -> None:
    """Each way in which an element differs: name, type, number, being there at all."""
    head = {"resourceType": "AdverseEvent", "subject": {"display": "S"}, "actuality": "actual"}
    status = {"url": f"{X5}AdverseEvent.status", "valueCode": "completed"}
    resource = {**head, "status": "completed", **newer}
    converted = down(resource)
    others = [each for each in converted.pop("extension", []) if each != status]
    assert (converted | ({"extension": others} if others else {})) == {**head, **older}
    assert up(down(resource)) == resource


def test_parts_that_moved_are_moved() -> None:
    """R5 gathers in definitional what R4 has at the top; what R4 lacks stays gathered."""
    resource = {
        "resourceType": "MedicationKnowledge",
        "name": ["a", "b"],
        "_name": [None, {"id": "second"}],
        "definitional": {
            "id": "d",
            "doseForm": {"text": "capsule"},
            "definition": [{"display": "D"}],
            "ingredient": [
                {"item": {"concept": {"text": "i"}, "reference": {"display": "r"}}},
                {"item": {"reference": {"display": "r"}}, "strengthQuantity": {"value": 1}},
            ],
        },
    }
    converted = down(resource)
    assert converted["synonym"] == ["a", "b"]
    assert converted["_synonym"] == [None, {"id": "second"}]
    assert converted["doseForm"] == {"text": "capsule"}
    assert converted["ingredient"][0]["itemCodeableConcept"]["text"] == "i"
    assert converted["ingredient"][1]["itemReference"] == {"display": "r"}
    (left,) = converted["extension"]
    assert left == {
        "url": f"{X5}MedicationKnowledge.definitional",
        "id": "d",
        "extension": [{"url": "definition", "valueReference": {"display": "D"}}],
    }
    assert up(converted) == resource


def test_a_status_of_another_meaning_is_not_taken_over() -> None:
    """R5's active is a published study, R4's one that recruits: patients must not be sent there."""
    state = {
        "coding": [{"system": "http://hl7.org/fhir/research-study-status", "code": "completed"}]
    }
    resource = {
        "resourceType": "ResearchStudy",
        "status": "active",
        "progressStatus": [{"state": state}],
    }
    converted = down(resource)
    assert converted["status"] == "completed"
    assert {"url": f"{X5}ResearchStudy.status", "valueCode": "active"} in converted["extension"]
    assert up(converted) == resource
    recruiting = up({"resourceType": "ResearchStudy", "status": "active"})
    assert recruiting["_status"] == ABSENT
    assert recruiting["extension"] == [{"url": f"{X4}ResearchStudy.status", "valueCode": "active"}]


def test_what_nothing_can_carry_is_told() -> None:
    """A modifier in an extension could be passed over by a reader; so it is told as lost."""
    modifier = [{"url": "http://example.org/not", "valueBoolean": True}]
    participant = {"actor": {"display": "A"}, "modifierExtension": modifier}
    resource = {"resourceType": "AdverseEvent", "status": "completed", "participant": [participant]}
    notes = between(resource, "r5", "r4").notes
    lost = [note.path for note in notes if note.kind == "lost"]
    assert lost == ["AdverseEvent.participant.modifierExtension"]


def test_an_element_and_its_extension_do_not_overwrite_each_other() -> None:
    """What two places claim stays in both."""
    extension = {"url": f"{X5}AdverseEvent.code", "valueCodeableConcept": {"text": "two"}}
    resource = {
        "resourceType": "AdverseEvent",
        "event": {"text": "one"},
        "extension": [extension],
    }
    converted = up(resource)
    assert converted["code"] == {"text": "one"}
    assert extension in converted["extension"]


def test_a_reference_to_a_type_that_is_not_there_is_told() -> None:
    """R4 has no Citation: a reader there cannot follow it."""
    resource = {
        "resourceType": "ResearchStudy",
        "status": "active",
        "result": [{"reference": "Citation/x"}],
    }
    notes = between(resource, "r5", "r4").notes
    assert [note.path for note in notes if note.kind == "dangling"] == ["ResearchStudy.result"]


def test_a_type_that_was_not_compared_is_refused() -> None:
    """An element of the same name may mean something else there."""
    with pytest.raises(UnknownType, match="AdverseEvent, MedicationKnowledge, ResearchStudy"):
        down({"resourceType": "Evidence"})


PAIRS = [("r5", "r4"), ("r5", "r4b"), ("r4", "r5"), ("r4b", "r5"), ("r4", "r4b")]


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("type", sorted(TYPES))
def test_every_element_there_is_comes_back(type: str, source: str, target: str) -> None:
    """Each element of each type, in each of its types, those included that we never write.

    What stands in between keeps the structure of its own version.
    """
    definitions = VERSIONS[target].definitions
    validator = Validator(definitions)
    for resource in specimens(type, VERSIONS[source].definitions):
        there = between(resource, source, target)
        assert not [note for note in there.notes if note.kind == "lost"]
        assert between(there.resource, target, source).resource == resource
        found = validator.validate(write_json(there.resource), mode="structure")
        assert not [issue.message for issue in found if issue.severity in ("error", "fatal")]
