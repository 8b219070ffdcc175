"""Text that is refused here never reaches the store, so a served figure is the figure sent."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_kb.errors import FhirKbError, MalformedContent, TooLarge
from fhir_kb.formats import json_places
from fhir_kb.formats.json import read_json, read_json_located, read_json_value, write_json

MALFORMED = {
    "nothing": (b"", "empty", 1, 1),
    "only spaces": (b" \n ", "empty", 1, 1),
    "cut in the middle": (b'{"id":', "not JSON: Expecting value", 1, 7),
    "comma at the end": (b'{"id": "a",}', "not JSON", 1, 12),
    "single quotes": (b"{'id': 'a'}", "not JSON", 1, 2),
    "comment": (b'{ // id\n"id": "a"}', "not JSON", 1, 3),
    "text after the object": (b'{"id": "a"}\n{}', "Extra data", 2, 1),
    "raw line feed in a string": (b'{"id": "a\nb"}', "control character", 1, 10),
    "raw NUL in a string": (b'{"id": "a\x00b"}', "control character", 1, 10),
    "unknown escape": (rb'{"id": "\x"}', "escape", 1, 9),
    "NUL as an escape": (rb'{"id": "a\u0000"}', r"\u0000 is NUL or half", 1, 10),
    "form feed as an escape": (rb'{"id": "\f"}', r"\f is not allowed", 1, 9),
    "escape as an escape": (rb'{"id": "\u001B"}', r"\u001B is not allowed", 1, 9),
    "control character in a key": (rb'{"a\u0000": 1}', r"\u0000 is NUL or half", 1, 4),
    "high surrogate alone": (rb'{"id": "\ud83d"}', r"\ud83d is NUL or half", 1, 9),
    "low surrogate alone": (rb'{"id": "\ude00\ud83d"}', r"\ude00 is NUL or half", 1, 9),
    "two high surrogates": (rb'{"id": "\ud83d\ud83d\ude00"}', r"\ud83d is NUL or half", 1, 9),
    "surrogate behind a backslash": (rb'{"id": "\\\ude00"}', r"\ude00 is NUL or half", 1, 11),
    "noncharacter": ('{"id": "\uffff"}'.encode(), "U+FFFF is not allowed", 1, 9),
    "noncharacter in a key": ('{"\uffff": 1}'.encode(), "U+FFFF is not allowed", 1, 3),
    "noncharacter as an escape": (rb'{"id": "\uFFFE"}', r"\uFFFE is not allowed", 1, 9),
    "surrogate as bytes": (b'{"id": "\xed\xa0\x80"}', "not UTF-8", 1, 9),
    "Latin-1": ('{"é":\n "é"}'.encode() + b"\xe9", "not UTF-8: byte 0xe9", 2, 6),
    "overlong slash": (b'{"id": "\xc0\xaf"}', "not UTF-8", 1, 9),
    "UTF-16": ('{"id": "a"}'.encode("utf-16"), "UTF-16", 1, 1),
    "UTF-16 without mark": ('{"id": "a"}'.encode("utf-16-le"), "not JSON", 1, 2),
    "UTF-32": ('{"id": "a"}'.encode("utf-32"), "UTF-16 or UTF-32", 1, 1),
    "byte order mark": (b'\xef\xbb\xbf{"id": "a"}', "byte order mark", 1, 1),
    "the same key twice": (b'{"id": "a",\n "id": "b"}', "'id' stands twice", 2, 2),
    "the same key twice, inside": (b'{"a": [{"b": 1, "b": 1}]}', "'b' stands twice", 1, 17),
    "the same key, other objects between": (
        b'{"a": 1,\n"b": [{"a": 3}],\n"d": {"c": 2},\n "a": 4}',
        "'a' stands twice",
        4,
        2,
    ),
    "the same key, once escaped": (rb'{"id": 1, "\u0069d": 2}', "'id' stands twice", 1, 11),
    "NaN": (b'{"a": NaN}', "NaN", 1, 7),
    "Infinity": (b'{"a": Infinity}', "Infinity", 1, 7),
    "minus Infinity": (b'{"a": [1, -Infinity]}', "-Infinity", 1, 11),
    "exponent too large": (b'{"a": 1e401}', "1e401", 1, 7),
    "exponent too small": (b'{"a": 1e-401}', "1e-401", 1, 7),
    "exponent past all bounds": (b'{"a": 1e99999999999999999999999}', "1e9999", 1, 7),
    "zero with an exponent": (b'{"a": 0e999999999}', "0e999999999", 1, 7),
    "whole number too long": (b'{"a": ' + b"9" * 5000 + b"}", "999", 1, 7),
    "decimal too long": (b'{"a": 0.' + b"9" * 5000 + b"}", "0.999", 1, 7),
    "leading zero": (b'{"a": 01}', "not JSON", 1, 8),
    "plus sign": (b'{"a": +1}', "not JSON", 1, 7),
    "no digit after the point": (b'{"a": 1.}', "not JSON", 1, 8),
    "no digit before the point": (b'{"a": .5}', "not JSON", 1, 7),
    "hexadecimal": (b'{"a": 0x1}', "not JSON", 1, 8),
    "a list": (b"[1.50]", "The content is an array; a FHIR resource is an object", 1, 1),
    "a text": (b'"Patient"', "a string; a FHIR resource is an object", 1, 1),
    "a number": (b"1.5", "a number; a FHIR resource is an object", 1, 1),
    "null": (b"null", "null; a FHIR resource is an object", 1, 1),
}


@pytest.mark.parametrize(
    ("data", "reason", "line", "column"), MALFORMED.values(), ids=MALFORMED.keys()
)
def test_malformed_json_is_refused_where_it_is_wrong(data, reason, line, column):
    with pytest.raises(MalformedContent) as caught:
        read_json(data)
    assert reason in caught.value.reason
    assert (line, column) == (caught.value.line, caught.value.column)


def test_half_a_surrogate_pair_in_a_str_is_refused():
    """A str from elsewhere may hold what no UTF-8 can."""
    with pytest.raises(MalformedContent, match=r"U\+D800 \(line 1, column 9\)"):
        read_json('{"id": "\ud800"}')


BRACKETS = {"lists": ("[", "]", 1), "objects": ('{"a":', "}", 1), "both": ('{"a":[', "]}", 2)}


@pytest.mark.parametrize(("opening", "closing", "each"), BRACKETS.values(), ids=BRACKETS.keys())
@pytest.mark.parametrize("levels", [102, 500, 100_000])
def test_nesting_beyond_the_limit_is_refused(opening, closing, each, levels):
    """A RecursionError would be a 500, and on some platforms the end of the process."""
    count = levels // each
    with pytest.raises(TooLarge, match=r"deeper than 100 levels \(line 1, column \d+\)"):
        read_json(opening * count + "1" + closing * count)


def test_nesting_that_is_never_closed_is_refused():
    with pytest.raises(TooLarge, match=r"deeper than 100 levels \(line 1, column 101\)"):
        read_json(b"[" * 100_000)


def test_nesting_up_to_the_limit_is_read():
    text = "[" * 100 + "]" * 100
    assert text.encode() == write_json(read_json_value(text))
    with pytest.raises(TooLarge, match="column 101"):
        read_json_value(f"[{text}]")


def test_size_beyond_the_limit_is_refused_before_it_is_looked_at():
    with pytest.raises(TooLarge, match="12 bytes; at most 11"):
        read_json(b"[[[[[[[[[[[[", max_bytes=11)
    with pytest.raises(TooLarge, match="13 bytes; at most 12"):
        read_json('{"id": "é"}!', max_bytes=12)


SOUND = {
    "an empty object": ("{}", {}),
    "trailing zeros": ('{"value": 27.00}', {"value": Decimal("27.00")}),
    "the sign of zero": ('{"value": -0}', {"value": Decimal("-0")}),
    "a whole number": ('{"value": 27}', {"value": 27}),
    "an exponent": ('{"value": -1.000e+245}', {"value": Decimal("-1.000E+245")}),
    "a pair of surrogates": (r'{"a": "\ud83d\ude00"}', {"a": "😀"}),
    "escapes of plain characters": (r'{"a": "\u0041\t\n\r\"\\\/"}', {"a": 'A\t\n\r"\\/'}),
    "backslash, then letters": (r'{"a": "\\u0000 \\b \\ud800"}', {"a": r"\u0000 \b \ud800"}),
    "the same key in two objects": (
        '{"a": {"b": 1}, "c": {"b": 1}}',
        {"a": {"b": 1}, "c": {"b": 1}},
    ),
    "brackets in strings": ('{"a": "' + "[" * 200 + '"}', {"a": "[" * 200}),
    "null in a list": ('{"given": ["a", null]}', {"given": ["a", None]}),
}


@pytest.mark.parametrize(("text", "value"), SOUND.values(), ids=SOUND.keys())
def test_sound_json_is_read_as_written(text, value):
    read = read_json(text)
    assert value == read
    assert repr(value) == repr(read), "27 == 27.00, but they do not say the same"


def test_of_a_key_that_stands_twice_the_validator_sees_the_last_and_a_fault():
    value, faults, _ = read_json_located(b'{"name": [\n{"use": "usual", "use": "old"}]}')
    assert value == {"name": [{"use": "old"}]}
    (fault,) = faults
    assert (
        fault.kind,
        fault.path,
        fault.location,
    ) == ("duplicate-key", ("name", 0, "use"), (2, 18))


def test_each_fault_is_collected_in_the_order_of_the_text():
    _, faults, _ = read_json_located(rb'{"a": NaN, "b": "\u0000\u0001\ud800", "c": 1e999, "a": 1}')
    assert [(fault.kind, fault.path) for fault in faults] == [
        ("number", ("a",)),
        ("broken-character", ("b",)),
        ("control-character", ("b",)),
        ("broken-character", ("b",)),
        ("number", ("c",)),
        ("duplicate-key", ("a",)),
    ]


def test_what_a_validator_reads_can_always_be_printed():
    """A half surrogate in an issue's message would break the output of the whole run."""
    value, _, _ = read_json_located(rb'{"a": "\ud800 \u0000 \ud83d\ude00"}')
    assert value == {"a": "\ufffd \ufffd 😀"}


