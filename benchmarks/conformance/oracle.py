"""Agreement with the outcomes that HL7's Java validator has for its own test cases.

https://github.com/FHIR/fhir-test-cases (``validator/manifest.json`` has the settings of each case)

What is required is measured as HL7's ValidationTests runs the cases: the type of what a reference
only names is checked where a case says ``validateReference`` or ``assumeValidRestReferences``,
and a case without a ``module`` is not run ("A module is required"), so that nobody knows the Java
validator's outcome for it. The figure for every case with our own defaults stands beside it.

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
from fhir_kb.validation import Targets, Validator
from fhir_kb.validation.profiles import open_profiles

REQUIRED: Mapping[tuple[int, str], float] = {
    (1, "json"): 92.0,
    (1, "xml"): 88.0,
    (3, "json"): 80.0,
    (3, "xml"): 0.0,
}
SPECIFICITY = 97.0
NO_MODULE = "(default)"
"""What a case without a module has in its place."""
TRUSTED_REFERENCES = frozenset({("mycommunication.invalid", "profile")})
"""Cases whose settings have ``assumeValidRestReferences``, which is not repeated in theirs here."""
_REASONS = Path(__file__).parent / "disagreements.yaml"
_PROFILE_REASONS = Path(__file__).parents[2] / "tests/validation/profiles/oracle_reasons.json"


@dataclass(frozen=True)
class Verdict:
    """A case with our verdict beside the expected one."""

    name: str
    expected: bool
    found: bool
    words: str

    @property
    def is_agreed(self) -> bool:
        return self.expected == self.found


def measures(root: Path) -> Iterator[Measure]:
    """Yield the agreement for each tier and format of the cases in ``root``."""
    if not (root / "cases.json").is_file():
        yield Measure("Java validator's cases", missing=f"put the test cases into {root}")
        return
    reasons = yaml.safe_load(_REASONS.read_text()) | read_json(_PROFILE_REASONS.read_bytes())
    cases = read_json((root / "cases.json").read_bytes())["cases"]
    for (tier, format), required in REQUIRED.items():
        chosen = [
            case
            for case in cases
            if (case["tier"], case["format"]) == (tier, format) and _can_be_run(case, root)
        ]
        run = [_verdict(case, root, _targets(case)) for case in chosen if _is_run_by_hl7(case)]
        every = [_verdict(case, root, "named") for case in chosen]
        name = f"tier {tier} {format.upper()}"
        yield _as_hl7_runs_it(name, run, required, tier, reasons)
        yield _by_default(name, every, run, reasons)


def _is_run_by_hl7(case: Json) -> bool:
    return bool(case["module"] != NO_MODULE)


def _targets(case: Json) -> Targets:
    """Return whether the type of what is only named counts; by default it does not there."""
    is_trusted = (case["name"], case["step"]) in TRUSTED_REFERENCES
    return "named" if is_trusted or "validateReference" in case["options"] else "resolved"


def _as_hl7_runs_it(
    name: str, verdicts: list[Verdict], required: float, tier: int, reasons: Mapping[str, str]
) -> Measure:
    agreement, specificity = _agreement(verdicts), _specificity(verdicts)
    is_specific = tier > 1 or specificity >= SPECIFICITY
    wanted = f"≥ {required:.0f} %" if required else ""
    return Measure(
        f"agreement with the Java validator, {name}, as HL7 runs it",
        f"{agreement:.1f} % of {len(verdicts)}, specificity {specificity:.1f} %",
        f"{wanted}, specificity ≥ {SPECIFICITY:.0f} %" if tier == 1 else wanted,
        agreement >= required and is_specific,
        [_detail(verdict, reasons) for verdict in verdicts if not verdict.is_agreed],
    )


def _by_default(
    name: str, verdicts: list[Verdict], run: list[Verdict], reasons: Mapping[str, str]
) -> Measure:
    """Return the figure for every case with our defaults, and what differs only there."""
    told = {verdict.name for verdict in run if not verdict.is_agreed}
    agreement, specificity = _agreement(verdicts), _specificity(verdicts)
    return Measure(
        f"the same, {name}, every case, our defaults",
        f"{agreement:.1f} % of {len(verdicts)}, specificity {specificity:.1f} %",
        details=[
            _detail(verdict, reasons)
            for verdict in verdicts
            if not verdict.is_agreed and verdict.name not in told
        ],
    )


def _agreement(verdicts: list[Verdict]) -> float:
    return share(sum(verdict.is_agreed for verdict in verdicts), len(verdicts))


def _specificity(verdicts: list[Verdict]) -> float:
    """Return how many of the resources that are valid there are valid here, in per cent."""
    valid = [verdict for verdict in verdicts if verdict.expected]
    return share(sum(verdict.found for verdict in valid), len(valid))


def _detail(verdict: Verdict, reasons: Mapping[str, str]) -> str:
    side = "false error" if verdict.expected else "missed"
    reason = reasons.get(verdict.name, f"NO REASON YET: {verdict.words}")
    return f"{side}: {verdict.name}: {reason}"


def _verdict(case: Json, root: Path, targets: Targets) -> Verdict:
    definitions = load(case["version"])
    content = (root / case["file"]).read_bytes()
    supporting = [_resource(root / name, definitions) for name in case["supporting"]]
    profiles = []
    if case["profile"]:
        profile = _resource(root / "files" / case["profile"], definitions)
        supporting.append(profile)
        profiles.append(profile["url"])
    conformance = open_profiles(definitions, resources=supporting)
    validator = Validator(definitions, conformance)
    issues = validator.validate(content, profiles=profiles, targets=targets)
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
