"""Who calls: the JSON Web Token of a call, checked against the clients an operator trusts.

https://cds-hooks.hl7.org/2.0/#trusting-cds-clients

A refusal tells the caller nothing; the reason goes to the log, without a word of the token.
"""

import binascii
import logging
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jwt import PyJWK, PyJWS
from jwt.exceptions import PyJWTError

from fhir_kb.cds.key_sets import ALGORITHMS, Keys, KeySets
from fhir_kb.errors import MalformedContent, Unauthenticated
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.store.used_tokens import UsedTokens

LIFE_SECONDS = 300
SKEW_SECONDS = 60
_TOKEN_BYTES_MAX = 8_000
_ID_CHARACTERS_MAX = 200
_LOG = logging.getLogger("fhir_kb.cds")
_SIGNATURES = PyJWS(options={"enforce_minimum_key_length": True})


@dataclass(frozen=True, slots=True)
class Client:
    """A client that is trusted: its ``issuer``, and where its keys are.

    ``key_set`` is the only URL its keys are taken from; a client without one has its ``keys``
    here. ``audience`` replaces the called URL for a client that sends another one.
    """

    issuer: str
    key_set: str = ""
    keys: Keys = field(default_factory=dict)
    audience: str = ""


class Authentication:
    """Checks tokens against ``clients``, each at most once.

    ``clock`` gives seconds since 1970; ``used`` is what all processes of the server know of the
    tokens they accepted.
    """

    def __init__(
        self,
        clients: Mapping[str, Client],
        key_sets: KeySets,
        clock: Callable[[], float],
        used: UsedTokens,
    ) -> None:
        self._clients = clients
        self._key_sets = key_sets
        self._clock = clock
        self._used = used

    def check(self, authorization: str, url: str) -> str:
        """Return the issuer of a call to ``url``; refuse (Unauthenticated) without a reason."""
        try:
            return self._checked(authorization, url)
        except (_Refused, MalformedContent, PyJWTError, ValueError) as error:
            reason = error if isinstance(error, _Refused) else type(error).__name__
            _LOG.warning("a call is refused: %s", reason)
        raise Unauthenticated("The call is not authenticated")

    def _checked(self, authorization: str, url: str) -> str:
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or len(token) > _TOKEN_BYTES_MAX:
            raise _Refused("no bearer token")
        header, claims = _parts(token.strip())
        client = self._clients.get(_text(claims, "iss"))
        if client is None:
            raise _Refused("the issuer is not trusted")
        _check_audience(claims, client.audience or url)
        now = self._clock()
        expires = _check_times(claims, now)
        key = self._key(header, client)
        # PyJWT checks algorithm and signature; claims were read above, by the strict reader.
        _SIGNATURES.decode_complete(token.strip(), key, algorithms=list(ALGORITHMS))
        id = _text(claims, "jti")
        if not self._used.use(client.issuer, id, now, until=expires + SKEW_SECONDS):
            raise _Refused("the token was used before")
        return client.issuer

    def _key(self, header: Json, client: Client) -> PyJWK:
        if _text(header, "typ").upper() != "JWT" or "crit" in header:
            raise _Refused("the token's header asks for what is not understood")
        if "jku" in header and header["jku"] != client.key_set:
            raise _Refused("the key set is not the client's")
        id = _text(header, "kid")
        key = self._key_sets.key(client.key_set, id) if client.key_set else client.keys.get(id)
        if key is None:
            raise _Refused("the key is not known")
        return key


class _Refused(Exception):
    """Why a token is refused, in our own words."""


def _parts(token: str) -> tuple[Json, Json]:
    """Return header and claims by the strict reader: a name that stands twice is refused."""
    segments = token.split(".")
    if len(segments) != 3:
        raise _Refused("the token is not a signed JSON Web Token")
    try:
        header, claims = (
            read_json(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
            for segment in segments[:2]
        )
    except binascii.Error:
        raise _Refused("the token is not base64url") from None
    return header, claims


def _text(claims: Json, name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _ID_CHARACTERS_MAX:
        raise _Refused(f"{name} is missing or not a short text")
    return value


def _check_audience(claims: Json, wanted: str) -> None:
    audience: Any = claims.get("aud")
    if wanted not in (audience if isinstance(audience, list) else [audience]):
        raise _Refused("the token is for another service")


def _check_times(claims: Json, now: float) -> float:
    """Return when the token ends; refuse one that ended, is of the future or lives too long."""
    expires, issued = _number(claims, "exp"), _number(claims, "iat")
    if expires <= now - SKEW_SECONDS:
        raise _Refused("the token has expired")
    if issued > now + SKEW_SECONDS:
        raise _Refused("the token is of the future")
    if expires - issued > LIFE_SECONDS:
        raise _Refused("the token lives too long")
    return float(expires)


def _number(claims: Json, name: str) -> Decimal:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _Refused(f"{name} is missing or not a number")
    return Decimal(value)
