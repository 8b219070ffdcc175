"""Elements become what they are searched by."""

from decimal import Decimal
from typing import Any

import pytest

from fhir_kb.definitions import SearchParameter, load
from fhir_kb.errors import FHIRPathError, UnknownType
from fhir_kb.search import Indexer, search_table
from fhir_kb.store.index import (
    DISTANT_FUTURE,
    DISTANT_PAST,
    DateEntry,
    IndexRows,
    QuantityEntry,
    ReferenceEntry,
    TokenEntry,
)


def index(kind: str, **value: Any) -> IndexRows:
    """Return the index rows of one value held by an extension, under the code ``x``."""
    parameter = SearchParameter("x", "http://example.org/x", kind, "Basic.extension.value")
    table = search_table("R5", load("R5"), ["Basic"], {"Basic": [parameter]})
    resource = {
        "resourceType": "Basic",
        "id": "a",
        "extension": [{"url": "http://example.org/x", **value}],
    }
    return Indexer(table).index(resource)


MAY_1, MAY_2 = (
    DateEntry(1714521600000000 + n * 86_400_000_000, 1714607999999999 + n * 86_400_000_000)
    for n in (0, 1)
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueDate": "2024-05-01"}, [MAY_1]),
        ({"valueDateTime": "2024-05-01"}, [MAY_1]),
        (
            {"valuePeriod": {"start": "2024-05-01", "end": "2024-05-02"}},
            [DateEntry(MAY_1.low, MAY_2.high)],
        ),
        ({"valuePeriod": {"start": "2024-05-01"}}, [DateEntry(MAY_1.low, DISTANT_FUTURE)]),
        ({"valuePeriod": {"end": "2024-05-01"}}, [DateEntry(DISTANT_PAST, MAY_1.high)]),
        ({"valuePeriod": {"start": "2024-05-02", "end": "2024-05-01"}}, None),
        ({"valuePeriod": {"extension": []}}, None),
        (
            {"valueTiming": {"event": ["2024-05-02", "2024-05-01"]}},
            [DateEntry(MAY_1.low, MAY_2.high)],
        ),
        (
            {"valueTiming": {"repeat": {"boundsPeriod": {"end": "2024-05-01"}}}},
            [DateEntry(DISTANT_PAST, MAY_1.high)],
        ),
        ({"valueTiming": {"code": {"text": "BID"}}}, None),
        ({"valueString": "2024-05-01"}, None),
    ],
)
def test_dates(value: Any, expected: list[DateEntry] | None) -> None:
    assert index("date", **value).dates.get("x") == expected


INFINITE = Decimal("Infinity")


def quantity(value: int, **parts: Any) -> Any:
    return {"valueQuantity": {"value": value, **parts}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (quantity(5, code="mg", system="s", unit="mg"), QuantityEntry(5, 5, "s", "mg", "mg")),
        (quantity(5, comparator="<"), QuantityEntry(-INFINITE, 5)),
        (quantity(5, comparator=">="), QuantityEntry(5, INFINITE)),
        (quantity(5, comparator="?"), None),
        ({"valueQuantity": {"unit": "mg"}}, None),
        (
            {"valueMoney": {"value": 5, "currency": "EUR"}},
            QuantityEntry(5, 5, "urn:iso:std:iso:4217", "EUR"),
        ),
        (
            {"valueRange": {"low": {"value": 1, "code": "a"}, "high": {"value": 2, "code": "a"}}},
            QuantityEntry(1, 2, None, "a"),
        ),
        (
            {"valueRange": {"high": {"value": 2, "unit": "y"}}},
            QuantityEntry(-INFINITE, 2, None, None, "y"),
        ),
        ({"valueRange": {"low": {"value": 2}, "high": {"value": 1}}}, None),
        (
            {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 4}}},
            QuantityEntry(Decimal("0.25"), Decimal("0.25")),
        ),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 0}}}, None),
        ({"valueDecimal": Decimal("27.00")}, QuantityEntry(27, 27)),
        ({"valueInteger": 27}, QuantityEntry(27, 27)),
        ({"valueBoolean": True}, None),
    ],
)
def test_numbers(value: Any, expected: QuantityEntry | None) -> None:
    rows = index("quantity", **value)
    assert rows.quantities.get("x") == (None if expected is None else [expected])
    assert rows == index("number", **value)


