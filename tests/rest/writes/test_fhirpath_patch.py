"""FHIRPath Patch: add, insert, delete, replace and move.

https://hl7.org/fhir/R4/fhirpatch.html
"""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_kb.definitions import load
from fhir_kb.errors import FHIRPathError, MalformedContent, TooLarge, UnappliedPatch
from fhir_kb.rest.writes.fhirpath_patch import apply_fhirpath_patch, read_operations

R4 = load("R4")


def part(name: str, value: Any) -> dict[str, Any]:
    """Return a part; a value of a type that is not a text is given as its key and content."""
    if isinstance(value, dict):
        return {"name": name, **value}
    key = {"type": "valueCode"}.get(name, "valueString")
    return {"name": name, "valueInteger" if isinstance(value, int) else key: value}


def operation(type: str, path: str, **parts: Any) -> dict[str, Any]:
    named = {"type": type, "path": path, **parts}
    return {"name": "operation", "part": [part(name, value) for name, value in named.items()]}


def patched(resource: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    parameters = {"resourceType": "Parameters", "parameter": list(operations)}
    return apply_fhirpath_patch(deepcopy(resource), read_operations(parameters), R4)


def patient(**elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **elements}


NAME = {"valueHumanName": {"text": "a name"}}
ONE, TWO, NEW = ({"value": text} for text in ("1", "2", "new"))
BESIDE = {"extension": [{"url": "http://x", "valueString": "y"}]}

APPLIED = [
    # replace
    (
        patient(birthDate="1920-01-01"),
        operation("replace", "Patient.birthDate", value={"valueDate": "1930-01-01"}),
        patient(birthDate="1930-01-01"),
    ),
    (
        patient(contact=[{"gender": "male"}]),
        operation("replace", "Patient.contact[0].gender", value={"valueCode": "female"}),
        patient(contact=[{"gender": "female"}]),
    ),
    (
        patient(contact=[{"gender": "male"}]),
        operation("replace", "Patient.contact[0].gender", value={"valueString": "female"}),
        patient(contact=[{"gender": "female"}]),
    ),
    (
        patient(maritalStatus={"id": "1", "text": "married"}),
        operation(
            "replace",
            "Patient.maritalStatus",
            value={"valueCodeableConcept": {"id": "2", "text": "not married"}},
        ),
        patient(maritalStatus={"id": "2", "text": "not married"}),
    ),
    (
        patient(deceasedBoolean=True),
        operation("replace", "Patient.deceased", value={"valueDateTime": "2020"}),
        patient(deceasedDateTime="2020"),
    ),
    (
        patient(text={"status": "generated", "div": "<div>a</div>"}),
        operation("replace", "Patient.text.div", value={"valueString": "<div>b</div>"}),
        patient(text={"status": "generated", "div": "<div>b</div>"}),
    ),
    (
        patient(birthDate="1920", _birthDate=BESIDE),
        operation("replace", "Patient.birthDate", value={"valueDate": "1930"}),
        patient(birthDate="1930"),
    ),
    (
        patient(name=[{"given": ["a", "b"]}]),
        operation("replace", "Patient.name[0].given[1]", value={"valueString": "c"}),
        patient(name=[{"given": ["a", "c"]}]),
    ),
    # add
    (
        patient(),
        operation("add", "Patient", name="birthDate", value={"valueDate": "1930-01-01"}),
        patient(birthDate="1930-01-01"),
    ),
    (
        patient(),
        operation("add", "Patient", name="identifier", value={"valueIdentifier": ONE}),
        patient(identifier=[ONE]),
    ),
    (
        patient(identifier=[ONE]),
        operation("add", "Patient", name="identifier", value={"valueIdentifier": TWO}),
        patient(identifier=[ONE, TWO]),
    ),
    (
        patient(),
        operation("add", "Patient", name="contact", value={"part": [{"name": "name", **NAME}]}),
        patient(contact=[{"name": {"text": "a name"}}]),
    ),
    (
        patient(),
        operation(
            "add",
            "Patient",
            name="contact",
            value={
                "part": [
                    {"name": "telecom", "valueContactPoint": {"value": "1"}},
                    {"name": "telecom", "valueContactPoint": {"value": "2"}},
                ]
            },
        ),
        patient(contact=[{"telecom": [{"value": "1"}, {"value": "2"}]}]),
    ),
    (
        patient(),
        operation("add", "Patient", name="deceased", value={"valueBoolean": False}),
        patient(deceasedBoolean=False),
    ),
    (
        patient(),
        operation(
            "add", "Patient", name="birthDate", value={"valueDate": "1930", "_valueDate": BESIDE}
        ),
        patient(birthDate="1930", _birthDate=BESIDE),
    ),
    (
        patient(birthDate="1930"),
        operation(
            "add",
            "Patient.birthDate",
            name="extension",
            value={
                "part": [
                    {"name": "url", "valueUri": "http://x"},
                    {"name": "value", "valueString": "y"},
                ]
            },
        ),
        patient(birthDate="1930", _birthDate=BESIDE),
    ),
    (
        patient(),
        operation(
            "add", "Patient", name="contained", value={"resource": {"resourceType": "Group"}}
        ),
        patient(contained=[{"resourceType": "Group"}]),
    ),
    (
        patient(identifier=[{"use": "official"}, {"use": "usual"}]),
        operation(
            "add",
            "Patient.identifier.where(use = 'official')",
            name="value",
            value={"valueString": "7"},
        ),
        patient(identifier=[{"use": "official", "value": "7"}, {"use": "usual"}]),
    ),
    # insert
    (
        patient(identifier=[ONE, TWO]),
        operation("insert", "Patient.identifier", index=0, value={"valueIdentifier": NEW}),
        patient(identifier=[NEW, ONE, TWO]),
    ),
    (
        patient(identifier=[ONE, TWO]),
        operation("insert", "Patient.identifier", index=2, value={"valueIdentifier": NEW}),
        patient(identifier=[ONE, TWO, NEW]),
    ),
    (
        patient(),
        operation("insert", "Patient.identifier", index=0, value={"valueIdentifier": NEW}),
        patient(identifier=[NEW]),
    ),
    (
        patient(name=[{"given": ["a", "b"], "_given": [None, BESIDE]}]),
        operation("insert", "Patient.name[0].given", index=0, value={"valueString": "c"}),
        patient(name=[{"given": ["c", "a", "b"], "_given": [None, None, BESIDE]}]),
    ),
    # delete
    (patient(birthDate="1920"), operation("delete", "Patient.birthDate"), patient()),
    (patient(), operation("delete", "Patient.birthDate"), patient()),
    (
        patient(contact=[{"name": {"text": "a"}, "gender": "male"}]),
        operation("delete", "Patient.contact[0].name.text"),
        patient(contact=[{"gender": "male"}]),
    ),
    (
        patient(contact=[{"gender": "male"}]),
        operation("delete", "Patient.contact[0].gender"),
        patient(),
    ),
    (
        patient(identifier=[ONE, TWO, NEW]),
        operation("delete", "Patient.identifier[1]"),
        patient(identifier=[ONE, NEW]),
    ),
    (
        patient(birthDate="1930", _birthDate=BESIDE),
        operation("delete", "Patient.birthDate.extension[0]"),
        patient(birthDate="1930"),
    ),
    # move
    (
        patient(identifier=[ONE, TWO, NEW]),
        operation("move", "Patient.identifier", source=2, destination=0),
        patient(identifier=[NEW, ONE, TWO]),
    ),
    (
        patient(identifier=[ONE, TWO, NEW]),
        operation("move", "Patient.identifier", source=0, destination=2),
        patient(identifier=[TWO, NEW, ONE]),
    ),
]


@pytest.mark.parametrize(("before", "change", "after"), APPLIED)
def test_an_operation_does_what_the_specification_says(
    before: dict[str, Any], change: dict[str, Any], after: dict[str, Any]
) -> None:
    """One row per rule: elements, choices, lists, extensions beside values, types without name."""
    assert patched(before, change) == after


MISFITS = [
    (
        operation("add", "Patient.maritalStatus", name="text", value={"valueString": "x"}),
        "no elements",
    ),
    (operation("add", "Patient", name="active", value={"valueBoolean": False}), "there already"),
    (operation("add", "Patient", name="deceased", value={"valueBoolean": False}), "there already"),
    (operation("add", "Patient", name="nme", value={"valueString": "x"}), "no element 'nme'"),
    (operation("add", "Patient", name="birthDate", value={"valueInteger": 7}), "takes date"),
    (operation("add", "Patient", name="birthDate", value=NAME), "not HumanName"),
    (operation("add", "Patient", name="multipleBirth", value={"valueString": "x"}), "choice of"),
    (
        operation("add", "Patient", name="birthDate", value={"part": [{"name": "a", **NAME}]}),
        "parts",
    ),
    (operation("replace", "Patient.birthDate", value={"valueDate": "1930"}), "no elements"),
    (operation("replace", "Patient.identifier", value={"valueIdentifier": ONE}), "2 elements"),
    (operation("replace", "Patient", value={"resource": patient()}), "PUT"),
    (operation("delete", "Patient.identifier"), "one is deleted at a time"),
    (operation("delete", "Patient"), "DELETE"),
    (operation("delete", "Patient.identifier.count()"), "computed"),
    (
        operation("insert", "Patient.identifier", index=3, value={"valueIdentifier": ONE}),
        "last one is 2",
    ),
    (
        operation("insert", "Patient.active", index=0, value={"valueBoolean": True}),
        "does not repeat",
    ),
    (operation("insert", "Patient.nme", index=0, value={"valueBoolean": True}), "no such list"),
    (
        operation("insert", "Patient.identifier[0]", index=0, value={"valueIdentifier": ONE}),
        "one list",
    ),
    (operation("move", "Patient.identifier", source=2, destination=0), "last one is 1"),
    (operation("move", "Patient.identifier", source=0, destination=2), "last one is 1"),
]


@pytest.mark.parametrize(("change", "words"), MISFITS)
def test_an_operation_that_does_not_fit_is_named(change: dict[str, Any], words: str) -> None:
    """422: which operation, at which path, and why."""
    before = patient(active=True, deceasedBoolean=True, identifier=[ONE, TWO])
    with pytest.raises(UnappliedPatch, match=words) as refusal:
        patched(before, change)
    assert "Operation 0" in refusal.value.message


NO_PATCHES = [
    ({"resourceType": "Patient"}, "Parameters"),
    ({"resourceType": "Parameters", "parameter": {}}, "array"),
    ({"resourceType": "Parameters", "parameter": [{"name": "op"}]}, "'operation'"),
    ({"resourceType": "Parameters", "parameter": [operation("change", "Patient")]}, "'change'"),
    ({"resourceType": "Parameters", "parameter": [operation("add", "Patient")]}, "no part 'name'"),
    (
        {"resourceType": "Parameters", "parameter": [operation("replace", "Patient", value={})]},
        "one value",
    ),
    (
        {
            "resourceType": "Parameters",
            "parameter": [operation("move", "Patient", source=-1, destination=0)],
        },
        "valueInteger from 0",
    ),
]


@pytest.mark.parametrize(("parameters", "words"), NO_PATCHES)
def test_what_is_no_patch_is_refused(parameters: dict[str, Any], words: str) -> None:
    """400: the document itself is wrong, whatever the resource."""
    with pytest.raises(MalformedContent, match=words):
        read_operations(parameters)


@pytest.mark.parametrize("path", ["Patient.", "Patient.name.foo()", "Patient.foo("])
def test_a_path_that_cannot_be_evaluated_is_refused(path: str) -> None:
    """400 from FHIRPath itself; nothing outside of the resource is asked."""
    with pytest.raises(FHIRPathError):
        patched(patient(name=[{"text": "x"}]), operation("delete", path))


def test_too_many_operations_are_refused() -> None:
    """One request may not keep a writer waiting for a million evaluations."""
    with pytest.raises(TooLarge):
        patched(patient(), *[operation("delete", "Patient.birthDate")] * 1001)


def test_operations_build_on_each_other() -> None:
    """The second finds what the first made."""
    first = operation("add", "Patient", name="contact", value={"part": [{"name": "name", **NAME}]})
    second = operation("add", "Patient.contact[0]", name="gender", value={"valueCode": "male"})
    after = patched(patient(), first, second)
    assert after == patient(contact=[{"name": {"text": "a name"}, "gender": "male"}])


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"valueDecimal": Decimal("27.00")}, Decimal("27.00")), ({"valueInteger": 5}, 5)],
)
def test_digits_are_written_as_they_came(value: dict[str, Any], expected: object) -> None:
    """A decimal keeps its zeros, an integer fits where a decimal stands."""
    quantity = {"resourceType": "Observation", "valueQuantity": {"value": Decimal("1.0")}}
    after = patched(quantity, operation("replace", "Observation.value.value", value=value))
    assert str(after["valueQuantity"]["value"]) == str(expected)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.data())
