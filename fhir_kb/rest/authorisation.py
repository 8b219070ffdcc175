"""Who may write: whoever has the bearer token, where the server asks for one.

https://www.rfc-editor.org/rfc/rfc6750, https://www.rfc-editor.org/rfc/rfc6454
"""

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from fhir_kb.errors import ReadOnly, Unauthenticated
from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.rest.message import Request


def check_may_write(endpoint: Endpoint, request: Request) -> None:
    """Refuse (Unauthenticated) a write without the token; compares in constant time.

    Where no token is asked for, a web page of another origin is refused (ReadOnly): it would
    write by the hand of whoever looks at it, even to a server that only they can reach.
    """
    if not endpoint.write_token:
        origin = request.header("origin")
        if origin and not _is_own(endpoint, request, origin):
            raise ReadOnly(
                f"A page of {origin[:100]} may write here only with a bearer token, "
                "and this server is set up without one"
            )
        return
    scheme, _, token = request.header("authorization").partition(" ")
    sent = token.strip().encode("utf-8", "surrogateescape")
    if scheme.lower() != "bearer" or not compare_digest(sent, endpoint.write_token.encode()):
        raise Unauthenticated(
            "Writing needs a bearer token that this server accepts: Authorization: Bearer …"
        )


def _is_own(endpoint: Endpoint, request: Request, origin: str) -> bool:
    """Return whether a page is of this server.

    A name that only the caller vouches for may be anybody's: whoever has it can let it lead here
    (DNS rebinding). An address cannot be made to lead elsewhere.
    """
    if not f"{request.base}/".startswith(f"{origin}/"):
        return False
    return endpoint.base_is_set or _is_address(urlsplit(origin).hostname or "")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
