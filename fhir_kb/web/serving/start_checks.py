"""What would keep the server from its work, found before anything is started.

https://man7.org/linux/man-pages/man7/socket.7.html

The server shares its port among its workers, and the system would share it with another program
that does the same: only who asks for the port alone is told that it is taken.
"""

import errno
import os
import socket

from fhir_kb.errors import AddressInUse, FhirKbError, KnowledgeError, SettingError
from fhir_kb.settings import Settings
from fhir_kb.store import open_journal
from fhir_kb.versions import DEFAULT
from fhir_kb.web.cds import cds_door


def check_start(settings: Settings) -> None:
    """Refuse a setting that cannot be used here (SettingError) and a port in use (AddressInUse)."""
    check_address(settings.host, settings.port)
    try:
        cds_door(settings)
    except KnowledgeError as error:
        raise SettingError(error.message) from error
    if settings.writes == "on" and settings.database:
        try:
            open_journal(settings.data, DEFAULT.mount, settings.database).close()
        except FhirKbError as error:
            raise SettingError(f"FHIR_KB_DATABASE cannot be used: {error.message}") from error


def check_address(host: str, port: int) -> None:
    """Refuse an address that is none of this machine, or where another program listens."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise SettingError(
            f"FHIR_KB_HOST is {host!r}; it takes an address or a name of this machine"
        ) from None
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix":
            # Connections of a server that has ended do not count; one that listens does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise _refused(host, port, error) from error


def _refused(host: str, port: int, error: OSError) -> FhirKbError:
    if error.errno == errno.EADDRINUSE:
        return AddressInUse(
            f"Port {port} is in use on {host}: another program listens there. "
            "Stop it, or choose another port with --port or FHIR_KB_PORT"
        )
    if error.errno == errno.EACCES:
        return SettingError(f"FHIR_KB_PORT is {port}, where this user may not listen")
    return SettingError(f"FHIR_KB_HOST is {host!r}, where nothing can listen: {error.strerror}")
