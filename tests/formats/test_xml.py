"""XML and JSON are one resource in two spellings: what goes in by one comes out by the other."""

from decimal import Decimal

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import MalformedContent, TooLarge
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.formats.xml import read_xml, read_xml_located, write_xml

R4 = load("R4").type
R5 = load("R5").type
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


def patient(content, root='Patient xmlns="http://hl7.org/fhir"'):
    return f"<{root}>{content}</{root.split()[0]}>"


# JSON text and the content of the root element, equal in both directions.
EQUAL = {
    "nothing": ("", ""),
    "primitives": (
        '"id": "a", "active": true, "birthDate": "1970-01-01"',
        '<id value="a"/><active value="true"/><birthDate value="1970-01-01"/>',
    ),
    "false": ('"active": false', '<active value="false"/>'),
    "whole number": ('"multipleBirthInteger": 2', '<multipleBirthInteger value="2"/>'),
    "a number in a text element stays text": (
        '"name": [{"family": "007", "given": ["true"]}]',
        '<name><family value="007"/><given value="true"/></name>',
    ),
    "decimals with their zeros": (
        '"extension": [{"url": "u", "valueDecimal": 27.00}, {"url": "u", "valueDecimal": 1e2}]',
        '<extension url="u"><valueDecimal value="27.00"/></extension>'
        '<extension url="u"><valueDecimal value="1e2"/></extension>',
    ),
    "a list": (
        '"name": [{"family": "A"}, {"given": ["B", "C"]}]',
        '<name><family value="A"/></name><name><given value="B"/><given value="C"/></name>',
    ),
    "ids are attributes, but of a resource": (
        '"id": "a", "name": [{"id": "n1", "family": "A"}]',
        '<id value="a"/><name id="n1"><family value="A"/></name>',
    ),
    "extension of an extension": (
        '"extension": [{"url": "u", "extension": [{"id": "e", "url": "v", "valueCode": "c"}]}]',
        '<extension url="u"><extension id="e" url="v"><valueCode value="c"/></extension>'
        "</extension>",
    ),
    "choice": (
        '"deceasedDateTime": "2020", "multipleBirthBoolean": false',
        '<deceasedDateTime value="2020"/><multipleBirthBoolean value="false"/>',
    ),
    "a primitive with value, id and extension": (
        '"birthDate": "1970", "_birthDate": {"id": "b", '
        '"extension": [{"url": "u", "valueString": "x"}]}',
        '<birthDate value="1970" id="b"><extension url="u"><valueString value="x"/></extension>'
        "</birthDate>",
    ),
    "a primitive without a value": (
        '"_birthDate": {"extension": [{"url": "u", "valueBoolean": true}]}',
        '<birthDate><extension url="u"><valueBoolean value="true"/></extension></birthDate>',
    ),
    "a list of primitives, one extended": (
        '"name": [{"given": ["A", "B", "C"], "_given": [null, {"id": "b"}, null]}]',
        '<name><given value="A"/><given value="B" id="b"/><given value="C"/></name>',
    ),
    "a list of primitives, one without a value": (
        '"name": [{"given": ["A", null, "C"], "_given": [null, {"id": "b"}, null]}]',
        '<name><given value="A"/><given id="b"/><given value="C"/></name>',
    ),
    "a list of primitives, none with a value": (
        '"name": [{"_given": [{"id": "a"}, {"id": "b"}]}]',
        '<name><given id="a"/><given id="b"/></name>',
    ),
    "an empty object, for validation to find": (
        '"_active": {}, "name": [{}, {"_given": [{}]}]',
        "<active/><name/><name><given/></name>",
    ),
    "contained resources": (
        '"contained": [{"resourceType": "Organization", "id": "o", "name": "O"}, '
        '{"resourceType": "Patient"}], "managingOrganization": {"reference": "#o"}',
        '<contained><Organization><id value="o"/><name value="O"/></Organization></contained>'
        '<contained><Patient/></contained><managingOrganization><reference value="#o"/>'
        "</managingOrganization>",
    ),
    "narrative as it stands": (
        '"text": {"status": "generated", "div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\" '
        "class='a'>\\n <p>1 &lt; 2<br/>&#160;<!-- – --></p></div>\"}",
        '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml" '
        "class='a'>\n <p>1 &lt; 2<br/>&#160;<!-- – --></p></div></text>",
    ),
    "an empty narrative": (
        '"text": {"div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\"/>"}',
        '<text><div xmlns="http://www.w3.org/1999/xhtml"/></text>',
    ),
    "characters that XML must escape": (
        r'"name": [{"text": "<a> & \"b\" '
        r"'c' ]]>"
        r'\t\n\r é😀"}]',
        "<name><text value=\"&lt;a&gt; &amp; &quot;b&quot; 'c' ]]&gt;&#9;&#10;&#13; é😀\"/></name>",
    ),
}


