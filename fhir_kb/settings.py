"""Every setting, its environment variable, default and meaning: one table.

Read once, at the door (``cli`` and ``web``), and passed down as a value.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from fhir_kb.errors import KnowledgeError

CANONICAL = "https://fhir-kb.example.org/fhir"
"""Base of our own canonical URLs: profiles, extensions, code systems, identifiers."""


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; each may be set as ``FHIR_KB_<NAME>`` in the environment."""

    data: Path = _setting(Path(".fhir-kb"), "folder of the built knowledge; made when missing")
    host: str = _setting("127.0.0.1", "address that the server listens on")
    port: int = _setting(8080, "port that the server listens on")
    threads: int = _setting(8, "requests answered at the same time")
    writes: str = _setting(
        "off", "on: clients may write resources of their own beside the knowledge"
    )
    write_token: str = _setting("", "bearer token that writes then need; empty: none is asked for")
    bundle_entries_max: int = _setting(1000, "entries of a batch or transaction")
    export_jobs_max: int = _setting(
        4, "exports of a FHIR version that are written at the same time"
    )
    export_hours: int = _setting(24, "how long the files of an export are kept")
    database: str = _setting(
        "", "where writes are kept: postgresql://user@host/name; empty: SQLite in the data folder"
    )
    base_url: str = _setting("", "public URL of the server; taken from each request when empty")
    page_size: int = _setting(50, "matches on a page when _count is not given")
    page_size_max: int = _setting(500, "largest _count; a larger one is reduced to it")
    include_max: int = _setting(1000, "resources that _include and _revinclude may add to a page")
    body_bytes_max: int = _setting(16_000_000, "largest request body, in bytes")
    systems_left_out: frozenset[str] = _setting(
        frozenset(), "code systems whose codes are not published, such as http://www.whocc.no/atc"
    )
    url_bytes_max: int = _setting(16_000, "longest request target, in bytes")
    workers: int = _setting(1, "processes that answer; more than one on Linux and macOS only")
    connections_max: int = _setting(10_000, "connections that one worker holds open")
    header_seconds: int = _setting(10, "time for a request's headers, and for a pause between two")
    body_seconds: int = _setting(60, "time for a request's body")
    stop_seconds: int = _setting(30, "time for requests under way when the server is told to stop")
    cache_seconds: int = _setting(60, "how long caches may keep an answer; 0: they always ask")
    answers_bytes_max: int = _setting(32_000_000, "answers kept ready by a worker, in bytes")
    cds_jurisdictions: frozenset[str] = _setting(
        frozenset({"US"}), "whose rules decision support speaks by: US, EU, DE"
    )
    cds_clients: frozenset[str] = _setting(
        frozenset(),
        "trusted clients, each issuer,key-set[,audience]; the key set is an https URL or a file",
    )
    cds_authentication: str = _setting(
        "auto", "auto: a token is asked for with trusted clients or off loopback; required; off"
    )
    cds_discovery: str = _setting("open", "open: GET /cds-services needs no token; closed")
    cds_fhir_servers: frozenset[str] = _setting(
        frozenset(), "origins of clients' FHIR servers that may be read, as https://ehr.example.org"
    )
    cds_networks: frozenset[str] = _setting(
        frozenset(), "address ranges that are not public and yet may be reached, as 10.0.0.0/8"
    )
    cds_seconds: float = _setting(4.0, "how long one call may wait for a client's FHIR server")
    cds_bytes_max: int = _setting(8_000_000, "largest answer of a client's server, in bytes")
    cds_body_bytes_max: int = _setting(4_000_000, "largest body of a CDS Hooks call, in bytes")
    cds_edition: str = _setting(
        "2.0", "whose prefetch is asked for: 2.0, or 3.0 (ballot), which looks up ordered products"
    )
    cds_calls_per_minute: int = _setting(
        0, "calls of one client that a worker answers in a minute; 0: any number"
    )
    cds_cards_max: int = _setting(5, "most cards in an answer")
    cds_origins: frozenset[str] = _setting(
        frozenset({"https://sandbox.cds-hooks.org"}),
        "origins of web pages that may call decision support (CORS); * for all",
    )
    cds_comments: str = _setting("drop", "drop: free text of feedback is not kept; keep")


def _typed(text: str, kind: type) -> Any:
    return frozenset(text.split()) if kind is frozenset else kind(text)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this environment; refuse a value that is not of its type."""
    source = os.environ if environment is None else environment
    known = {f"FHIR_KB_{setting.name.upper()}": setting for setting in fields(Settings)}
    values: dict[str, Any] = {}
    for variable, setting in known.items():
        if variable in source:
            default: Any = setting.default
            try:
                values[setting.name] = _typed(source[variable], type(default))
            except ValueError as error:
                raise KnowledgeError(
                    f"{variable} is {source[variable]!r}; it takes a value like {default!r}"
                ) from error
    return Settings(**values)