def test_a_byte_order_mark_is_passed_over_for_validators():
    value, faults, _ = read_json_located(b'\xef\xbb\xbf{"id": "a"}')
    assert (value, faults) == ({"id": "a"}, [])


def test_collecting_ends_after_a_thousand_faults():
    _, faults, _ = read_json_located("{" + ",".join(['"a": 1'] * 5000) + "}")
    assert len(faults) == 1000


def test_syntax_errors_are_refused_by_the_collecting_reader_too():
    with pytest.raises(MalformedContent, match=r"not JSON.*line 1, column 20"):
        read_json_located(b'{"a": 1, "a": NaN, ]')


PATIENT = b"""{
  "resourceType": "Patient",
  "name": [
    {"given": ["Anna",
               "Eva"]}
  ],
  "_birthDate": {"extension": [{"url": "u", "valueString": "\xc3\xa9"}]},
  "contact": []
}"""

PLACES = {
    "the resource": ((), (1, 1)),
    "a member, at its key": (("name",), (3, 3)),
    "an item of a list": (("name", 0), (4, 5)),
    "an item of a list inside": (("name", 0, "given", 1), (5, 16)),
    "FHIRPath": ("Patient.name[0].given[1]", (5, 16)),
    "FHIRPath of the resource": ("Patient", (1, 1)),
    "a primitive that has only extensions": ("Patient.birthDate", (7, 3)),
    "a choice by its element": ("Patient.birthDate.extension[0].value", (7, 45)),
    "a choice by its type": ("Patient.birthDate.extension[0].value.ofType(string)", (7, 45)),
    "an element that is missing: what is around it": ("Patient.name[0].family", (4, 5)),
    "an index past the end: the list": ("Patient.name[3]", (3, 3)),
    "an index of an empty list": ("Patient.contact[0]", (8, 3)),
    "a function: what is before it": ("Patient.name.where(use = 'old').given", (3, 3)),
}


