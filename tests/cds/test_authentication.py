"""Only a client that an operator trusts is answered; the others learn nothing, not even why."""

import hmac
import json
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cds_tokens import ISSUER, KEY_SET, URL, claims, key_set, private_jwk, public_jwk, token

from fhir_kb.cds import Authentication, Client, KeySets
from fhir_kb.cds.key_sets import read_keys
from fhir_kb.errors import Unauthenticated
from fhir_kb.net import Outside
from fhir_kb.store.used_tokens import UsedTokens

NOWHERE = KeySets(Outside(frozenset()), time.monotonic)
Check = Callable[[str], str]


Make = Callable[..., Authentication]


@pytest.fixture
def authentication(tmp_path: Path) -> Make:
    used = UsedTokens(tmp_path / "used-tokens.sqlite")

    def make(client: Client, clock: Callable[[], float] = time.time) -> Authentication:
        return Authentication({client.issuer: client}, NOWHERE, clock, used)

    return make


def known_client(**changed: Any) -> Client:
    keys = read_keys(key_set(public_jwk("EC", "key-1"), public_jwk("RSA", "key-2")))
    return Client(ISSUER, keys=keys, **changed)


@pytest.fixture
def check(authentication: Make) -> Check:
    checked = authentication(known_client())
    return lambda text: checked.check(f"Bearer {text}", URL)


def segment(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize(("kind", "id"), [("EC", "key-1"), ("RSA", "key-2")])
def test_a_good_token_names_its_issuer(kind: str, id: str, check: Check) -> None:
    """[1h alg] ES384 and RS384 are what CDS Hooks recommends."""
    assert check(token(kind=kind, kid=id, jku=None)) == ISSUER


@pytest.mark.parametrize("audience", [URL, [URL], ["https://other.example", URL]])
def test_the_audience_is_this_very_url(audience: Any, check: Check) -> None:
    """[1h aud] A string or an array that holds the URL as it was called."""
    assert check(token(claims(aud=audience), jku=None)) == ISSUER


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://ehr.example.org.evil.example"},
    "an issuer that is a prefix": {"iss": "https://ehr.example"},
    "no issuer": {"iss": None},
    "an issuer that is no text": {"iss": [ISSUER]},
    "another service": {"aud": "https://kb.example.org/cds-services/imid-therapy"},
    "the server only": {"aud": "https://kb.example.org"},
    "no audience": {"aud": None},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "no id": {"jti": None},
    "an empty id": {"jti": ""},
    "a long id": {"jti": "x" * 201},
    "ended": {"iat": int(time.time()) - 500, "exp": int(time.time()) - 200},
    "of the future": {"iat": int(time.time()) + 200, "exp": int(time.time()) + 300},
    "a long life": {"exp": int(time.time()) + 3600},
    "a long life that is nearly over": {
        "iat": int(time.time()) - 1000,
        "exp": int(time.time()) + 60,
    },
    "a life of ten years": {"exp": int(time.time()) + 315_360_000},
    "a hidden long life": {"iat": int(time.time()) + 50, "exp": int(time.time()) + 420},
    "a truth value as end": {"exp": True},
    "a text as end": {"exp": "2030"},
    "a number beyond all": {"exp": 10**400},
}


@pytest.mark.parametrize("name", BAD_CLAIMS)
def test_claims_that_do_not_fit_are_refused(name: str, check: Check) -> None:
    """[1h iss] [1h exp] [1h jti] Each claim is required and checked; five minutes are a life."""
    with pytest.raises(Unauthenticated):
        check(token(claims(**BAD_CLAIMS[name]), jku=None))


BAD_HEADERS: dict[str, dict[str, Any]] = {
    "unknown key": {"kid": "key-3"},
    "no key": {"kid": None},
    "a key set of its own": {"jku": "https://evil.example/jwks.json"},
    "a type that is not JWT": {"typ": "at+jwt"},
    "no type": {"typ": ""},
    "what must be understood": {"crit": ["exp"]},
    "another key's algorithm": {"kid": "key-2"},
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_headers_that_do_not_fit_are_refused(name: str, check: Check) -> None:
    """[1h kid] [1h jku] [1h typ]"""
    with pytest.raises(Unauthenticated):
        check(token(**{"jku": None, **BAD_HEADERS[name]}))


def test_a_signature_of_another_key_is_refused(check: Check) -> None:
    """[1h alg] The claims are right, the key is not."""
    with pytest.raises(Unauthenticated):
        check(token(kind="EC-other", jku=None))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "ES256", "PS384", "EdDSA"])
def test_other_algorithms_are_refused(algorithm: str, check: Check) -> None:
    """[1h alg] none and HMAC are forbidden; the public key must never serve as a secret."""
    header = segment(json.dumps({"alg": algorithm, "typ": "JWT", "kid": "key-1"}).encode())
    signed = f"{header}.{segment(json.dumps(claims()).encode())}.{segment(b'x' * 96)}"
    with pytest.raises(Unauthenticated):
        check(signed)


