"""HL7's FHIRPath suite for R4; the misses and their reasons stand beside the test that runs it."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.conformance.measure import Measure, share
from tests.official_fhirpath import outcomes

_MISSES = Path(__file__).parents[2] / "tests/fhirpath/official_misses.json"


def measures(root: Path) -> Iterator[Measure]:
    """Yield the share of the suite in ``root`` that passes."""
    name = "official FHIRPath suite, R4"
    if not (root / "tests-fhir-r4.xml").is_file():
        yield Measure(name, missing=f"put tests-fhir-r4.xml and its inputs into {root}")
        return
    reasons = json.loads(_MISSES.read_text())
    found = outcomes(root)
    missed = {test: fault for test, fault in found.items() if fault}
    passed = share(len(found) - len(missed), len(found))
    yield Measure(
        name,
        f"{passed:.1f} % of {len(found)}",
        "≥ 97 %",
        passed >= 97 and set(missed) <= set(reasons),
        [
            f"{test}: {reasons.get(test, f'NO REASON YET: {fault}')}"
            for test, fault in missed.items()
        ],
    )
