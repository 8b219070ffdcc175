"""The public keys of clients: fetched from where an operator said, kept for a while, rotated.

https://cds-hooks.hl7.org/2.0/#trusting-cds-clients, https://www.rfc-editor.org/rfc/rfc7517
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from fhir_kb.errors import MalformedContent, OutsideError
from fhir_kb.formats.json import read_json
from fhir_kb.net import Outside

ALGORITHMS = ("ES384", "RS384")
KEPT_SECONDS = 3600.0
"""How long fetched keys are used without asking again."""
PAUSE_SECONDS = 30.0
"""How long after a fetch an unknown key id does not cause another one."""
_KEYS_MAX = 100

_LOG = logging.getLogger("fhir_kb.cds")

Keys = Mapping[str, PyJWK]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The keys of a set, when they were fetched, and when a fetch was last tried."""

    keys: Keys
    fetched: float
    tried: float


class KeySets:
    """Key sets by their URL. ``clock`` is monotonic, in seconds."""

    def __init__(self, outside: Outside, clock: Callable[[], float]) -> None:
        self._outside = outside
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, Lock] = {}

    def key(self, url: str, id: str) -> PyJWK | None:
        """Return a key of the set at a URL, or None if it has none of this id.

        An unknown id may be a new key: the set is then fetched again, but not more often than
        every 30 seconds, whatever ids callers invent. A set that cannot be fetched has the keys
        that are still of use.
        """
        nothing = _Kept({}, -math.inf, -math.inf)
        kept = self._kept.get(url, nothing)
        if not self._is_enough(kept, id):
            with self._locks.setdefault(url, Lock()):
                kept = self._kept.get(url, nothing)
                if not self._is_enough(kept, id):
                    kept = self._kept[url] = self._fetched(url, kept)
        return kept.keys.get(id) if self._is_of_use(kept) else None

    def _is_enough(self, kept: _Kept, id: str) -> bool:
        if id in kept.keys and self._is_of_use(kept):
            return True
        return self._clock() - kept.tried < PAUSE_SECONDS

    def _is_of_use(self, kept: _Kept) -> bool:
        return self._clock() - kept.fetched < KEPT_SECONDS

    def _fetched(self, url: str, before: _Kept) -> _Kept:
        now = self._clock()
        try:
            answer = self._outside.get(url, accept="application/json")
            if answer.status == HTTPStatus.OK:
                return _Kept(read_keys(answer.body), now, now)
            reason = f"it is answered with {answer.status}"
        except (OutsideError, MalformedContent) as error:
            reason = error.message
        _LOG.warning("the key set of a client cannot be had: %s", reason)
        return _Kept(before.keys, before.fetched, now)


def read_keys(body: bytes) -> Keys:
    """Return the keys of a JWK set that sign with an algorithm that is accepted, by their ids.

    A private key is not taken: who publishes one must not be trusted to hold it alone.
    """
    entries = read_json(body).get("keys")
    if not isinstance(entries, list) or len(entries) > _KEYS_MAX:
        raise MalformedContent(f"A key set has an array 'keys' of at most {_KEYS_MAX} entries")
    keys: dict[str, PyJWK] = {}
    for entry in entries:
        key = _public_key(entry)
        if key is not None:
            keys[entry["kid"]] = key
    return keys


def _public_key(entry: Any) -> PyJWK | None:
    if not isinstance(entry, dict) or "d" in entry or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("use", "sig") != "sig":
        return None
    algorithm = {"EC": "ES384", "RSA": "RS384"}.get(str(entry.get("kty")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm:
        return None
    if algorithm == "ES384" and entry.get("crv") != "P-384":
        return None
    try:
        return PyJWK(entry, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
