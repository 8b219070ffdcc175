"""Every setting, its environment variable, default, meaning and allowed values: one table.

Read once, at the door (``cli`` and ``web``), and passed down as a value.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from fhir_kb.errors import SettingError

CANONICAL = "https://fhir-kb.example.org/fhir"
"""Base of our own canonical URLs: profiles, extensions, code systems, identifiers."""


_PREFIX = "FHIR_KB_"
_DAY = 86_400


class Allowed(NamedTuple):
    """What a setting takes: in words, and as a question."""

    words: str
    holds: Callable[[Any], bool]


def _within(least: float, most: float | None = None) -> Allowed:
    words = f"{least} or more" if most is None else f"{least} to {most}"
    top = float("inf") if most is None else most
    return Allowed(f"a number, {words}", lambda value: least <= value <= top)


def _one_of(*words: str) -> Allowed:
    return Allowed(" or ".join(words), lambda value: value in words)


def _some_of(*words: str) -> Allowed:
    listed = f"some of {', '.join(words)}, with spaces between"
    return Allowed(listed, lambda value: bool(value) and value <= frozenset(words))


def _written(pattern: str, words: str) -> Allowed:
    return Allowed(words, lambda value: re.fullmatch(pattern, value) is not None)


def _each_written(pattern: str, words: str) -> Allowed:
    return Allowed(words, lambda value: all(re.fullmatch(pattern, one) for one in value))


_ANYTHING = Allowed("any text", lambda _: True)


def _setting(
    default: Any, meaning: str, allowed: Allowed = _ANYTHING, *, secret: bool = False
) -> Any:
    """Declare a setting; the value of a secret one is never told."""
    metadata = {"meaning": meaning, "allowed": allowed, "secret": secret}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; each may be set as ``FHIR_KB_<NAME>`` in the environment."""

    data: Path = _setting(Path(".fhir-kb"), "folder of the built knowledge; made when missing")
    host: str = _setting("127.0.0.1", "address that the server listens on")
    port: int = _setting(8080, "port that the server listens on", _within(0, 65_535))
    threads: int = _setting(8, "requests answered at the same time", _within(1, 1000))
    writes: str = _setting(
        "off",
        "on: clients may write resources of their own beside the knowledge",
        _one_of("off", "on"),
    )
    write_token: str = _setting(
        "", "bearer token that writes then need; empty: none is asked for", _ANYTHING, secret=True
    )
    bundle_entries_max: int = _setting(1000, "entries of a batch or transaction", _within(1))
    export_jobs_max: int = _setting(
        4, "exports of a FHIR version that are written at the same time", _within(1)
    )
    export_hours: int = _setting(24, "how long the files of an export are kept", _within(1))
    database: str = _setting(
        "",
        "where writes are kept: postgresql://user@host/name; empty: SQLite in the data folder",
        _written(r"(postgres(ql)?://\S+)?", "postgresql://user@host/name, or nothing"),
        secret=True,
    )
    base_url: str = _setting(
        "",
        "public URL of the server; taken from each request when empty",
        _written(r"(https?://[^\s/?#@]+[^\s?#]*)?", "an http or https URL, or nothing"),
    )
    page_size: int = _setting(50, "matches on a page when _count is not given", _within(1))
    page_size_max: int = _setting(500, "largest _count; a larger one is reduced to it", _within(1))
    include_max: int = _setting(
        1000, "resources that _include and _revinclude may add to a page", _within(0)
    )
    body_bytes_max: int = _setting(16_000_000, "largest request body, in bytes", _within(1))
    systems_left_out: frozenset[str] = _setting(
        frozenset(),
        "code systems whose codes are not published, such as http://www.whocc.no/atc",
        _each_written(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", "URIs of code systems, with spaces between"),
    )
    url_bytes_max: int = _setting(16_000, "longest request target, in bytes", _within(1))
    workers: int = _setting(1, "processes that answer", _within(1, 1000))
    connections_max: int = _setting(10_000, "connections that one worker holds open", _within(1))
    header_seconds: int = _setting(
        10, "time for a request's headers, and for a pause between two", _within(1, _DAY)
    )
    body_seconds: int = _setting(60, "time for a request's body", _within(1, _DAY))
    stop_seconds: int = _setting(
        30, "time for requests under way when the server is told to stop", _within(1, _DAY)
    )
    cache_seconds: int = _setting(
        60, "how long caches may keep an answer; 0: they always ask", _within(0)
    )
    answers_bytes_max: int = _setting(
        32_000_000, "answers kept ready by a worker, in bytes", _within(0)
    )
    cds_jurisdictions: frozenset[str] = _setting(
        frozenset({"US"}),
        "whose rules decision support speaks by: US, EU, DE",
        _some_of("US", "EU", "DE"),
    )
    cds_clients: frozenset[str] = _setting(
        frozenset(),
        "trusted clients, each issuer,key-set[,audience]; the key set is an https URL or a file",
    )
    cds_authentication: str = _setting(
        "auto",
        "auto: a token is asked for with trusted clients or off loopback; required; off",
        _one_of("auto", "required", "off"),
    )
    cds_discovery: str = _setting(
        "open", "open: GET /cds-services needs no token; closed", _one_of("open", "closed")
    )
    cds_fhir_servers: frozenset[str] = _setting(
        frozenset(),
        "origins of clients' FHIR servers that may be read, as https://ehr.example.org",
        _each_written(r"https?://[^\s/?#@]+/?", "origins like https://ehr.example.org"),
    )
    cds_networks: frozenset[str] = _setting(
        frozenset(), "address ranges that are not public and yet may be reached, as 10.0.0.0/8"
    )
    cds_seconds: float = _setting(
        4.0, "how long one call may wait for a client's FHIR server", _within(0.01, _DAY)
    )
    cds_bytes_max: int = _setting(
        8_000_000, "largest answer of a client's server, in bytes", _within(1)
    )
    cds_body_bytes_max: int = _setting(
        4_000_000, "largest body of a CDS Hooks call, in bytes", _within(1)
    )
    cds_edition: str = _setting(
        "2.0",
        "whose prefetch is asked for: 2.0, or 3.0 (ballot), which looks up ordered products",
        _one_of("2.0", "3.0"),
    )
    cds_calls_per_minute: int = _setting(
        0, "calls of one client that a worker answers in a minute; 0: any number", _within(0)
    )
    cds_cards_max: int = _setting(5, "most cards in an answer", _within(2))
    cds_origins: frozenset[str] = _setting(
        frozenset({"https://sandbox.cds-hooks.org"}),
        "origins of web pages that may call decision support (CORS); * for all",
        _each_written(r"\*|https?://[^\s/?#@]+", "origins like https://ehr.example.org, or *"),
    )
    cds_comments: str = _setting(
        "drop", "drop: free text of feedback is not kept; keep", _one_of("drop", "keep")
    )


def _typed(text: str, kind: type) -> Any:
    return frozenset(text.split()) if kind is frozenset else kind(text)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this environment; refuse (SettingError) what one does not take."""
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        variable = _variable(setting.name)
        if variable in source:
            default: Any = setting.default
            try:
                values[setting.name] = _typed(source[variable], type(default))
            except ValueError:
                raise _wrong(setting, source[variable]) from None
    return checked(Settings(**values))


def checked(settings: Settings) -> Settings:
    """Return the settings; refuse (SettingError) the first value that is not allowed."""
    for setting in fields(settings):
        value = getattr(settings, setting.name)
        if not setting.metadata["allowed"].holds(value):
            raise _wrong(setting, value)
    return settings


def unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """Return a line for each variable that looks like a setting and is none."""
    known = [_variable(setting.name) for setting in fields(Settings)]
    lines = []
    for variable in sorted(environment):
        if variable.startswith(_PREFIX) and variable not in known:
            near = get_close_matches(variable, known, 1, 0)
            lines.append(f"{variable} is no setting and changes nothing; near it is {near[0]}")
    return lines


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def _wrong(setting: Field[Any], value: Any) -> SettingError:
    words = setting.metadata["allowed"].words
    if setting.metadata["secret"]:
        return SettingError(f"{_variable(setting.name)} takes {words}")
    shown = " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
    return SettingError(f"{_variable(setting.name)} is {shown!r}; it takes {words}")
