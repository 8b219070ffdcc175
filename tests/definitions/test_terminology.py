"""Value sets and code systems of each release."""

import pytest

from fhir_kb.definitions import Binding, Definitions, ValueSetCodes, load

VALUE_SET = "http://hl7.org/fhir/ValueSet/"
UNKNOWN_OFFLINE = ("http://dicom.nema.org/", "http://loinc.org/", "http://www.rsna.org/")


def value_set(definitions: Definitions, name: str) -> ValueSetCodes:
    found = definitions.value_set(VALUE_SET + name)
    assert found is not None
    return found


def bindings(definitions: Definitions) -> set[Binding]:
    found = set()
    for name in definitions._types:
        definition = definitions.type(name)
        assert definition is not None
        elements = definition.elements.values()
        found |= {each.binding for each in (definition, *elements) if each.binding}
    return found


def test_every_binding_that_is_checked_has_its_value_set(definitions: Definitions) -> None:
    """Only the value sets of other organisations, which no package holds, are not known."""
    unknown = {
        binding.value_set
        for binding in bindings(definitions)
        if binding.strength in ("required", "extensible")
        and definitions.value_set(binding.value_set) is None
    }
    assert [url for url in sorted(unknown) if not url.startswith(UNKNOWN_OFFLINE)] == []


def test_every_required_binding_of_a_code_is_complete_or_has_a_rule(
    definitions: Definitions,
) -> None:
    """A required code is an error when it is wrong, so it must be possible to tell."""
    open_ended = set()
    for binding in bindings(definitions):
        found = definitions.value_set(binding.value_set)
        if binding.strength == "required" and found and not found.complete and not found.rule:
            open_ended.add(found.url.removeprefix(VALUE_SET))
    assert open_ended == set()


def test_every_maximum_is_known(definitions: Definitions) -> None:
    maxima = {binding.maximum for binding in bindings(definitions) if binding.maximum}
    assert maxima
    assert all(definitions.value_set(maximum) for maximum in maxima)


@pytest.mark.parametrize(
    ("release", "name", "codes"),
    [
        ("R4", "adverse-event-actuality", {"actual", "potential"}),
        ("R5", "adverse-event-status", {"in-progress", "completed", "entered-in-error", "unknown"}),
        ("R4", "medicationknowledge-status", {"active", "inactive", "entered-in-error"}),
        (
            "R5",
            "clinical-use-definition-type",
            {"indication", "contraindication", "interaction", "undesirable-effect", "warning"},
        ),
        ("R4", "administrative-gender", {"male", "female", "other", "unknown"}),
    ],
)
def test_membership(release: str, name: str, codes: set[str]) -> None:
    found = value_set(load(release), name)
    assert found.complete
    assert codes == found.codes


def test_a_coding_is_a_member_by_system_and_code(r4: Definitions) -> None:
    found = value_set(r4, "adverse-event-actuality")
    system = "http://hl7.org/fhir/adverse-event-actuality"
    assert (system, "actual") in found
    assert ("http://example.org/other", "actual") not in found


def test_a_canonical_may_carry_a_version(r4: Definitions) -> None:
    url = VALUE_SET + "adverse-event-actuality"
    assert r4.value_set(url) is r4.value_set(url + "|4.0.1")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("mimetypes", "mime-type"),
        ("all-languages", "language"),
        ("currencies", "currency"),
        ("ucum-units", "ucum"),
        ("all-time-units", "ucum"),
    ],
)
def test_what_no_list_can_hold_is_checked_by_its_syntax(
    definitions: Definitions, name: str, rule: str
) -> None:
    found = value_set(definitions, name)
    assert (False, rule) == (found.complete, found.rule)
    assert len(found.open_systems) == 1


def test_the_document_that_r4_names_for_mime_types_is_understood(r4: Definitions) -> None:
    found = r4.value_set("http://www.rfc-editor.org/bcp/bcp13.txt")
    assert found is not None
    assert found.rule == "mime-type"


def test_a_filter_over_a_hierarchy_is_computed(definitions: Definitions) -> None:
    """Purposes of use are whatever lies below PurposeOfUse in ActReason."""
    found = definitions.value_set("http://terminology.hl7.org/ValueSet/v3-PurposeOfUse")
    assert found is not None
    assert found.complete
    assert {"TREAT", "HRESCH", "PurposeOfUse"} <= found.codes
    assert "PAT" not in found.codes


def test_codes_of_a_large_hierarchy_know_what_is_above_them(definitions: Definitions) -> None:
    system = definitions.code_system("http://terminology.hl7.org/CodeSystem/v3-ActReason")
    assert system is not None
    assert system.is_a("HRESCH", "PurposeOfUse")
    assert system.is_a("PurposeOfUse", "PurposeOfUse")
    assert not system.is_a("PurposeOfUse", "HRESCH")
    assert not system.is_a("no such code", "no such code")


def test_a_value_set_that_nothing_is_bound_to_is_not_kept(r4: Definitions) -> None:
    assert r4.value_set(VALUE_SET + "no-such-value-set") is None


def test_a_code_has_the_display_of_its_system(r4: Definitions) -> None:
    system = r4.code_system("http://hl7.org/fhir/adverse-event-actuality")
    assert system is not None
    assert system.displays == {"actual": "Adverse Event", "potential": "Potential Adverse Event"}


def test_a_code_system_may_be_named_with_a_version(r4: Definitions) -> None:
    url = "http://hl7.org/fhir/administrative-gender"
    assert r4.code_system(url) is r4.code_system(url + "|4.0.1")
    assert r4.code_system("http://snomed.info/sct") is None


def test_a_maintained_system_keeps_the_codes_that_a_release_still_has() -> None:
    """R4's adverse event categories have left the maintained system and stay valid in R4."""
    url = "http://terminology.hl7.org/CodeSystem/adverse-event-category"
    r4, r5 = load("R4").code_system(url), load("R5").code_system(url)
    assert r4 is not None
    assert r5 is not None
    assert "product-use-error" in r4
    assert "product-use-error" not in r5
    assert r5.displays.items() <= r4.displays.items()


@pytest.mark.parametrize(
    "url",
    [
        "http://terminology.hl7.org/CodeSystem/v3-HealthcareProviderTaxonomyHIPAA",
        "http://dicom.nema.org/resources/ontology/DCM",
    ],
)
def test_a_system_of_which_codes_are_missing_says_so(r4: Definitions, url: str) -> None:
    """A code that is not listed is then unknown, not wrong."""
    system = r4.code_system(url)
    assert system is not None
    assert system.displays
    assert not system.complete


def test_a_system_without_codes_is_not_kept(r4: Definitions) -> None:
    """It would make every code of it an error."""
    assert r4.code_system("http://hl7.org/fhir/message-events") is None


def test_every_code_is_well_formed(definitions: Definitions) -> None:
    """Some published tables hold codes with broken or surrounding space, which no resource can."""
    for url in definitions._code_systems:
        system = definitions.code_system(url)
        assert system is not None
        assert [code for code in system.displays if " ".join(code.split()) != code] == []


def test_every_parent_is_a_code_of_the_system(definitions: Definitions) -> None:
    for url in definitions._code_systems:
        system = definitions.code_system(url)
        assert system is not None
        assert {above for each in system.parents.values() for above in each} <= (
            system.displays.keys()
        )