@pytest.mark.parametrize(("json", "xml"), EQUAL.values(), ids=EQUAL.keys())
def test_json_is_written_as_xml(json, xml):
    resource = read_json('{"resourceType": "Patient"' + (json and ", " + json) + "}")
    document = patient(xml) if xml else '<Patient xmlns="http://hl7.org/fhir"/>'
    assert f'<?xml version="1.0" encoding="UTF-8"?>{document}' == write_xml(resource, R4).decode()


@pytest.mark.parametrize(("json", "xml"), EQUAL.values(), ids=EQUAL.keys())
def test_xml_is_read_as_json(json, xml):
    resource = read_json('{"resourceType": "Patient"' + (json and ", " + json) + "}")
    assert write_json(resource) == write_json(read_xml(patient(xml), R4))


def test_elements_are_written_in_the_order_of_the_definition():
    """JSON has no order; XML that is out of order is refused by every schema."""
    resource = {
        "birthDate": "1970",
        "name": [{"given": ["A"], "use": "usual"}],
        "_active": {"id": "x"},
        "id": "a",
        "resourceType": "Patient",
    }
    assert (
        patient(
            '<id value="a"/><active id="x"/><name><use value="usual"/><given value="A"/></name>'
            '<birthDate value="1970"/>'
        )
        in write_xml(resource, R4).decode()
    )


def test_indented_xml_is_for_people_and_says_the_same():
    resource = read_json(
        '{"resourceType": "Patient", "contained": [{"resourceType": "Group"}], "text": {"div": '
        '"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>a</p></div>"}, "_active": {"id": "x"}}'
    )
    xml = write_xml(resource, R4, indent=2)
    assert [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Patient xmlns="http://hl7.org/fhir">',
        "  <text>",
        f"    {DIV}<p>a</p></div>",
        "  </text>",
        "  <contained>",
        "    <Group/>",
        "  </contained>",
        '  <active id="x"/>',
        "</Patient>",
    ] == xml.decode().split("\n")
    assert sorted(resource) == sorted(read_xml(xml, R4))


def test_integer64_is_a_string_in_json():
    """R5: a JSON number would lose digits in JavaScript."""
    resource = {"resourceType": "Patient", "photo": [{"size": "9007199254740993"}]}
    xml = write_xml(resource, R5)
    assert b'<size value="9007199254740993"/>' in xml
    assert resource == read_xml(xml, R5)


NOT_TYPED = {
    "boolean": ('<active value="True"/>', {"active": "True"}),
    "boolean with a space": ('<active value="true "/>', {"active": "true "}),
    "integer": ('<multipleBirthInteger value="02"/>', {"multipleBirthInteger": "02"}),
    "integer with a plus": ('<multipleBirthInteger value="+2"/>', {"multipleBirthInteger": "+2"}),
    "integer that is a decimal": (
        '<multipleBirthInteger value="2.0"/>',
        {"multipleBirthInteger": Decimal("2.0")},
    ),
    "integer of a million digits": (
        f'<multipleBirthInteger value="{"9" * 1_000_000}"/>',
        {"multipleBirthInteger": "9" * 1_000_000},
    ),
    "empty": ('<active value=""/>', {"active": ""}),
}


@pytest.mark.parametrize(("xml", "value"), NOT_TYPED.values(), ids=NOT_TYPED.keys())
def test_a_value_that_is_not_of_its_type_stays_text_for_validation(xml, value):
    assert {"resourceType": "Patient", **value} == read_xml(patient(xml), R4)


