"""Keys and tokens of a client of CDS Hooks, made anew for each test process."""

import json
import time
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://ehr.example.org"
KEY_SET = "https://ehr.example.org/jwks.json"
URL = "https://kb.example.org/cds-services/imid-orders"
Json = dict[str, Any]


@cache
def private_key(kind: str) -> Any:
    if kind == "RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1() if kind == "EC-256" else ec.SECP384R1())


def public_jwk(kind: str, id: str, **members: Any) -> Json:
    algorithm: Any = RSAAlgorithm if kind == "RSA" else ECAlgorithm
    jwk: Json = json.loads(algorithm.to_jwk(private_key(kind).public_key()))
    return {**jwk, "kid": id, "use": "sig", **members}


def private_jwk(kind: str, id: str) -> Json:
    jwk: Json = json.loads(ECAlgorithm.to_jwk(private_key(kind)))
    return {**jwk, "kid": id}


def key_set(*keys: Json) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def claims(**changed: Any) -> Json:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": URL, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def token(content: Json | None = None, kind: str = "EC", **header: Any) -> str:
    """Return a signed token; a header member that is None is left out."""
    algorithm = {"EC": "ES384", "RSA": "RS384", "EC-256": "ES256", "EC-other": "ES384"}[kind]
    members = {"kid": "key-1", "typ": "JWT", "jku": KEY_SET, **header}
    headers = {name: value for name, value in members.items() if value is not None}
    payload = json.dumps(content or claims()).encode()
    return PyJWS().encode(payload, private_key(kind), algorithm, headers=headers)
