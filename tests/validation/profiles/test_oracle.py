"""HL7's cases for profiles and extensions: agreement with its Java validator on what is valid."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fhir_kb.definitions import Definitions, load
from fhir_kb.errors import MalformedContent
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json_located
from fhir_kb.formats.xml import read_xml_located
from fhir_kb.validation import Validator
from fhir_kb.validation.profiles import open_profiles

REPOSITORY = Path(__file__).resolve().parents[3]
ORACLE = REPOSITORY.parent / "shared" / "oracle" / "validator"
REASONS: Mapping[str, str] = json.loads((Path(__file__).parent / "oracle_reasons.json").read_text())

pytestmark = pytest.mark.skipif(
    not ORACLE.is_dir(), reason="the cases of FHIR/fhir-test-cases are not beside the repository"
)


@dataclass(frozen=True)
class Result:
    """One case with our verdict and the Java validator's."""

    name: str
    format: str
    module: str
    found: bool
    expected: bool

    @property
    def agrees(self) -> bool:
        return self.found == self.expected


@pytest.fixture(scope="module")
def results() -> list[Result]:
    """Every case that needs profiles and whose files are all there."""
    cases = json.loads((ORACLE / "cases.json").read_text())["cases"]
    chosen = [case for case in cases if case["tier"] == 3 and _is_whole(case)]
    return [_result(case) for case in chosen]


def _is_whole(case: Json) -> bool:
    return not case["profile"] or (ORACLE / "files" / case["profile"]).is_file()


def _result(case: Json) -> Result:
    definitions = load(case["version"])
    resources = [_read(ORACLE / name, definitions) for name in case["supporting"]]
    profiles = []
    if case["profile"]:
        resources.append(_read(ORACLE / "files" / case["profile"], definitions))
        profiles.append(resources[-1]["url"])
    validator = Validator(definitions, open_profiles(definitions, resources=resources))
    issues = validator.validate((ORACLE / case["file"]).read_bytes(), profiles=profiles)
    return Result(
        f"{case['name']} ({case['version']}, {case['step']}, {case['format']})",
        case["format"],
        case["module"],
        not any(issue.is_error for issue in issues),
        case["expected"]["valid"],
    )


def _read(file: Path, definitions: Definitions) -> Json:
    """Return a resource as far as it can be read: some profiles are not in order themselves."""
    content = file.read_bytes()
    try:
        if file.suffix == ".xml":
            return read_xml_located(content, definitions.type).value
        return read_json_located(content).value
    except MalformedContent:
        return {}


def test_each_disagreement_is_known_with_its_reason(results: list[Result]) -> None:
    """A new one is a fault of ours until somebody finds out why; one that is gone is struck."""
    assert sorted(REASONS) == sorted(result.name for result in results if not result.agrees)


def test_profiles_and_extensions_agree_often_enough(results: list[Result]) -> None:
    """80 % of the JSON cases is what was promised; all modules count, not only the easy ones."""
    cases = [result for result in results if result.format == "json"]
    assert sum(result.agrees for result in cases) >= 0.8 * len(cases)
    narrow = [each for each in cases if each.module in ("profile", "extensions")]
    assert sum(result.agrees for result in narrow) >= 0.9 * len(narrow)


def test_valid_resources_are_seldom_refused(results: list[Result]) -> None:
    """A false error costs a tester more than a fault that goes unseen."""
    valid = [result for result in results if result.expected]
    assert sum(result.found for result in valid) >= 0.95 * len(valid)
