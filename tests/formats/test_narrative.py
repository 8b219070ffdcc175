"""A narrative is the one place where a client's own markup goes into our documents."""

import pytest

from fhir_kb.errors import MalformedContent
from fhir_kb.formats.narrative import check_narrative, parse_narrative

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'

WHOLE = {
    "text": f"{DIV}1 &lt; 2 &amp; é</div>",
    "empty": '<div xmlns="http://www.w3.org/1999/xhtml"/>',
    "a prefix": '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p/></h:div>',
    "spaces around": f" {DIV}</div>\n",
    "a comment": f"{DIV}<!-- <p> --></div>",
    "what must be escaped": f"{DIV}<![CDATA[<p>]]></div>",
}


@pytest.mark.parametrize("div", WHOLE.values(), ids=WHOLE.keys())
def test_a_whole_narrative_passes(div):
    check_narrative(div)


NOT_WHOLE = {
    "nothing": ("", "no element found"),
    "plain text": ("Patient", "line 1, column 1"),
    "not closed": (f"{DIV}<p></div>", "mismatched tag"),
    "closed early": (f"{DIV}</div></text><active/>", "not well-formed"),
    "two": (f"{DIV}</div>{DIV}</div>", "junk after document element"),
    "no namespace": ("<div>a</div>", "begins with 'div'"),
    "another root": ('<p xmlns="http://www.w3.org/1999/xhtml"/>', "begins with"),
    "an HTML entity": (f"{DIV}&nbsp;</div>", "undefined entity"),
    "a DOCTYPE": (f"<!DOCTYPE div>{DIV}</div>", "DOCTYPE"),
    "an entity of its own": (f'<!DOCTYPE d [<!ENTITY a "b">]>{DIV}&a;</div>', "DOCTYPE"),
    "an XML declaration": (f'<?xml version="1.0"?>{DIV}</div>', "XML declaration"),
    "a control character": (f"{DIV}\x02</div>", "not well-formed"),
    "half a surrogate pair": (f"{DIV}\ud800</div>", "surrogate"),
}


@pytest.mark.parametrize(("div", "reason"), NOT_WHOLE.values(), ids=NOT_WHOLE.keys())
def test_a_narrative_that_could_break_its_document_is_refused(div, reason):
    with pytest.raises(MalformedContent, match=reason):
        check_narrative(div)


def heard(div, enough=()):
    told = []

    def text(data):
        told.append(data)
        return data not in enough

    parse_narrative(div, lambda *tag: told.append(tag), told.append, text)
    return told


def test_a_narrative_is_told_in_its_order():
    assert heard('<p id="1">a<b>c</b></p>') == [("p", {"id": "1"}), "a", ("b", {}), "c", "b", "p"]


def test_its_text_is_told_until_it_is_enough():
    assert heard("<p>a<b>c</b></p>", enough="a") == [("p", {}), "a", ("b", {}), "b", "p"]


NOT_TOLD = {
    "not closed": ("<p>\n <b></p>", "mismatched tag", 2, 7),
    "a DOCTYPE": ('<!DOCTYPE d [<!ENTITY a "b">]><p>&a;</p>', "neither an XML", 1, 1),
    "an XML declaration": ('<?xml version="1.0"?><p/>', "neither an XML", 1, 1),
    "half a surrogate pair": ("<p>\ud800</p>", "half a surrogate pair", 1, 1),
}


@pytest.mark.parametrize(
    ("div", "reason", "line", "column"), NOT_TOLD.values(), ids=NOT_TOLD.keys()
)
def test_what_cannot_be_told_has_a_reason_and_a_place(div, reason, line, column):
    with pytest.raises(MalformedContent, match=reason) as caught:
        heard(div)
    assert (caught.value.line, caught.value.column) == (line, column)
