"""The functions that FHIR adds."""

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import compile_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("birthDate.extension('urn:birthTime').value", ["1974-12-25T14:35:45-05:00"]),
        ("birthDate.extension('urn:none')", []),
        ("name.given.extension('urn:masked').value", [True]),
        ("deceased.hasExtension('urn:unknown')", [True]),
        ("deceased.hasExtension({})", [False]),
        ("birthDate.hasValue()", [True]),
        ("deceased.hasValue()", [False]),
        ("name.first().hasValue()", [False]),
        ("name.family.hasValue()", [False]),
        ("{}.hasValue()", [False]),
        ("name.given.select(hasValue())", [True, True, True, False, True]),
        ("birthDate.getValue() is System.Date", [True]),
        ("birthDate.getValue() is date", [False]),
        ("deceased.getValue()", []),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", [True]),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/DomainResource')", [True]),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Person')", [False]),
        ("checkModifiers('urn:a').id", ["chalmers"]),
    ],
)
def test_answers(values, text, expected) -> None:
    assert expected == values(text)


def test_unknown_modifiers_are_refused(r4) -> None:
    resource = {"resourceType": "Patient", "modifierExtension": [{"url": "urn:b"}]}
    assert compile_expression("checkModifiers('urn:b')", r4).evaluate(resource)
    with pytest.raises(FHIRPathError, match="Patient is modified by urn:b"):
        compile_expression("checkModifiers('urn:a')", r4).evaluate(resource)


@pytest.mark.parametrize(
    ("text", "hook", "answer", "expected"),
    [
        ("gender.memberOf('urn:vs')", "member_of", True, [True]),
        ("gender.memberOf('urn:vs')", "member_of", None, []),
        ("gender.subsumes(name.first().use)", "subsumes", True, [True]),
        ("conformsTo('urn:profile')", "conforms_to", False, [False]),
        ("gender.htmlChecks()", "html_checks", True, [True]),
    ],
)
def test_the_caller_is_asked(values, text, hook, answer, expected) -> None:
    asked = []

    def answering(*question):
        asked.append([getattr(part, "value", part) for part in question])
        return answer

    assert expected == values(text, **{hook: answering})
    assert len(asked) == 1


def test_subsumed_by_asks_the_other_way_round(values) -> None:
    def subsumes(general, special):
        return (general.value, special.value) == ("male", "official")

    assert values("gender.subsumes(name.first().use)", subsumes=subsumes) == [True]
    assert values("name.first().use.subsumedBy(gender)", subsumes=subsumes) == [True]
    assert values("gender.subsumedBy(name.first().use)", subsumes=subsumes) == [False]
