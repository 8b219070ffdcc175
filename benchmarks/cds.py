"""Decision support: how long a signed order with full prefetch waits for its cards.

Run: python -m benchmarks.cds [--number 2000]

The order is lenalidomide for a woman with myeloma who is not pregnant, with everything that a
busy chart holds; every rule of order-sign is carried out and nothing is read from elsewhere.
CPU time of the one thread that answers, since it waits for nothing: from the bytes of the request
to the bytes of the answer, first by the functions, then with Flask around them.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from fhir_kb.cds import answer_call, read_call, service_of
from fhir_kb.cds.configuration import decision_support
from fhir_kb.formats.json import read_json, write_json
from fhir_kb.settings import Settings
from fhir_kb.web import create_app
from fhir_kb.web.cds import ready

STORY = Path(__file__).resolve().parents[1] / "examples/cds/pregnancy-tests-missing/request.json"
SERVICE = "imid-orders"
MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BODY_MAX = 16_000_000


@dataclass(frozen=True)
class Chart:
    """How many records of each kind stand in the prefetch besides those of the story."""

    name: str
    medications: int = 0
    conditions: int = 0
    labs: int = 0


CHARTS = (
    Chart("as in the story"),
    Chart("busy", medications=40, conditions=40, labs=100),
    Chart("crowded", medications=400, conditions=400, labs=1000),
)


def request_body(chart: Chart) -> bytes:
    """Return the story's request with so many more records."""
    content: Any = read_json(STORY.read_bytes())
    prefetch = content["prefetch"]
    for key, number in (
        ("medications", chart.medications),
        ("conditions", chart.conditions),
        ("labs", chart.labs),
    ):
        entries = prefetch[key]["entry"]
        first = entries[0]["resource"]
        copies = [{"resource": older(first, f"{key}-{i}", i)} for i in range(number)]
        prefetch[key] = {**prefetch[key], "total": number + len(entries), "entry": entries + copies}
    return write_json(content)


def older(resource: Any, id: str, days: int) -> Any:
    """Return a copy of a record that is so many days older than the story."""
    day = (MOMENT - timedelta(days=days + 2)).date().isoformat()
    dates = {name: day for name in ("authoredOn", "effectiveDateTime") if name in resource}
    return {**resource, "id": id, **dates}


def report(name: str, work: Callable[[], bytes], number: int) -> None:
    """Print median, 95th and 99th percentile, and answers and cards per second."""
    cards = len(read_json(work())["cards"])
    spent = []
    for _ in range(number):
        start = time.thread_time()
        work()
        spent.append((time.thread_time() - start) * 1000)
    ranks = quantiles(spent, n=100)
    rate = 1000 * number / sum(spent)
    print(
        f"{name}: p50 {ranks[49]:.2f} ms, p95 {ranks[94]:.2f} ms, p99 {ranks[98]:.2f} ms, "
        f"{rate:,.0f} answers/s, {rate * cards:,.0f} cards/s"
    )


def main() -> None:
    """Measure each chart by the functions and over WSGI."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=500)
    number = parser.parse_args().number
    support = decision_support(Settings())
    begun = time.perf_counter()
    rules = len(support.rules["order-sign"])
    print(f"{rules} rules at order-sign; knowledge read in {time.perf_counter() - begun:.2f} s")
    with TemporaryDirectory() as folder:
        app = create_app(Settings(data=Path(folder)))
        ready(app)
        client = app.test_client()
        for chart in CHARTS:
            body = request_body(chart)

            def functions(body: bytes = body) -> bytes:
                call = read_call(body, service_of(SERVICE).answered, max_bytes=BODY_MAX)
                return write_json(answer_call(support, call, MOMENT, "http://127.0.0.1:8080"))

            def web(body: bytes = body) -> bytes:
                reply = client.post(
                    f"/cds-services/{SERVICE}", data=body, content_type="application/json"
                )
                return reply.get_data()

            print(f"{chart.name} ({len(body):,} bytes)")
            times = max(20, number // (1 + chart.conditions // 40))
            report("  functions", functions, times)
            report("  over WSGI", web, times)


if __name__ == "__main__":
    main()