@pytest.mark.parametrize(("path", "location"), PLACES.values(), ids=PLACES.keys())
def test_values_are_located_by_line_and_column(path, location):
    assert location == read_json_located(PATIENT).locate(path)


def test_a_list_of_millions_is_not_kept_to_locate_one(monkeypatch):
    """Eight million places in memory for one line number would be a way to stop a server."""
    monkeypatch.setattr(json_places, "INSIDE_MAX", 3)
    locate = read_json_located('{\n"a": [1, 2, 3, 4]}').locate
    assert locate(("a", 2)) == (2, 13)
    assert locate(("a", 3)) == (2, 1)


def test_an_incomplete_choice_type_is_not_taken_for_another():
    """``value`` may be ``valueQuantity``, never ``valueset``."""
    locate = read_json_located(b'{"valueset": 1,\n"valueQuantity": {}}').locate
    assert locate("Observation.value") == (2, 1)


WRITTEN = {
    "text": ('a"\\\n\té😀\u2028', '"a\\"\\\\\\n\\té😀\u2028"'),
    "whole number": (-27, "-27"),
    "true": (True, "true"),
    "false": (False, "false"),
    "null": (None, "null"),
    "decimal": (Decimal("27.00"), "27.00"),
    "decimal below one": (Decimal("-0.050"), "-0.050"),
    "small decimal": (Decimal("0.00000010"), "0.00000010"),
    "very small decimal": (Decimal("1E-22"), "1E-22"),
    "zero with places": (Decimal("0.0000000"), "0.0000000"),
    "hundreds, not exact to one": (Decimal("1E+2"), "1E+2"),
    "large decimal": (Decimal("1.000E+245"), "1.000E+245"),
    "object, in its order": ({"b": 1, "a": [], "c": {}}, '{"b":1,"a":[],"c":{}}'),
    "list": ([1, "a", None, [Decimal("0.10")]], '[1,"a",null,[0.10]]'),
}


