"""The conformance report of the validator. Run: python -m benchmarks.conformance

``FHIR_PACKAGES`` names the folder of unpacked FHIR packages. The exit status is 1 when a figure
is below what is required of it.
"""

import gc
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.conformance import examples, fhirpath, oracle, published
from benchmarks.conformance.measure import Measure

ORACLE = Path(__file__).parents[2] / "../shared/oracle"
DETAILS = 40


def main() -> int:
    """Print the table and what stands behind each figure."""
    gc.freeze()
    rows = list(_measured())
    print("\n| measure | found | required | |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.missing or row.figure} | {row.required} | {row.verdict} |")
    return 0 if all(row.is_met for row in rows) else 1


def _measured() -> Iterator[Measure]:
    start = time.perf_counter()
    for row in _measures():
        print(f"{row.name}: {row.missing or row.figure} ({time.perf_counter() - start:.0f} s)")
        for detail in row.details[:DETAILS]:
            print(f"  - {detail}")
        if len(row.details) > DETAILS:
            print(f"  - and {len(row.details) - DETAILS} more")
        yield row


def _measures() -> Iterator[Measure]:
    packages = os.environ.get("FHIR_PACKAGES")
    yield from oracle.measures(ORACLE / "validator")
    yield from fhirpath.measures(ORACLE / "fhirpath")
    yield from published.measures()
    yield from examples.measures(Path(packages) if packages else None)


if __name__ == "__main__":
    sys.exit(main())
