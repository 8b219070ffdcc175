"""``fhir-kb cds call request.json``: ask decision support from the terminal, and read its cards."""

import argparse
import sys
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_network
from pathlib import Path

from fhir_kb.cds import SERVICES, answer_call, discovery, read_call, service_of
from fhir_kb.cds.configuration import LOOPBACK, decision_support, networks
from fhir_kb.cds.readable import readable
from fhir_kb.cds.response_schema import response_faults
from fhir_kb.chart.elements import objects
from fhir_kb.cli.printing import print_json
from fhir_kb.errors import InvalidParameter, OutsideRefused, RequestError
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.net import Origin, Outside
from fhir_kb.settings import Settings, read_settings

MOMENT = "org.example.fhir-kb.moment"
"""Extension of an example's request: when it is asked. Services take no notice of it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the two tasks."""
    tasks = parser.add_subparsers(dest="task", required=True)
    call = tasks.add_parser("call", help="send a request and print the cards")
    call.add_argument("file", type=Path, help="the body of a CDS Hooks request")
    call.add_argument("--url", help="a server, as http://127.0.0.1:8080; else answered here")
    call.add_argument("--service", choices=SERVICES, help="by default the one for the hook")
    call.add_argument("--moment", help="when it is asked, as 2026-03-01T09:30:00Z; else now")
    call.add_argument("--json", action="store_true", help="print the answer as it is sent")
    tasks.add_parser("services", help="print what is announced at /cds-services")


def run(arguments: argparse.Namespace) -> int:
    """Run the task; a file that cannot be read is a call made wrongly (2)."""
    settings = read_settings()
    if arguments.task == "services":
        print_json(discovery(decision_support(settings)))
        return 0
    try:
        body = arguments.file.read_bytes()
    except OSError as error:
        print(f"{arguments.file} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    content = read_json(body)
    service = arguments.service or _service_for(content)
    if arguments.url:
        answer = _posted(settings, arguments.url, service, body)
    else:
        answer = _answered(settings, service, body, arguments.moment or _moment_of(content))
    if arguments.json:
        print_json(answer)
    else:
        print(readable(answer))
    return 0


def _service_for(content: Json) -> str:
    for service in SERVICES.values():
        if content.get("hook") in service.answered:
            return service.id
    known = ", ".join(hook for service in SERVICES.values() for hook in service.answered)
    raise RequestError(f"The request's hook is answered by no service; known are {known}")


def _answered(settings: Settings, service: str, body: bytes, moment: str | None) -> Json:
    """Return the answer by the same functions that a server answers with."""
    support = decision_support(settings)
    call = read_call(body, service_of(service).answered, max_bytes=settings.cds_body_bytes_max)
    base = settings.base_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    return answer_call(support, call, _instant(moment), base)


def _posted(settings: Settings, url: str, service: str, body: bytes) -> Json:
    """Return a server's answer; only a server on this machine, or one of the settings, is asked."""
    origin = Origin.of(url)
    allowed = {Origin.of(server) for server in settings.cds_fhir_servers}
    if origin.host not in LOOPBACK and origin not in allowed:
        raise OutsideRefused(
            "Only a server on this machine, or one that FHIR_KB_CDS_FHIR_SERVERS names, is asked"
        )
    loopback = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    outside = Outside(frozenset({origin}), (*loopback, *networks(settings)), seconds=30.0)
    fetched = outside.post(
        f"{url.rstrip('/')}/cds-services/{service}",
        body,
        media_type="application/json",
        accept="application/json",
    )
    answer = read_json(fetched.body)
    if fetched.status != HTTPStatus.OK:
        words = [entry.get("diagnostics", "") for entry in objects(answer.get("issue"))]
        raise RequestError(f"The server answers {fetched.status}: {'; '.join(words)}")
    faults = response_faults(answer)
    if faults:
        raise RequestError(f"The answer is not as CDS Hooks has it: {'; '.join(faults[:5])}")
    return answer


def _moment_of(content: Json) -> str | None:
    extension = content.get("extension")
    return extension.get(MOMENT) if isinstance(extension, dict) else None


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidParameter("The moment is written like 2026-03-01T09:30:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