def test_moving_there_and_back_changes_nothing(values: list[int], data: st.DataObject) -> None:
    """A move takes an item out and puts it in: the way back is the same move turned around."""
    places = st.integers(0, len(values) - 1)
    source, destination = data.draw(places), data.draw(places)
    before = patient(identifier=[{"value": str(value)} for value in values])
    there = operation("move", "Patient.identifier", source=source, destination=destination)
    back = operation("move", "Patient.identifier", source=destination, destination=source)
    moved = patched(before, there)
    assert moved["identifier"][destination] == before["identifier"][source]
    assert patched(moved, back) == before


@given(st.lists(st.sampled_from(["a", "b"]), max_size=5), st.integers(0, 5), st.booleans())
def test_inserting_and_deleting_undo_each_other(
    values: list[str], index: int, beside: bool
) -> None:
    """Also where extensions stand beside primitives, whose places must not slip."""
    name: dict[str, Any] = {"given": values} if values else {}
    if values and beside:
        name["_given"] = [None] * (len(values) - 1) + [BESIDE]
    before = patient(name=[{**name, "text": "x"}])
    place = min(index, len(values))
    insert = operation("insert", "Patient.name[0].given", index=place, value={"valueString": "new"})
    delete = operation("delete", f"Patient.name[0].given[{place}]")
    assert patched(before, insert)["name"][0]["given"][place] == "new"
    assert patched(before, insert, delete) == before
