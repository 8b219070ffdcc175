"""What resources can be validated against beside the specification: our profiles, and packages.

https://hl7.org/fhir/R5/packages.html
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from fhir_kb.definitions import load
from fhir_kb.formats import Json
from fhir_kb.formats.json import read_json
from fhir_kb.validation.profiles import Profiles, open_profiles

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "R4": ("shared", "R4"),
    "R4B": ("shared", "R4", "R4B"),
    "R5": ("shared", "R5"),
}
"""The folders of ``profiles`` that hold for a release, as in ``versions``.

It is said here again so that validating one file need not load what builds the knowledge.
"""


def conformance_at_hand(
    release: str, places: Sequence[str] = (), *, resources: Iterable[Json] = ()
) -> Profiles:
    """Return the conformance of ``resources``, our own profiles and the packages at ``places``.

    A place is a file, a folder, a .tgz, or the name of a package installed for the user. Refuses
    (UnknownResource) a place that is none of these, and (MalformedContent) what cannot be read.
    """
    return open_profiles(load(release), places, resources=(*resources, *own_resources(release)))


@cache
def own_resources(release: str) -> tuple[Json, ...]:
    """Return our profiles, extensions and terminology that hold for a release."""
    found: dict[str, Json] = {}
    for folder in FOLDERS[release]:
        for file in (files("fhir_kb.profiles") / folder).iterdir():
            if file.name.endswith(".json"):
                found[file.name] = read_json(file.read_bytes())
    return tuple(found.values())