READ = {
    "a prefix instead of the default namespace": (
        '<f:Patient xmlns:f="http://hl7.org/fhir"><f:id value="a"/></f:Patient>',
        {"id": "a"},
    ),
    "comments and processing instructions": (
        '<?xml version="1.0"?><!-- a --><?b c?><Patient xmlns="http://hl7.org/fhir">'
        '<!-- d --><id value="a"><?e f?></id></Patient><!-- g -->',
        {"id": "a"},
    ),
    "a byte order mark": ('\ufeff<Patient xmlns="http://hl7.org/fhir"/>', {}),
    "an encoding in capitals": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Patient xmlns="http://hl7.org/fhir"/>',
        {},
    ),
    "where a schema is": (
        '<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://hl7.org/fhir ../patient.xsd"/>',
        {},
    ),
    "a narrative whose prefix is declared further out": (
        '<Patient xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><text>'
        "<h:div class='a'><h:p/></h:div></text></Patient>",
        {
            "text": {
                "div": "<h:div xmlns:h=\"http://www.w3.org/1999/xhtml\" class='a'><h:p/></h:div>"
            }
        },
    ),
    "a narrative whose namespace is declared further out": (
        '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns="http://www.w3.org/1999/xhtml"><f:text>'
        "<div/></f:text></f:Patient>",
        {"text": {"div": '<div xmlns="http://www.w3.org/1999/xhtml"/>'}},
    ),
    "line breaks of Windows": (
        f'<Patient xmlns="http://hl7.org/fhir">\r\n<text>{DIV}\r\n</div></text></Patient>',
        {"text": {"div": f"{DIV}\n</div>"}},
    ),
    "a narrative after characters of several bytes": (
        f'<!-- é😀 --><Patient xmlns="http://hl7.org/fhir"><text>{DIV}é😀</div></text></Patient>',
        {"text": {"div": f"{DIV}é😀</div>"}},
    ),
}


@pytest.mark.parametrize(("xml", "value"), READ.values(), ids=READ.keys())
@pytest.mark.parametrize("form", [str, str.encode], ids=["text", "bytes"])
def test_xml_is_read_however_it_is_dressed(xml, value, form):
    assert {"resourceType": "Patient", **value} == read_xml(form(xml), R4)


FATAL = {
    "nothing": ("", "empty", 1, 1),
    "JSON": ('{"resourceType": "Patient"}', "not XML", 1, 1),
    "an element that is not closed": (patient("<name>"), "not XML: mismatched tag", 1, 46),
    "two roots": (patient("") + patient(""), "not XML: junk after document element", 1, 48),
    "an attribute twice": (patient('<id value="a" value="b"/>'), "duplicate attribute", 1, 52),
    "a prefix that is not declared": (patient("<x:id/>"), "unbound prefix", 1, 38),
    "NUL": (patient('<id value="&#0;"/>'), "invalid character number", 1, 49),
    "a control character": (patient('<id value="&#x1D;"/>'), "invalid character number", 1, 49),
    "a raw control character": (patient('<id value="\x01"/>'), "not well-formed", 1, 49),
    "half a surrogate pair": (patient('<id value="&#xD800;"/>'), "invalid character", 1, 49),
    "an HTML entity": (patient(f"<text>{DIV}&nbsp;</div></text>"), "undefined entity", 1, 86),
    "a DOCTYPE": ("<!DOCTYPE Patient>\n" + patient(""), "DOCTYPE", 1, 18),
    "a DOCTYPE with a URL": (
        '<!DOCTYPE Patient SYSTEM "http://example.org/p.dtd">' + patient(""),
        "DOCTYPE",
        1,
        52,
    ),
    "an entity that is a file": (
        '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + patient('<id value="&x;"/>'),
        "DOCTYPE",
        1,
        13,
    ),
    "entities that multiply": (
        '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
        + patient('<id value="&b;"/>'),
        "DOCTYPE",
        1,
        13,
    ),
    "a DOCTYPE in a narrative": (
        patient(f"<text>{DIV}<!DOCTYPE a></div></text>"),
        "not XML",
        1,
        88,
    ),
    "UTF-16": (patient("").encode("utf-16"), "UTF-16", 1, 1),
    "UTF-7": (
        b'<?xml version="1.0" encoding="UTF-7"?>+ADw-Patient/+AD4-',
        "its encoding is UTF-7; send UTF-8",
        1,
        1,
    ),
    "another encoding": (
        '<?xml version="1.0" encoding="ISO-8859-1"?>' + patient(""),
        "its encoding is ISO-8859-1; send UTF-8",
        1,
        1,
    ),
    "bytes of another encoding": (
        patient('<id value="\n').encode() + b"\xe9" + b'"/></Patient>',
        "not UTF-8",
        2,
        11,
    ),
    "XML 1.1": ('<?xml version="1.1"?>' + patient(""), "XML 1.1; send XML 1.0", 1, 1),
    "no namespace": ("<Patient/>", "'Patient' in the namespace ''", 1, 1),
    "another namespace": ('<Patient xmlns="http://hl7.org/fhir1"/>', "http://hl7.org/fhir1", 1, 1),
    "a type of another version": (
        '<Citation xmlns="http://hl7.org/fhir"/>',
        "'Citation' in the namespace",
        1,
        1,
    ),
    "a data type": ('<HumanName xmlns="http://hl7.org/fhir"/>', "'HumanName'", 1, 1),
    "an abstract type": ('<DomainResource xmlns="http://hl7.org/fhir"/>', "'DomainResource'", 1, 1),
}


