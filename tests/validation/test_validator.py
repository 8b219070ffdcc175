"""The call itself: modes, limits, places, and what is known beyond the specification."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from fhir_kb.definitions.codes import CodeSystemCodes, ValueSetCodes
from fhir_kb.definitions.extensions import ExtensionDefinition
from fhir_kb.definitions.model import Constraint
from fhir_kb.errors import NotAcceptable
from fhir_kb.fhirpath import Node
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.validation import Issue, Limits, Mode, Schema, Walk, operation_outcome, validate
from fhir_kb.validation.invariants import invariant_rule

DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
PATIENT: Json = {"resourceType": "Patient", "text": {"status": "generated", "div": DIV}}
PROFILE = "http://a.example/StructureDefinition/x"


def ids(issues: Iterable[Issue]) -> list[str]:
    return [issue.message_id for issue in issues]


@dataclass(frozen=True)
class OneRule:
    """A profile with a single invariant."""

    expression: str
    url: str = PROFILE

    def check(self, walk: Walk, node: Node) -> None:
        constraint = Constraint("x-1", "error", "Must be so.", self.expression)
        invariant_rule(constraint, walk.definitions, node.type, profile=self.url)(walk, node)


@dataclass(frozen=True, eq=False)
class OnePackage:
    """Conformance that knows one profile and one value set."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    value_sets: dict[str, ValueSetCodes] = field(default_factory=dict)
    implied: tuple[str, ...] = ()

    def profile(self, canonical: str) -> Schema | None:
        return self.schemas.get(canonical.partition("|")[0])

    def implied_profiles(self, resource: Json) -> Iterable[str]:
        return self.implied

    def extension(self, url: str) -> ExtensionDefinition | None:
        return None

    def value_set(self, canonical: str) -> ValueSetCodes | None:
        return self.value_sets.get(canonical)

    def code_system(self, canonical: str) -> CodeSystemCodes | None:
        return None


class TestModes:
    RESOURCE: Json = {
        "resourceType": "Patient",
        "gender": "m",
        "nam": "x",
        "managingOrganization": {"reference": "Patient/1"},
        "telecom": [{"value": " "}],
    }

    def test_structure_looks_at_form_only(self) -> None:
        assert ids(validate(self.RESOURCE, "R4", mode="structure")) == [
            "unknown-element",
            "blank-text",
        ]

    def test_standard_checks_everything(self) -> None:
        assert ids(validate(self.RESOURCE, "R4")) == [
            "code-not-in-value-set",
            "unknown-element",
            "wrong-target",
            "blank-text",
            "invariant",
            "invariant",
        ]

    def test_strict_makes_errors_of_what_is_only_discouraged(self) -> None:
        """FHIR says that a string should not be blank; who writes resources can do better."""
        found = {issue.message_id: issue.severity for issue in validate(self.RESOURCE, "R4")}
        strict = validate(self.RESOURCE, "R4", mode="strict")
        assert found["blank-text"] == "warning"
        assert {issue.message_id: issue.severity for issue in strict}["blank-text"] == "error"

    @pytest.mark.parametrize(
        ("mode", "severity"), [("standard", "information"), ("strict", "error")]
    )
    def test_strict_asks_for_the_definition_of_each_extension(
        self, mode: Mode, severity: str
    ) -> None:
        """HL7's validator refuses an extension that nobody defines; here one may ask for that."""
        extension = {"url": "http://a.example/x", "valueBoolean": True}
        issues = validate({**PATIENT, "extension": [extension]}, "R4", mode=mode)
        assert [each.severity for each in issues if each.message_id == "unknown-extension"] == [
            severity
        ]


