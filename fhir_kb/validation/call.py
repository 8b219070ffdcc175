"""``fhir_kb.validate``: the validator as one call, for plain Python values.

https://hl7.org/fhir/R4/validation.html
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhir_kb.definitions import load
from fhir_kb.errors import FhirKbError, NotAcceptable
from fhir_kb.formats import Json
from fhir_kb.formats.json import write_json
from fhir_kb.validation.at_hand import conformance_at_hand
from fhir_kb.validation.issue import Issue
from fhir_kb.validation.limits import DEFAULT_LIMITS, Limits
from fhir_kb.validation.profiles import Profiles
from fhir_kb.validation.stated_version import likely_release, release_of, stated_version
from fhir_kb.validation.validator import Validator
from fhir_kb.validation.walk import Mode, Targets


def validate(
    resource: Json | bytes | str,
    version: str | None = None,
    *,
    profiles: Sequence[str] = (),
    packages: Sequence[str] = (),
    mode: Mode = "standard",
    targets: Targets = "named",
    limits: Limits = DEFAULT_LIMITS,
) -> list[Issue]:
    """Return what is wrong with a resource or Bundle, and what could not be checked of it.

    ``resource`` is JSON or XML as text or bytes (then issues have lines), or a dict as
    ``json.loads`` returns it. ``version`` is R4, R4B, R5 or a number of theirs (4.0, 4.0.1);
    without it, what the resource says of itself, else R4. ``profiles`` are canonical URLs that it
    must meet beside those in its ``meta.profile``; ``packages`` are where profiles are found
    beside our own: folders, .tgz files, names of installed packages. ``targets="resolved"`` checks
    the type only of what a reference leads to, not of what it names (``Patient/1``). Any other
    version is refused (NotAcceptable), and a package that is not there (UnknownResource);
    everything else is said by the issues.
    """
    content = _with_decimals(resource) if isinstance(resource, dict) else resource
    release = _release(content, version)
    validator = Validator(load(release), _conformance(release, tuple(packages)))
    return validator.validate(content, profiles=profiles, mode=mode, targets=targets, limits=limits)


@lru_cache(maxsize=16)
def _conformance(release: str, packages: tuple[str, ...]) -> Profiles:
    return conformance_at_hand(release, packages)


def _release(content: Json | bytes | str, version: str | None) -> str:
    if version is not None:
        release = release_of(version)
        if release is None:
            raise NotAcceptable(f"FHIR {version!r} is not known here; known are R4, R4B and R5")
        return release
    text = _text(content)
    stated = stated_version(text)
    return stated.release if stated is not None else likely_release(text)


def _text(content: Json | bytes | str) -> bytes:
    """Return the content, or the part of an object that may say the version, as bytes."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode(errors="replace")
    try:
        return write_json({key: content[key] for key in _TELLING if key in content})
    except (FhirKbError, RecursionError):
        # It is no JSON, or nested too deep: validation will say so.
        return b""


_TELLING = ("resourceType", "fhirVersion", "meta", "link", "entry")
"""The elements that may say the version."""


def _with_decimals(resource: Json) -> Json:
    """Return a resource without floats: each becomes the decimal that Python shows it as."""
    try:
        converted: Json = _converted(resource)
    except RecursionError:
        return resource  # nested deeper than is walked
    return converted


def _converted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _converted(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_converted(child) for child in value]
    return Decimal(repr(value)) if isinstance(value, float) else value
