"""From settings to what decision support works with; a setting that is wrong is refused.

https://cds-hooks.hl7.org/2.0/#security-and-safety
"""

import ipaddress
import time
from collections.abc import Callable
from typing import get_args
from urllib.parse import urlsplit

from fhir_kb.cds.authentication import Authentication, Client
from fhir_kb.cds.decision_support import DecisionSupport
from fhir_kb.cds.key_sets import KeySets, read_keys
from fhir_kb.cds.services import EDITIONS
from fhir_kb.errors import KnowledgeError, MalformedContent, OutsideRefused
from fhir_kb.facts import load_knowledge
from fhir_kb.facts.rule import Jurisdiction
from fhir_kb.net import Network, Origin, Outside
from fhir_kb.settings import Settings
from fhir_kb.store.used_tokens import UsedTokens

_WORDS = {
    "cds_discovery": ("open", "closed"),
    "cds_comments": ("drop", "keep"),
    "cds_edition": tuple(EDITIONS),
}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def decision_support(settings: Settings) -> DecisionSupport:
    """Return decision support over the packaged knowledge, which is read when it is first used."""
    unknown = settings.cds_jurisdictions - set(get_args(Jurisdiction))
    if unknown or not settings.cds_jurisdictions:
        raise _wrong("CDS_JURISDICTIONS", f"takes some of {', '.join(get_args(Jurisdiction))}")
    for name, known in _WORDS.items():
        if getattr(settings, name) not in known:
            raise _wrong(name.upper(), f"is {' or '.join(known)}")
    if settings.cds_cards_max < 2:
        raise _wrong("CDS_CARDS_MAX", "is at least 2: a finding, and what was not checked")
    return DecisionSupport(
        load=load_knowledge,
        jurisdictions=settings.cds_jurisdictions,
        outside=Outside(
            origins=frozenset(
                _origin("CDS_FHIR_SERVERS", url) for url in settings.cds_fhir_servers
            ),
            networks=networks(settings),
            seconds=settings.cds_seconds,
            bytes_max=settings.cds_bytes_max,
        ),
        seconds=settings.cds_seconds,
        cards_max=settings.cds_cards_max,
        edition=settings.cds_edition,
    )


def authentication(settings: Settings, read_file: Callable[[str], bytes]) -> Authentication | None:
    """Return what checks callers' tokens, or None when callers need none.

    ``read_file`` gives the content of a key set that is named by a path.
    """
    asked = {
        "auto": bool(settings.cds_clients) or settings.host not in LOOPBACK,
        "required": True,
        "off": False,
    }.get(settings.cds_authentication)
    if asked is None:
        raise _wrong("CDS_AUTHENTICATION", "is auto, required or off")
    clients = [_client(text, read_file) for text in sorted(settings.cds_clients)]
    if not asked:
        return None
    outside = Outside(
        origins=frozenset(Origin.of(client.key_set) for client in clients if client.key_set),
        networks=networks(settings),
    )
    by_issuer = {client.issuer: client for client in clients}
    used = UsedTokens(settings.data / "used-tokens.sqlite")
    return Authentication(by_issuer, KeySets(outside, time.monotonic), time.time, used)


def networks(settings: Settings) -> tuple[Network, ...]:
    """Return the address ranges that may be reached although they are not public."""
    try:
        return tuple(ipaddress.ip_network(text) for text in sorted(settings.cds_networks))
    except ValueError:
        raise _wrong("CDS_NETWORKS", "takes ranges like 10.0.0.0/8") from None


def _client(text: str, read_file: Callable[[str], bytes]) -> Client:
    issuer, _, rest = text.partition(",")
    key_set, _, audience = rest.partition(",")
    if not issuer or not key_set:
        raise _wrong("CDS_CLIENTS", "takes entries like issuer,https://ehr.example.org/jwks.json")
    if urlsplit(key_set).scheme in ("http", "https"):
        _origin("CDS_CLIENTS", key_set)
        return Client(issuer, key_set, audience=audience)
    try:
        return Client(issuer, keys=read_keys(read_file(key_set)), audience=audience)
    except (OSError, MalformedContent) as error:
        raise _wrong("CDS_CLIENTS", f"names a key set that cannot be read: {error}") from error


def _origin(setting: str, url: str) -> Origin:
    try:
        return Origin.of(url)
    except OutsideRefused as error:
        raise _wrong(setting, f"holds {url!r}: {error.message}") from error


def _wrong(setting: str, words: str) -> KnowledgeError:
    return KnowledgeError(f"FHIR_KB_{setting} {words}")
