"""Agreement with the outcomes that HL7's Java validator has for its own test cases.

https://github.com/FHIR/fhir-test-cases

Each disagreement that is known stands with its reason in ``disagreements.yaml``, or beside the
test of profiles; a new one, or one that is gone, is reported.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.conformance.measure import Measure, share
from fhir_kb.definitions import Definitions, load
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json, read_json_located
from fhir_kb.formats.xml import read_xml_located
from fhir_kb.validation import Validator
from fhir_kb.validation.profiles import open_profiles

REQUIRED: Mapping[tuple[int, str], float] = {
    (1, "json"): 92.0,
    (1, "xml"): 88.0,
    (3, "json"): 80.0,
    (3, "xml"): 0.0,
}
SPECIFICITY = 97.0
_REASONS = Path(__file__).parent / "disagreements.yaml"
_PROFILE_REASONS = Path(__file__).parents[2] / "tests/validation/profiles/oracle_reasons.json"


@dataclass(frozen=True)
class Verdict:
    """A case with our verdict beside the expected one."""

    name: str
    expected: bool
    found: bool
    words: str


def measures(root: Path) -> Iterator[Measure]:
    """Yield the agreement for each tier and format of the cases in ``root``."""
    if not (root / "cases.json").is_file():
        yield Measure("Java validator's cases", missing=f"put the test cases into {root}")
        return
    reasons = yaml.safe_load(_REASONS.read_text()) | read_json(_PROFILE_REASONS.read_bytes())
    cases = read_json((root / "cases.json").read_bytes())["cases"]
    for (tier, format), required in REQUIRED.items():
        chosen = [case for case in cases if (case["tier"], case["format"]) == (tier, format)]
        verdicts = [_verdict(case, root) for case in chosen if _can_be_run(case, root)]
        yield _measure(f"tier {tier} {format.upper()}", verdicts, required, tier, reasons)


def _measure(
    name: str, verdicts: list[Verdict], required: float, tier: int, reasons: Mapping[str, str]
) -> Measure:
    agreed = sum(verdict.expected == verdict.found for verdict in verdicts)
    valid = [verdict for verdict in verdicts if verdict.expected]
    specificity = share(sum(verdict.found for verdict in valid), len(valid))
    agreement = share(agreed, len(verdicts))
    is_specific = tier > 1 or specificity >= SPECIFICITY
    wanted = f"≥ {required:.0f} %" if required else ""
    return Measure(
        f"agreement with the Java validator, {name}",
        f"{agreement:.1f} % of {len(verdicts)}, specificity {specificity:.1f} %",
        f"{wanted}, specificity ≥ {SPECIFICITY:.0f} %" if tier == 1 else wanted,
        agreement >= required and is_specific,
        [_detail(verdict, reasons) for verdict in verdicts if verdict.expected != verdict.found],
    )


def _detail(verdict: Verdict, reasons: Mapping[str, str]) -> str:
    side = "false error" if verdict.expected else "missed"
    reason = reasons.get(verdict.name, f"NO REASON YET: {verdict.words}")
    return f"{side}: {verdict.name}: {reason}"


def _verdict(case: Json, root: Path) -> Verdict:
    definitions = load(case["version"])
    content = (root / case["file"]).read_bytes()
    supporting = [_resource(root / name, definitions) for name in case["supporting"]]
    profiles = []
    if case["profile"]:
        profile = _resource(root / "files" / case["profile"], definitions)
        supporting.append(profile)
        profiles.append(profile["url"])
    conformance = open_profiles(definitions, resources=supporting)
    issues = Validator(definitions, conformance).validate(content, profiles=profiles)
    errors = [issue for issue in issues if issue.is_error]
    words = "; ".join(f"{error.expression}: {error.message}" for error in errors[:2])
    if not errors:
        expected = case["expected"]["issues"]
        texts = [issue["text"] or "" for issue in expected if issue["severity"] == "error"]
        words = "; ".join(texts[:2])
    name = f"{case['name']} ({case['version']}, {case['step']}, {case['format']})"
    return Verdict(name, case["expected"]["valid"], not errors, words[:250])


def _resource(file: Path, definitions: Definitions) -> Json:
    """Return what a file holds; a profile with its elements out of order is one all the same."""
    content = file.read_bytes()
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_xml_located(content, definitions.type).value
    return read_json_located(content).value


def _can_be_run(case: Json, root: Path) -> bool:
    """Return whether the files of a case are there; a few profiles are not in the collection."""
    return not case["profile"] or (root / "files" / case["profile"]).is_file()