class TestLimits:
    def test_size(self) -> None:
        content = write_json({**PATIENT, "language": "x" * 1000})
        [issue] = validate(content, "R4", limits=Limits(bytes=1000))
        assert (issue.severity, issue.code) == ("fatal", "too-long")
        assert issue.message.endswith("bytes; at most 1000 are read")

    @pytest.mark.parametrize("levels", [101, 100_000])
    def test_depth_of_text(self, levels: int) -> None:
        content = '{"resourceType":"Patient","x":' + "[" * levels + "]" * levels + "}"
        [issue] = validate(content, "R4")
        assert issue.message == "The content is nested deeper than 100 levels"

    def test_depth_of_objects(self) -> None:
        """A program can hand over what no reader has limited."""
        resource: Json = {**PATIENT}
        inner = resource
        for _ in range(10_000):
            inner["extension"] = [{"url": "http://a.example"}]
            inner = inner["extension"][0]
        assert ids(validate(resource, "R4")) == ["too-deep"]

    def test_depth_of_a_narrative(self) -> None:
        div = DIV.replace("x<", "<div>" * 1000 + "x" + "</div>" * 1000 + "<")
        resource = {**PATIENT, "text": {"status": "generated", "div": div}}
        assert ids(validate(resource, "R4")) == ["too-deep"]

    def test_errors_come_before_remarks(self) -> None:
        """What makes a resource invalid is not pushed out by what is only mentioned."""
        codings = [{"code": f"c{number}"} for number in range(20)]
        resource = {**PATIENT, "maritalStatus": {"coding": codings}, "gender": "m"}
        issues = validate(resource, "R4", limits=Limits(issues=5))
        assert ids(issues)[-2:] == ["code-not-in-value-set", "issues-left-out"]
        assert issues[-1].message.startswith("17 more warnings and remarks are not shown")

    def test_errors_are_counted_and_then_it_ends(self) -> None:
        resource = {**PATIENT, **{f"x{number}": 1 for number in range(20)}}
        issues = validate(resource, "R4", limits=Limits(issues=5))
        assert ids(issues) == ["unknown-element"] * 5 + ["too-many-errors"]

    def test_time(self) -> None:
        names = [{"family": "x"}] * 2000
        assert ids(validate({**PATIENT, "name": names}, "R4", limits=Limits(seconds=0))) == [
            "out-of-time"
        ]

    def test_long_text(self) -> None:
        [issue] = validate({**PATIENT, "name": [{"text": "x" * 1_048_577}]}, "R4")
        assert issue.message == "The text has 1048577 characters; at most 1048576 may be"


class TestPlaces:
    def test_of_text(self) -> None:
        content = '{\n "resourceType": "Patient",\n "name": [{"family": 1}]\n}'
        [issue] = validate(content, "R4", mode="structure")
        assert (issue.line, issue.column) == (3, 12)
        assert issue.placed().location == issue.location

    def test_of_xml(self) -> None:
        content = '<Patient xmlns="http://hl7.org/fhir">\n <gender value="m"/>\n</Patient>'
        assert validate(content, "R4")[0].line == 2

    def test_of_text_that_cannot_be_read(self) -> None:
        [issue] = validate("{\n]", "R4")
        assert (issue.line, issue.column) == (2, 1)

    def test_objects_have_none(self) -> None:
        assert validate({"resourceType": "Patient", "x": 1}, "R4")[0].location is None


