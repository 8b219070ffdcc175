"""The strict check: a rule's author hears of a slip before any patient is judged by it."""

import pytest

from fhir_kb.errors import FHIRPathError
from fhir_kb.fhirpath import compile_expression


@pytest.mark.parametrize(
    ("text", "context", "message"),
    [
        ("name.given1", "Patient", "HumanName has no element 'given1'.*did you mean 'given'"),
        ("Encounter.name", "Patient", "starts from Patient, which is no Encounter"),
        ("valueQuantity.unit", "Observation", r"write value.ofType\(Quantity\)"),
        ("(value as Period).unit", "Observation", "Period has no element 'unit'"),
        ("name.where(given.first())", "Patient", "Boolean condition, not string"),
        ("iif('x', 1, 2)", "Patient", "Boolean condition, not System.String"),
        ("children().skip(1)", "Patient", r"skip\(\) needs items in order"),
        ("descendants()[0]", "Patient", r"\[ \] needs items in order"),
        ("name.select(given.family)", "Patient", "string has no element 'family'"),
        ("name.exists(familiy = 'x')", "Patient", "did you mean 'family'"),
        ("contact.name | contact.nam", "Patient", "Patient.contact has no element 'nam'"),
        ("item.repeat(item).linkid", "Questionnaire", "did you mean 'linkId'"),
        ("name.sort(famly)", "Patient", "did you mean 'family'"),
        ("extension('x').valu", "Patient", "Extension has no element 'valu'"),
    ],
)
def test_slips_are_refused(r4, text, context, message) -> None:
    compile_expression(text, r4, context)
    with pytest.raises(FHIRPathError, match=message):
        compile_expression(text, r4, context, strict=True)


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("name.where(use = 'official').given.first()", "Patient"),
        ("Resource.id", "Patient"),
        ("Patient.name", "Resource"),
        ("value.ofType(Quantity).unit", "Observation"),
        ("value.unit", "Observation"),
        ("item.repeat(item).linkId", "Questionnaire"),
        ("item.repeat(item | answerOption).value", "Questionnaire"),
        ("children().anything", "Patient"),
        ("entry.resource.name", "Bundle"),
        ("name.aggregate($total & $this.family, '')", "Patient"),
        ("birthDate.extension.value", "Patient"),
        ("managingOrganization.resolve().anything", "Patient"),
        ("name.select(iif(use.exists(), use, text)).upper()", "Patient"),
        ("contained.descendants().url.startsWith('x')", "Patient"),
        ("name.given.union(name.family).first()", "Patient"),
    ],
)
def test_what_may_be_meant_passes(r4, text, context) -> None:
    compile_expression(text, r4, context, strict=True)


def test_strict_refuses_as_on_several_items(r4, patient) -> None:
    """R4's search parameters apply ``as`` to elements that repeat, the specification does not."""
    lenient = compile_expression("name as HumanName", r4, "Patient")
    assert len(lenient.evaluate(patient)) == 3
    strict = compile_expression("name as HumanName", r4, "Patient", strict=True)
    with pytest.raises(FHIRPathError, match="found 3"):
        strict.evaluate(patient)
