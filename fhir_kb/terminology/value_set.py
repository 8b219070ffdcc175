"""A value set as it is defined: what it includes and what it excludes.

https://hl7.org/fhir/R4/valueset.html#compositions
"""

from dataclasses import dataclass

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json
from fhir_kb.terminology.stated import stated


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the concepts of a code system."""

    property: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Include:
    """Codes of one system (listed, filtered or all), within all of ``value_sets``.

    ``listed`` holds (code, display); empty means that the filters decide. ``version`` is that of
    the system, ``*`` for all there are; None leaves it open.
    """

    system: str | None = None
    listed: tuple[tuple[str, str | None], ...] = ()
    filters: tuple[Filter, ...] = ()
    value_sets: tuple[str, ...] = ()
    version: str | None = None


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Everything in one of ``includes`` and in none of ``excludes``."""

    url: str
    includes: tuple[Include, ...]
    excludes: tuple[Include, ...] = ()
    version: str | None = None


def read_value_set(resource: Json) -> ValueSet:
    """Return the value set of a ValueSet resource, from its definition or else its expansion.

    One without a url, without both, or with an entry that says nothing is refused.
    """
    url = resource.get("url")
    if url is None:
        raise InvalidParameter("A ValueSet without url cannot be referred to; give it a url")
    version = resource.get("version")
    if "compose" in resource:
        compose = resource["compose"]
        includes = tuple(_include(each, url) for each in compose.get("include", []))
        excludes = tuple(_include(each, url) for each in compose.get("exclude", []))
        return ValueSet(url, includes, excludes, version)
    if "expansion" in resource:
        contains = resource["expansion"].get("contains", [])
        return ValueSet(url, _expanded(contains), version=version)
    raise InvalidParameter(f"ValueSet {url} has neither compose nor expansion, so it has no codes")


def _include(include: Json, url: str) -> Include:
    owner = f"ValueSet {url}"
    return Include(
        system=include.get("system"),
        listed=tuple(
            (stated(each, "code", owner), each.get("display"))
            for each in include.get("concept", [])
        ),
        filters=tuple(
            Filter(*(stated(each, name, owner) for name in ("property", "op", "value")))
            for each in include.get("filter", [])
        ),
        # An entry that is only an extension is null.
        value_sets=tuple(each for each in include.get("valueSet", []) if each is not None),
        version=include.get("version"),
    )


def _expanded(contains: list[Json]) -> tuple[Include, ...]:
    """Return the codes of an expansion by system; headings that are not codes are left out."""
    listed: dict[tuple[str, str | None], list[tuple[str, str | None]]] = {}
    waiting = list(reversed(contains))
    while waiting:
        each = waiting.pop()
        if "code" in each and "system" in each and not each.get("abstract"):
            place = (each["system"], each.get("version"))
            listed.setdefault(place, []).append((each["code"], each.get("display")))
        waiting.extend(reversed(each.get("contains", [])))
    return tuple(
        Include(system, tuple(codes), version=version)
        for (system, version), codes in listed.items()
    )
