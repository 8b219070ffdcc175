"""What the application that answers the present request serves: its endpoints, settings, address.

https://flask.palletsprojects.com/en/stable/extensiondev/#the-extension-class-and-initialization
"""

from collections.abc import Mapping
from typing import cast

from flask import current_app, request

from fhir_kb.rest.endpoint import Endpoint
from fhir_kb.settings import Settings

ENDPOINTS = "fhir_kb"
SETTINGS = "fhir_kb_settings"


def endpoints() -> Mapping[str, Endpoint]:
    """Return the endpoint of each FHIR version by its mount."""
    return cast("Mapping[str, Endpoint]", current_app.extensions[ENDPOINTS])


def settings() -> Settings:
    """Return the settings that the application was made with."""
    return cast("Settings", current_app.extensions[SETTINGS])


def own_address() -> str:
    """Return the server's URL without a final slash: the setting, else what the caller used."""
    return settings().base_url.rstrip("/") or f"{request.scheme}://{request.host}"
