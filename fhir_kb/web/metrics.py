"""``/metrics``: what the server did and holds, for Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

With several workers the counts are those of all of them, the other workers' at most a second old;
gauges are of the worker that answers.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import cast

from flask import Blueprint, Response, current_app

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.web.counters import BOUNDS, Sums
from fhir_kb.web.fast_reads import FastReads
from fhir_kb.web.served import endpoints
from fhir_kb.web.traffic import Traffic

blueprint = Blueprint("metrics", __name__)

_PREFIX = "fhir_kb_"


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with all metrics in Prometheus' text format."""
    traffic = cast("Traffic", current_app.extensions["fhir_kb_traffic"])
    reads = cast("FastReads", current_app.extensions["fhir_kb_reads"])
    text = "\n".join(
        (*_requests(traffic.counted().total()), *_kept(reads), *_stores(endpoints()), "")
    )
    reply = Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    reply.headers["Cache-Control"] = "no-cache"
    return reply


def _requests(sums: Sums) -> Iterator[str]:
    by_name: defaultdict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for (name, *labels), count in sorted(sums.items()):
        by_name[name].append((tuple(labels), count))
    yield from _head("requests_total", "counter", "Requests answered.")
    for (route, version, status), count in by_name["requests"]:
        yield _line("requests_total", {"route": route, "version": version, "status": status}, count)
    yield from _durations(by_name["duration"], dict(by_name["microseconds"]))
    yield from _head("response_bytes_total", "counter", "Bytes of bodies answered with.")
    for (route,), count in by_name["bytes"]:
        yield _line("response_bytes_total", {"route": route}, count)
    yield from _head("answers_total", "counter", "Answers that were kept ready, or were not.")
    for (result,), count in by_name["kept"]:
        yield _line("answers_total", {"result": result}, count)


def _durations(
    counted: list[tuple[tuple[str, ...], int]], microseconds: Mapping[tuple[str, ...], int]
) -> Iterator[str]:
    yield from _head("request_seconds", "histogram", "From a request's headers to its answer.")
    routes: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
    for (route, place), count in counted:
        routes[route][int(place)] += count
    for route, counts in routes.items():
        below = 0
        for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=True):
            below += count
            yield _line("request_seconds_bucket", {"route": route, "le": str(bound)}, below)
        seconds = microseconds[(route,)] / 1_000_000
        yield _line("request_seconds_sum", {"route": route}, seconds)
        yield _line("request_seconds_count", {"route": route}, below)


def _kept(reads: FastReads) -> Iterator[str]:
    yield from _head("answers_kept_bytes", "gauge", "Answers this worker keeps ready, in bytes.")
    yield _line("answers_kept_bytes", {}, reads.size)


def _stores(served: Mapping[str, Endpoint]) -> Iterator[str]:
    yield from _head("resources", "gauge", "Resources held.")
    for mount, endpoint in served.items():
        store = endpoint.store()
        for type in endpoint.types:
            yield _line("resources", {"version": mount, "type": type}, store.total(type))
    yield from _head("knowledge_info", "gauge", "The knowledge release that is served.")
    for mount, endpoint in served.items():
        yield _line("knowledge_info", {"version": mount, "release": endpoint.store().release}, 1)


def _head(name: str, kind: str, meaning: str) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {meaning}"
    yield f"# TYPE {_PREFIX}{name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    named = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{_PREFIX}{name}{{{named}}} {value}" if named else f"{_PREFIX}{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