@pytest.mark.parametrize(
    ("value", "tokens", "texts"),
    [
        ({"valueCoding": {"system": "s", "code": "c", "display": "d"}}, [("s", "c")], ["d"]),
        ({"valueCoding": {"display": "d"}}, None, ["d"]),
        (
            {"valueCodeableConcept": {"coding": [{"code": "c"}, {"code": "e"}], "text": "t"}},
            [(None, "c"), (None, "e")],
            ["t"],
        ),
        ({"valueCodeableReference": {"concept": {"coding": [{"code": "c"}]}}}, [(None, "c")], None),
        ({"valueCodeableReference": {"reference": {"reference": "Group/1"}}}, None, None),
        ({"valueContactPoint": {"system": "phone", "value": "1"}}, [(None, "1")], None),
        ({"valueCode": "c"}, [(None, "c")], None),
        ({"valueString": "c"}, [(None, "c")], None),
        ({"valueInteger": 5}, [(None, "5")], None),
        (
            {"valueBoolean": False},
            [("http://terminology.hl7.org/CodeSystem/special-values", "false")],
            None,
        ),
        ({"valuePeriod": {"start": "2020"}}, None, None),
    ],
)
def test_tokens(value: Any, tokens: list[Any] | None, texts: list[str] | None) -> None:
    rows = index("token", **value)
    assert rows.tokens.get("x") == (None if tokens is None else [TokenEntry(*t) for t in tokens])
    assert rows.texts.get("x") == texts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueReference": {"reference": "Group/1"}}, ReferenceEntry("Group", "1")),
        ({"valueReference": {"reference": "Group/1/_history/2"}}, ReferenceEntry("Group", "1")),
        (
            {"valueReference": {"reference": "http://e/Group/1"}},
            ReferenceEntry(None, None, "http://e/Group/1"),
        ),
        ({"valueReference": {"reference": "urn:uuid:1"}}, ReferenceEntry(None, None, "urn:uuid:1")),
        ({"valueReference": {"reference": "#contained"}}, None),
        ({"valueReference": {"reference": "two words"}}, None),
        ({"valueReference": {"display": "a group"}}, None),
        ({"valueCanonical": "http://e/x|1"}, ReferenceEntry(None, None, "http://e/x|1")),
        (
            {"valueCodeableReference": {"reference": {"reference": "Group/1"}}},
            ReferenceEntry("Group", "1"),
        ),
        ({"valueCodeableReference": {"concept": {"text": "t"}}}, None),
    ],
)
def test_references(value: Any, expected: ReferenceEntry | None) -> None:
    entries = index("reference", **value).references.get("x")
    assert entries == (None if expected is None else [expected])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueString": "Text"}, ["Text"]),
        ({"valueMarkdown": "*Text*"}, ["*Text*"]),
        ({"valueHumanName": {"family": "F", "given": ["G", "H"], "use": "usual"}}, ["F", "G", "H"]),
        ({"valueAddress": {"line": ["L"], "city": "C", "period": {"start": "2020"}}}, ["L", "C"]),
        ({"valueAddress": {"use": "work"}}, None),
        ({"valueDate": "2020"}, None),
    ],
)
def test_texts(value: Any, expected: list[str] | None) -> None:
    assert index("string", **value).strings.get("x") == expected


def test_a_primitive_without_value_is_not_indexed() -> None:
    rows = index("string", _valueString={"extension": [{"url": "u", "valueCode": "unknown"}]})
    assert rows.strings == {}


def test_a_place_that_lacks_a_component_is_no_occurrence() -> None:
    indexer = Indexer(search_table("R5", load("R5"), ["Group"]))
    characteristic = {"code": {"coding": [{"code": "age"}]}, "valueQuantity": {"value": 5}}
    rows = indexer.index({"resourceType": "Group", "characteristic": [characteristic]})
    assert rows.tokens["characteristic"] == [TokenEntry(None, "age")]
    assert rows.composites == {}


def test_the_id_is_left_to_the_store() -> None:
    """A million ids would be a million terms; the store finds them by itself."""
    assert "_id" not in index("string", valueString="x").tokens


def test_a_type_that_is_not_served_is_refused() -> None:
    indexer = Indexer(search_table("R4", load("R4"), ["Group"]))
    with pytest.raises(UnknownType):
        indexer.index({"resourceType": "Patient", "id": "a"})


def test_an_own_parameter_that_cannot_be_compiled_stops_the_build() -> None:
    """A parameter that silently finds nothing would look like an answer."""
    wrong = SearchParameter("x", "http://example.org/x", "token", "Group.code.where(")
    indexer = Indexer(search_table("R4", load("R4"), ["Group"], {"Group": [wrong]}))
    with pytest.raises(FHIRPathError):
        indexer.index({"resourceType": "Group", "id": "a"})
