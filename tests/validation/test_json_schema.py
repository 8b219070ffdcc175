"""The published schemas, held against the validator: two readings of the same definitions."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator
from mutations import Mutant, mutants
from specimens import specimens

from fhir_kb.errors import UnknownType
from fhir_kb.formats import Json
from fhir_kb.validation import Validator
from fhir_kb.validation.json_schema import resource_schema
from fhir_kb.versions import VERSIONS

MOUNTS = pytest.mark.parametrize("mount", VERSIONS)
OURS = ("AdverseEvent", "MedicationKnowledge", "ResearchStudy")
UNSEEN = frozenset(
    {
        "'2020-02-30'",  # a day that the calendar lacks
        "'2021-02-29'",
        "'<p>'",  # XHTML
        "'<div xmlns=\"http://www.w3.org/1999/xhtm",
        "None",  # null in an array, where the array beside may have something
    }
)
"""Spoilt primitives that JSON Schema cannot tell from right ones."""


def schema_of(type: str, mount: str) -> Draft7Validator:
    return Draft7Validator(resource_schema(VERSIONS[mount].definitions, type))


def sampled(type: str, mount: str, step: int) -> Iterator[Mutant]:
    definitions = VERSIONS[mount].definitions
    met: set[tuple[str, str]] = set()
    for resource in specimens(type, definitions):
        for mutant in mutants(resource, definitions):
            key = (mutant.element, mutant.change)
            if key not in met:
                met.add(key)
                if len(met) % step == 0:
                    yield mutant


@MOUNTS
def test_the_schema_is_one(mount: str) -> None:
    """By Draft 7's own schema, and each pattern is one; ``make conformance`` checks every type."""
    definitions = VERSIONS[mount].definitions
    Draft7Validator.check_schema(resource_schema(definitions, "Binary"))
    for schema in resource_schema(definitions, "Group")["definitions"].values():
        re.compile(schema.get("pattern", ""))


@MOUNTS
@pytest.mark.parametrize("type", OURS)
def test_schema_and_validator_agree(type: str, mount: str) -> None:
    """Two programs that share no code reach the same verdict on every kind of fault."""
    schema, validator = schema_of(type, mount), Validator(VERSIONS[mount].definitions)
    disagreements = []
    for mutant in sampled(type, mount, step=61):
        if mutant.kind == "target" or mutant.change in UNSEEN:
            continue
        is_wrong = mutant.is_caught(validator.validate(mutant.resource))
        if schema.is_valid(mutant.resource) is is_wrong:
            disagreements.append((mutant.element, mutant.change, is_wrong))
    # Codes of languages and the like are checked by a grammar that the schema does not have.
    assert [row for row in disagreements if not row[0].endswith(".language")] == []


@MOUNTS
@pytest.mark.parametrize("type", OURS)
def test_no_specimen_is_refused(type: str, mount: str) -> None:
    schema = schema_of(type, mount)
    refused = [
        (resource, error.message)
        for resource in list(specimens(type, VERSIONS[mount].definitions))[::7]
        for error in schema.iter_errors(resource)
    ]
    assert refused == []


@MOUNTS
def test_what_we_publish_is_accepted(
    mount: str, published: Callable[[str], list[Json]], specimen_types: Callable[[str], list[str]]
) -> None:
    """A form builder that is given the schema and our resource must not complain."""
    for type in specimen_types(mount):
        found = (each for each in published(mount) if each["resourceType"] == type)
        smallest = min(found, key=lambda each: len(repr(each)))
        assert [error.message for error in schema_of(type, mount).iter_errors(smallest)] == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown element": ({"colour": "red"}, "'colour' was unexpected"),
    "two types of a choice": ({"deceasedBoolean": True, "deceasedDateTime": "2020"}, "deceased"),
    "two types, one by its extension": (
        {"deceasedBoolean": True, "_deceasedDateTime": {"id": "x"}},
        "deceased",
    ),
    "a code outside a required binding": ({"gender": "m"}, "'m' is not one of"),
    "an empty array": ({"name": []}, "[]"),
    "an empty object": ({"name": [{}]}, "{}"),
    "a single value for an array": ({"name": {"family": "x"}}, "is not of type 'array'"),
    "a required element inside": ({"communication": [{"preferred": True}]}, "language"),
    "a required element inside a type": ({"photo": [{"id": 1}]}, "1 is not of type 'string'"),
    "a date that is none": ({"birthDate": "1.1.2020"}, "'1.1.2020' does not match"),
    "a wrong value inside a contained resource": (
        {"contained": [{"resourceType": "Group", "type": "person", "actual": "yes"}]},
        "'yes' is not of type 'boolean'",
    ),
    "a contained resource of no type": (
        {"contained": [{"resourceType": "Person2"}]},
        "'Person2' is not one of",
    ),
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "an extension in place of a value": {"_birthDate": {"extension": [{"url": "http://e.org"}]}},
    "null where the array beside has something": {
        "name": [{"given": [None, "B"], "_given": [{"id": "a"}, None]}]
    },
    "one type of a choice": {"deceasedDateTime": "2020"},
    "a no-break space": {"name": [{"text": "A\u00a0B"}]},
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED)
def test_one_fault_is_one_error(content: dict[str, Any], words: str) -> None:
    """A schema that tries every resource type answers with the whole resource, 700 times."""
    schema = schema_of("Patient", "r4")
    [error] = schema.iter_errors({"resourceType": "Patient", **content})
    assert words in f"{error.message} {error.schema}"


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_fhir_json_is_accepted(content: dict[str, Any]) -> None:
    assert (
        list(schema_of("Patient", "r4").iter_errors({"resourceType": "Patient", **content})) == []
    )


def test_a_required_primitive_may_be_an_extension() -> None:
    """FHIR counts an element with a data-absent-reason as present; an official schema forgot."""
    reason = {"extension": [{"url": "http://example.org/reason", "valueCode": "unknown"}]}
    schema = schema_of("Observation", "r4")
    content = {"resourceType": "Observation", "code": {"text": "x"}}
    assert schema.is_valid({**content, "_status": reason})
    assert not schema.is_valid(content)


def test_the_schema_is_whole() -> None:
    """One file is enough: every reference leads to something inside."""
    schema = resource_schema(VERSIONS["r5"].definitions, "MedicationKnowledge")
    text = repr(schema)
    assert all(f"#/definitions/{name}'" in text for name in schema["definitions"])
    assert "Transport" in schema["definitions"]  # it may be contained
    assert schema["$id"].endswith("/schema/r5/MedicationKnowledge.json")


def test_a_type_without_contained_resources_is_small() -> None:
    """Binary holds no other resource."""
    schema = resource_schema(VERSIONS["r4"].definitions, "Binary")
    assert "Patient" not in schema["definitions"]


def test_an_unknown_type_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownType, match="no resource type 'Patinet'; did you mean 'Patient'"):
        resource_schema(VERSIONS["r4"].definitions, "Patinet")