@pytest.mark.parametrize(("data", "reason", "line", "column"), FATAL.values(), ids=FATAL.keys())
@pytest.mark.parametrize("read", [read_xml, read_xml_located])
def test_xml_that_cannot_be_read_is_refused_by_both_readers(read, data, reason, line, column):
    with pytest.raises(MalformedContent) as caught:
        read(data, R4)
    assert reason in caught.value.reason
    assert (line, column) == (caught.value.line, caught.value.column)


DEEP = {
    "elements": ('<extension url="u">{}</extension>', "extension"),
    "elements that are unknown": ("<a>{}</a>", "a"),
    "narrative": (f"<text>{DIV}{{}}</div></text>", "p"),
}


@pytest.mark.parametrize("levels", [101, 100_000])
@pytest.mark.parametrize(("around", "name"), DEEP.values(), ids=DEEP.keys())
def test_nesting_beyond_the_limit_is_refused(levels, around, name):
    """Whoever walks the resource afterwards may then call itself."""
    deep = f"<{name}>" * levels + f"</{name}>" * levels
    with pytest.raises(TooLarge, match=r"deeper than 100 levels \(line 1, column \d+\)"):
        read_xml_located(patient(around.format(deep)), R4)


def test_size_beyond_the_limit_is_refused():
    with pytest.raises(TooLarge, match="47 bytes; at most 46"):
        read_xml(patient(""), R4, max_bytes=46)


