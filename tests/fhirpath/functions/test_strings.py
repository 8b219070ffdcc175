"""Functions on text."""

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'abc'.length()", 3),
        ("''.length()", 0),
        (r"'\uD83D\uDD25'.length()", 1),
        ("gender.length()", 4),
        ("'aBc'.upper()", "ABC"),
        ("'aBc'.lower()", "abc"),
        (r"' \t a b \r\n'.trim()", "a b"),
        ("'abcabc'.indexOf('bc')", 1),
        ("'abc'.indexOf('x')", -1),
        ("'abc'.indexOf('')", 0),
        ("'abcabc'.lastIndexOf('bc')", 4),
        ("'0123'.lastIndexOf('')", 4),
        ("'abc'.startsWith('ab')", True),
        ("'abc'.endsWith('ab')", False),
        ("'abc'.contains('')", True),
        ("'abcdefg'.substring(3)", "defg"),
        ("'abcdefg'.substring(1, 2)", "bc"),
        ("'abcdefg'.substring(6, 2)", "g"),
        ("'abcdefg'.substring(7, 1)", None),
        ("'abcdefg'.substring(-1, 1)", None),
        ("'abcdefg'.substring(3, 0)", ""),
        ("'abcdefg'.substring(3, {})", "defg"),
        ("''.substring(0)", None),
        ("'abcdefg'.replace('cde', '123')", "ab123fg"),
        ("'abc'.replace('', 'x')", "xaxbxcx"),
        ("'abc'.replace('b', {})", None),
        ("name.given.where($this.hasValue()).join(',')", "Peter,James,Jim,Pete"),
        ("('A' | 'B').join()", "AB"),
        ("{}.join(',')", None),
        ("'test'.encode('base64')", "dGVzdA=="),
        ("'subjects?_d'.encode('urlbase64')", "c3ViamVjdHM_X2Q="),
        ("'test'.encode('hex')", "74657374"),
        ("'né'.encode('ascii')", "n?"),
        ("'dGVzdA=='.decode('base64')", "test"),
        ("'c3ViamVjdHM_X2Q='.decode('urlbase64')", "subjects?_d"),
        ("'74657374'.decode('hex')", "test"),
        ("'zz'.decode('hex')", None),
        ("'/w=='.decode('base64')", None),
        ("'A&B\"<'.escape('html')", "A&amp;B&quot;&lt;"),
        ("'\"1<2\"'.escape('json')", '\\"1<2\\"'),
        ("'&quot;1&lt;2&quot;'.unescape('html')", '"1<2"'),
        (r"'a\\nb'.unescape('json')", "a\nb"),
    ],
)
def test_one_answer(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'A,,C'.split(',')", ["A", "", "C"]),
        ("'ABC'.split(',')", ["ABC"]),
        ("{}.split(',')", []),
        (r"'a\uD83D\uDD25b'.toChars()", ["a", "🔥", "b"]),
        ("''.toChars()", []),
    ],
)
def test_several_answers(values, text, expected) -> None:
    assert expected == values(text)


@pytest.mark.parametrize(
    "call",
    ["length()", "upper()", "startsWith('a')", "indexOf('a')", "substring(0)", "matches('a')"],
)
def test_nothing_has_no_text(values, call) -> None:
    assert values(f"{{}}.{call}") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("identifier.startsWith('a')", r"startsWith\(\) needs a String, not a Identifier"),
        ("1.length()", r"length\(\) needs a String, not a Integer"),
        ("'a'.startsWith(1)", r"startsWith\(\) needs a String, not a Integer"),
        ("'a'.substring('b')", r"substring\(\) needs an Integer, not a String"),
        ("('a' | 'b').length()", "found 2"),
        ("(1 | 2).join(',')", r"join\(\) needs Strings, not a Integer"),
        ("'a'.encode('rot13')", "no format 'rot13'; there are hex, base64, urlbase64, ascii"),
    ],
)
def test_refusals(values, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message):
        values(text)