def test_the_public_key_is_no_secret(check: Check) -> None:
    """[1h alg] The classic confusion: an HMAC keyed with what everybody can fetch."""
    secret = json.dumps(public_jwk("EC", "key-1")).encode()
    head = segment(json.dumps({"alg": "HS384", "typ": "JWT", "kid": "key-1"}).encode())
    signed = f"{head}.{segment(json.dumps(claims()).encode())}"
    signature = segment(hmac.digest(secret, signed.encode(), "sha384"))
    with pytest.raises(Unauthenticated):
        check(f"{signed}.{signature}")


def test_a_claim_that_stands_twice_is_refused(check: Check) -> None:
    """Two readers must not see two issuers in one token."""
    header, _, signature = token(jku=None).split(".")
    twice = json.dumps(claims())[:-1] + f', "iss": "{ISSUER}"}}'
    with pytest.raises(Unauthenticated):
        check(f"{header}.{segment(twice.encode())}.{signature}")


def test_a_token_is_used_once(check: Check) -> None:
    """[1h jti] Who overhears a token cannot use it again."""
    text = token(jku=None)
    check(text)
    with pytest.raises(Unauthenticated):
        check(text)


def test_a_refused_token_does_not_use_up_an_id(check: Check) -> None:
    """[1h jti] Else anyone could keep a client out by guessing its ids."""
    content = claims()
    with pytest.raises(Unauthenticated):
        check(token(content, kind="EC-other", jku=None))
    assert check(token(content, jku=None)) == ISSUER


def test_a_token_that_another_worker_accepted_is_refused(authentication: Make) -> None:
    """[1h jti] Each worker of a server has its own checks and one memory."""
    text = token(jku=None)
    assert authentication(known_client()).check(f"Bearer {text}", URL) == ISSUER
    with pytest.raises(Unauthenticated):
        authentication(known_client()).check(f"Bearer {text}", URL)


def test_a_token_is_remembered_as_long_as_it_would_be_accepted(authentication: Make) -> None:
    """[1h jti] Clocks may differ by a minute: the memory must last that minute too."""
    now = time.time()
    checked = authentication(known_client(), lambda: now)
    text = token(claims(iat=int(now), exp=int(now) + 60), jku=None)
    checked.check(f"Bearer {text}", URL)
    now += 119
    with pytest.raises(Unauthenticated):
        checked.check(f"Bearer {text}", URL)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic dXNlcjpwYXNz", "Bearer a.b", "Bearer a.b.c", "Bearer ...",
               "Bearer " + "x" * 9000, "Bearer é.é.é"]
)  # fmt: skip
def test_what_is_no_token_is_refused(header: str, authentication: Make) -> None:
    """[1h 401]"""
    with pytest.raises(Unauthenticated):
        authentication(known_client()).check(header, URL)


def test_the_scheme_may_be_written_in_any_case(authentication: Make) -> None:
    assert authentication(known_client()).check(f"bearer {token(jku=None)}", URL) == ISSUER


def test_a_client_may_have_an_audience_of_its_own(authentication: Make) -> None:
    """[1h trap c] A client that sends a fixed audience gets a policy, not an open door."""
    checked = authentication(known_client(audience="sand_man"))
    assert checked.check(f"Bearer {token(claims(aud='sand_man'), jku=None)}", URL) == ISSUER
    with pytest.raises(Unauthenticated):
        checked.check(f"Bearer {token(jku=None)}", URL)


def test_a_refusal_tells_the_caller_nothing_and_the_log_enough(
    check: Check, caplog: pytest.LogCaptureFixture
) -> None:
    """[1h 401] One answer for every reason; the log has the reason and no word of the token."""
    texts = [token(claims(iss="sentinel"), jku=None), token(claims(aud="sentinel"), jku=None)]
    with caplog.at_level(logging.WARNING, "fhir_kb.cds"):
        messages = set()
        for text in texts:
            with pytest.raises(Unauthenticated) as refusal:
                check(text)
            messages.add(refusal.value.message)
    assert messages == {"The call is not authenticated"}
    assert "the issuer is not trusted" in caplog.text
    assert "the token is for another service" in caplog.text
    assert "sentinel" not in caplog.text
    assert all(text not in caplog.text for text in texts)


@pytest.mark.parametrize(
    "key",
    [
        private_jwk("EC", "key-1"),
        public_jwk("EC-256", "key-1"),
        public_jwk("EC", "key-1", use="enc"),
        public_jwk("EC", "key-1", alg="ES256"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"},
        {**public_jwk("EC", "key-1"), "x": "AAAA"},
        {name: value for name, value in public_jwk("EC", "key-1").items() if name != "kid"},
        "text",
    ],
)
def test_keys_that_are_not_for_this_are_passed_over(key: Any) -> None:
    """[1h trap a] A published private key is nobody's proof: sandboxes publish theirs."""
    assert read_keys(key_set(key)) == {}


def test_the_key_set_is_the_registered_one(authentication: Make) -> None:
    """[1h jku] A header may name the key set, but only the one that is registered."""
    client = Client(ISSUER, KEY_SET)
    with pytest.raises(Unauthenticated):
        authentication(client).check(f"Bearer {token(jku='https://evil.example/k')}", URL)