@pytest.mark.parametrize(("value", "text"), WRITTEN.values(), ids=WRITTEN.keys())
def test_values_are_written_as_utf8_json(value, text):
    assert text.encode() == write_json(value)


def test_indented_json_is_for_people():
    value = {"a": [1, {"b": Decimal("2.0")}], "c": [], "d": {}}
    assert json.dumps({"a": [1, {"b": 2.0}], "c": [], "d": {}}, indent=2) == (
        write_json(value, indent=2).decode()
    )


REFUSED_VALUES = {
    "float": 1.5,
    "tuple": (1,),
    "bytes": b"a",
    "NaN": Decimal("NaN"),
    "Infinity": Decimal("-Infinity"),
    "half a surrogate pair": "\ud800",
}


@pytest.mark.parametrize("value", REFUSED_VALUES.values(), ids=REFUSED_VALUES.keys())
@pytest.mark.parametrize("indent", [None, 2])
def test_values_that_json_cannot_say_are_not_written(value, indent):
    with pytest.raises(FhirKbError):
        write_json({"a": [value]}, indent=indent)


whole = st.integers(-(10**18), 10**18)
decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)
strings = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from('\t\n\r"\\{}[],:'),
    max_size=8,
)
values = st.recursive(
    st.none() | st.booleans() | whole | decimals | strings,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(strings, values, max_size=3)
indents = st.sampled_from([None, 2])
few = settings(max_examples=40, deadline=None)


@few
@given(objects, indents)
def test_what_is_written_is_read_again_with_every_digit(value, indent):
    text = write_json(value, indent=indent)
    read = read_json(text)
    assert value == read
    assert text == write_json(read, indent=indent)


@few
@given(objects)
def test_what_is_written_is_json_to_others(value):
    assert value == json.loads(write_json(value), parse_float=Decimal)


@few
@given(st.dictionaries(strings, strings, max_size=3))
def test_ascii_escapes_are_read_like_the_characters(value):
    """json.dumps writes each character outside ASCII as an escape, pairs of surrogates too."""
    assert value == read_json(json.dumps(value))


@few
@given(objects, indents)
def test_every_value_that_is_read_can_be_located(value, indent):
    """The quick parser and the scan must see the same text, or issues point elsewhere."""
    data = write_json(value, indent=indent)
    locate = read_json_located(data).locate
    lines = data.decode().split("\n")
    for path, part in _parts(value):
        line, column = locate(path)
        found = "\n".join(lines[line - 1 :])[column - 1 :]
        if path and isinstance(path[-1], str):
            key = json.dumps(path[-1], ensure_ascii=False)
            assert found.startswith(key + ":")
            found = found[len(key) + 1 :].lstrip(" ")
        assert part == json.JSONDecoder(parse_float=Decimal).raw_decode(found)[0]


def _parts(value, path=()):
    yield path, value
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for step, part in value.items():
            yield from _parts(part, (*path, step))


@few
@given(st.binary(max_size=40) | st.text(alphabet='{}[]:,"\\u0aedfN1.-e \n', max_size=40))
def test_no_text_is_refused_in_another_way_than_malformed(data):
    """Anything but MalformedContent would be answered with 500."""
    try:
        value = read_json_value(data)
    except MalformedContent:
        return
    assert value == json.loads(data, parse_float=Decimal)
