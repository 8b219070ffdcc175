"""Who may write: whoever has the bearer token, where the server asks for one.

https://www.rfc-editor.org/rfc/rfc6750
"""

from hmac import compare_digest

from fhir_kb.errors import Unauthenticated
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request


def check_may_write(endpoint: Endpoint, request: Request) -> None:
    """Refuse (Unauthenticated) a write without the token; compares in constant time."""
    if not endpoint.write_token:
        return
    scheme, _, token = request.header("authorization").partition(" ")
    sent = token.strip().encode("utf-8", "surrogateescape")
    if scheme.lower() != "bearer" or not compare_digest(sent, endpoint.write_token.encode()):
        raise Unauthenticated(
            "Writing needs a bearer token that this server accepts: Authorization: Bearer …"
        )