FAULTS = {
    "an unknown element": ("<nme/>", "unknown-element", ("nme",), (2, 1), {}),
    "an unknown element inside": (
        '<name>\n<first value="a"><b/></first></name>',
        "unknown-element",
        ("name", 0, "first"),
        (3, 1),
        {"name": [{}]},
    ),
    "an element of another version": (
        '<animal/><active value="true"/>',
        "unknown-element",
        ("animal",),
        (2, 1),
        {"active": True},
    ),
    "a choice of a type it has not": (
        '<deceasedString value="a"/>',
        "unknown-element",
        ("deceasedString",),
        (2, 1),
        {},
    ),
    "a choice without its type": (
        '<deceased value="true"/>',
        "unknown-element",
        ("deceased",),
        (2, 1),
        {},
    ),
    "an element in a primitive": (
        '<active value="true">\n<value value="true"/></active>',
        "unknown-element",
        ("_active", "value"),
        (3, 1),
        {"active": True},
    ),
    "an element that is an attribute": (
        '<extension url="u">\n<id value="a"/></extension>',
        "unknown-element",
        ("extension", 0, "id"),
        (3, 1),
        {"extension": [{"url": "u"}]},
    ),
    "an element that belongs to JSON": (
        '<resourceType value="Patient"/>',
        "unknown-element",
        ("resourceType",),
        (2, 1),
        {},
    ),
    "an unknown attribute": (
        '<active value="true" vlaue="false"/>',
        "unknown-attribute",
        ("_active",),
        (2, 1),
        {"active": True},
    ),
    "a value where there are elements": (
        '<name value="A"><family value="A"/></name>',
        "unknown-attribute",
        ("name", 0),
        (2, 1),
        {"name": [{"family": "A"}]},
    ),
    "an attribute in another namespace": (
        '<active value="true" xml:lang="en"/>',
        "unknown-attribute",
        ("_active",),
        (2, 1),
        {"active": True},
    ),
    "an element of another namespace": (
        '<id xmlns="http://hl7.org/fhir1" value="a"/>',
        "wrong-namespace",
        ("id",),
        (2, 1),
        {},
    ),
    "an element of no namespace": (
        '<id xmlns="" value="a"/>',
        "wrong-namespace",
        ("id",),
        (2, 1),
        {},
    ),
    "an element that comes too late": (
        '<birthDate value="1970"/>\n<active value="true"/><multipleBirthInteger value="2"/>',
        "element-order",
        ("active",),
        (3, 1),
        {"birthDate": "1970", "active": True, "multipleBirthInteger": 2},
    ),
    "an element that is repeated": (
        '<active value="true"/>\n<active value="false"/>',
        "repeated-element",
        ("active",),
        (3, 1),
        {"active": True},
    ),
    "an element that is repeated after one without a value": (
        '<active id="a"/>\n<active value="false"/>',
        "repeated-element",
        ("active",),
        (3, 1),
        {"_active": {"id": "a"}},
    ),
    "text between elements": (
        "<name>\nAnna<family value='A'/></name>",
        "text",
        ("name", 0),
        (3, 5),
        {"name": [{"family": "A"}]},
    ),
    "text in a primitive": (
        "<active>true</active>",
        "text",
        ("_active",),
        (2, 13),
        {"_active": {}},
    ),
    "a space that is not XML's": (
        "<name>\u00a0</name>",
        "text",
        ("name", 0),
        (2, 8),
        {"name": [{}]},
    ),
    "an unknown resource": (
        "<contained><Foo><id value='a'/></Foo></contained>",
        "unknown-resource",
        ("contained", 0, "Foo"),
        (2, 12),
        {"contained": [{}]},
    ),
    "a data type instead of a resource": (
        "<contained><HumanName/></contained>",
        "unknown-resource",
        ("contained", 0, "HumanName"),
        (2, 12),
        {"contained": [{}]},
    ),
    "a second resource in one place": (
        "<contained><Group/><Group/></contained>",
        "repeated-element",
        ("contained", 0, "Group"),
        (2, 20),
        {"contained": [{"resourceType": "Group"}]},
    ),
    "a narrative in FHIR's namespace": (
        "<text><div><p>a</p></div></text>",
        "wrong-namespace",
        ("text", "div"),
        (2, 7),
        {"text": {"div": f"{DIV}<p>a</p></div>"}},
    ),
}


@pytest.mark.parametrize(
    ("content", "kind", "path", "location", "value"), FAULTS.values(), ids=FAULTS.keys()
)
def test_each_fault_is_told_with_its_place_and_the_rest_is_read(
    content, kind, path, location, value
):
    resource, faults, _ = read_xml_located(patient("\n" + content), R4)
    assert [(kind, path, location)] == [(each.kind, each.path, each.location) for each in faults]
    assert {"resourceType": "Patient", **value} == resource


@pytest.mark.parametrize(
    ("content", "kind", "path", "location", "value"), FAULTS.values(), ids=FAULTS.keys()
)
def test_the_strict_reader_refuses_each_fault(content, kind, path, location, value):
    with pytest.raises(MalformedContent) as caught:
        read_xml(patient("\n" + content), R4)
    assert location == (caught.value.line, caught.value.column)