class TestConformance:
    def test_a_declared_profile_is_checked(self) -> None:
        resource = {**PATIENT, "meta": {"profile": [PROFILE]}}
        package = OnePackage({PROFILE: OneRule("birthDate.exists()")})
        [issue] = validate(resource, "R4", conformance=package)
        assert issue.message == "x-1: Must be so"
        assert issue.source == f"{PROFILE}#x-1"

    def test_a_profile_that_is_asked_for_is_checked(self) -> None:
        package = OnePackage({PROFILE: OneRule("birthDate.exists()")})
        assert ids(validate(PATIENT, "R4", profiles=[PROFILE], conformance=package)) == [
            "invariant"
        ]

    def test_an_implied_profile_is_checked(self) -> None:
        package = OnePackage({PROFILE: OneRule("birthDate.exists()")}, implied=(PROFILE,))
        assert ids(validate(PATIENT, "R4", conformance=package)) == ["invariant"]

    def test_a_profile_that_is_asked_for_and_not_there_is_an_error(self) -> None:
        """No verdict is no good verdict: a pipeline must not go green without the check."""
        assert [
            (issue.severity, issue.message_id)
            for issue in validate(PATIENT, "R4", profiles=[PROFILE])
        ] == [("error", "asked-profile-not-known")]

    def test_what_cannot_be_evaluated_is_said(self) -> None:
        resource = {**PATIENT, "name": [{"text": "a"}, {"text": "b"}]}
        package = OnePackage({PROFILE: OneRule("name.text.length() = 1")})
        [issue] = validate(resource, "R4", profiles=[PROFILE], conformance=package)
        assert (issue.severity, issue.message_id) == ("information", "invariant-not-checked")
        assert issue.message.startswith("x-1 could not be checked: Expected a single")

    def test_value_sets_are_asked_for_before_those_of_the_specification(self) -> None:
        url = "http://hl7.org/fhir/ValueSet/marital-status"
        codings = frozenset({("http://a.example/cs", "m")})
        own = ValueSetCodes(url, codings, frozenset({"m"}), complete=True)
        resource = {
            **PATIENT,
            "maritalStatus": {"coding": [{"system": "http://a.example/cs", "code": "m"}]},
        }
        package = OnePackage(value_sets={url: own})
        assert ids(validate(resource, "R4", conformance=package)) == ["system-not-known"]


class TestOutcome:
    def test_it_is_valid_itself(self) -> None:
        content = '{"resourceType":"Patient","gender":"m","nam":1,"contained":[{"id":"x"}]}'
        outcome = operation_outcome(validate(content, "R4"))
        assert not [issue for issue in validate(outcome, "R4") if issue.is_error]

    def test_it_says_when_all_is_well(self) -> None:
        assert operation_outcome([])["issue"] == [
            {
                "severity": "information",
                "code": "informational",
                "diagnostics": "No issues were found",
            }
        ]

    def test_it_carries_the_place_the_message_and_the_source(self) -> None:
        content = '{"resourceType":"Patient",\n"telecom":[{"value":"1"}]}'
        row = operation_outcome(validate(content, "R4"))["issue"][0]
        assert row["expression"] == ["Patient.telecom[0]"]
        assert row["details"]["text"] == "cpt-2: A system is required if a value is provided"
        names = {each["url"].rpartition("operationoutcome-")[2] for each in row["extension"]}
        assert names == {"message-id", "issue-line", "issue-col", "issue-source"}


def test_another_version_is_refused() -> None:
    with pytest.raises(NotAcceptable, match="there are R4, R4B, R5"):
        validate(PATIENT, "R3")


def test_a_valid_resource_has_no_issues() -> None:
    assert validate(PATIENT, "R4") == validate(PATIENT, "r5") == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("http://hl7.org/fhirpath/System.String", []),
        ("string", []),
        ("http://hl7.org/fhir/System.String", ["code-not-in-value-set"]),
    ],
)
def test_the_value_of_a_primitive_has_a_type_of_fhirpath(code: str, told: list[str]) -> None:
    """So it stands in every StructureDefinition of the specification; R4's value set lacks it."""
    definition: Json = {
        "resourceType": "StructureDefinition",
        "text": {"status": "generated", "div": DIV},
        "url": "http://a.example/StructureDefinition/own",
        "name": "Own",
        "status": "draft",
        "kind": "complex-type",
        "abstract": False,
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "context": [{"type": "element", "expression": "Element"}],
        "differential": {
            "element": [{"id": "Extension", "path": "Extension", "type": [{"code": code}]}]
        },
    }
    issues = validate(definition, "R4", mode="strict")
    assert [each for each in ids(issues) if each == "code-not-in-value-set"] == told
