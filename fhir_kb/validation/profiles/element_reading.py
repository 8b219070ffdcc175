"""ElementDefinitions as a profile means them: names in full, elements of later versions included.

https://hl7.org/fhir/R4/elementdefinition.html and https://hl7.org/fhir/R5/versions.html#extensions
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from fhir_kb.formats import Json
from fhir_kb.validation.canonical import OF_SPECIFICATION

_PROFILE_ELEMENT = OF_SPECIFICATION + "elementdefinition-profile-element"
_LATER = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition."
_REPEATING = frozenset({"valueAlternatives"})


def read_element(element: Json, url: str) -> Json:
    """Return an ElementDefinition of the profile ``url``, whose types name their profiles in full.

    A profile may be contained in the StructureDefinition (``#id``), or be one element of another,
    which an extension names: ``url#element``. What only a later version of FHIR has as elements
    stands in extensions and becomes elements again.
    """
    later = dict(_later_elements(element)) if "extension" in element else {}
    rows = element.get("type", [])
    if any("#" in str(row) or "_profile" in row for row in rows):
        later["type"] = [_with_whole_names(row, url) for row in rows]
    return {**element, **later} if later else element


def extensions_of(element: Json, url: str) -> list[Json]:
    """Return the extensions of an element that have this url."""
    return [each for each in element.get("extension", []) if each.get("url") == url]


def extension_values(element: Json, url: str) -> Iterator[Any]:
    """Yield the values of an element's extensions that have this url."""
    for extension in extensions_of(element, url):
        yield from (value for key, value in extension.items() if key.startswith("value"))


def extension_value(element: Json, url: str) -> Any:
    """Return the value of the first such extension, None if there is none."""
    return next(extension_values(element, url), None)


def _later_elements(element: Json) -> Iterator[tuple[str, Any]]:
    for extension in element["extension"]:
        url = extension.get("url", "")
        name = url.removeprefix(_LATER)
        values = list(extension_values(element, url)) if name != url else []
        if values:
            yield name, values if name in _REPEATING else values[0]


def _with_whole_names(row: Json, url: str) -> Json:
    extras = row.get("_profile", [])
    parts = [extension_value(each or {}, _PROFILE_ELEMENT) for each in extras]
    profiles = [
        f"{profile}#{part}" if part else profile
        for profile, part in zip_longest(row.get("profile", []), parts)
    ]
    return {
        **row,
        "profile": [_in_full(each, url) for each in profiles],
        "targetProfile": [_in_full(each, url) for each in row.get("targetProfile", [])],
    }


def _in_full(canonical: str, url: str) -> str:
    return url + canonical if canonical.startswith("#") else canonical