def test_faults_are_collected_in_the_order_of_the_text_up_to_a_thousand():
    _, faults, _ = read_xml_located(patient("<a/>" + "<b/>" * 5000), R4)
    assert [fault.path for fault in faults[:2]] == [("a",), ("b",)]
    assert len(faults) == 1000


LOCATED = f"""<Patient xmlns="http://hl7.org/fhir">
  <text>
    <status value="generated"/>{DIV}<p>é</p></div></text>
  <contained>
    <Organization>
      <name value="O"/></Organization>
  </contained>
  <name>
    <given value="é"/><given value="B" id="b">
      <extension url="u"><valueString value="x"/></extension></given>
  </name>
</Patient>"""

PLACES = {
    "the resource": ((), (1, 1)),
    "an element": (("text", "status"), (3, 5)),
    "a narrative": ("Patient.text.div", (3, 32)),
    "an item of a list": ("Patient.name[0]", (8, 3)),
    "an item of a list of primitives": ("Patient.name[0].given[1]", (9, 23)),
    "an attribute: its element": ("Patient.name[0].given[1].id", (9, 23)),
    "an extension of a primitive": (("name", 0, "_given", 1, "extension", 0), (10, 7)),
    "the same as FHIRPath": ("Patient.name[0].given[1].extension[0].value", (10, 26)),
    "an element of a contained resource": ("Patient.contained[0].name", (6, 7)),
    "an element that is missing: what is around it": ("Patient.name[0].family", (8, 3)),
}


@pytest.mark.parametrize(("path", "location"), PLACES.values(), ids=PLACES.keys())
def test_values_are_located_by_line_and_column(path, location):
    assert location == read_xml_located(LOCATED, R4).locate(path)


UNWRITABLE = {
    "not an object": ([], None),
    "no type": ({"id": "a"}, "Resource"),
    "an unknown type": ({"resourceType": "Foo"}, "Foo"),
    "a data type": ({"resourceType": "HumanName"}, "HumanName"),
    "an unknown key": ({"name": [{}, {"first": "A"}]}, "Patient.name[1].first"),
    "an unknown extended key": ({"_name": [{"id": "a"}]}, "Patient.name"),
    "an object for a list": ({"name": {"family": "A"}}, "Patient.name"),
    "a list for an element": ({"maritalStatus": [{}]}, "Patient.maritalStatus"),
    "a list for a primitive": ({"gender": ["male"]}, "Patient.gender"),
    "an object for a primitive": ({"gender": {"value": "male"}}, "Patient.gender"),
    "text for an element": ({"name": ["Anna"]}, "Patient.name[0]"),
    "null": ({"gender": None}, "Patient.gender"),
    "null in a list": ({"name": [None]}, "Patient.name[0]"),
    "null on both sides": (
        {"name": [{"given": ["A", None], "_given": [{"id": "a"}, None]}]},
        "Patient.name[0].given[1]",
    ),
    "a float": ({"multipleBirthInteger": 1.5}, "Patient.multipleBirthInteger"),
    "an attribute that is an object": ({"name": [{"id": {}}]}, "Patient.name[0].id"),
    "a value beside the value": (
        {"gender": "a", "_gender": {"value": "b"}},
        "Patient.gender.value",
    ),
    "NUL": ({"gender": "a\x00"}, "Patient.gender"),
    "half a surrogate pair": ({"gender": "\ud800"}, "Patient.gender"),
    "a noncharacter": ({"name": [{"text": "\uffff"}]}, "Patient.name[0].text"),
    "a contained resource without a type": ({"contained": [{"id": "a"}]}, "Patient.contained[0]"),
    "a narrative that is a number": ({"text": {"div": 1}}, "Patient.text.div"),
    "a narrative that ends early": (
        {"text": {"div": f"{DIV}</div><active value='true'/>{DIV}</div>"}},
        "Patient.text.div",
    ),
}


@pytest.mark.parametrize(("value", "where"), UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_what_xml_cannot_say_is_refused_where_it_stands(value, where):
    resource = value if where in (None, "Resource") else {"resourceType": "Patient", **value}
    with pytest.raises(MalformedContent) as caught:
        write_xml(resource, R4)
    assert where == caught.value.expression
