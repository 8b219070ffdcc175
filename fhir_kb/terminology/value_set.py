"""A value set as it is defined: what it includes and what it excludes.

https://hl7.org/fhir/R4/valueset.html#compositions
"""

from dataclasses import dataclass

from fhir_kb.errors import InvalidParameter
from fhir_kb.formats import Json


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the concepts of a code system."""

    property: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class Include:
    """Codes of one system (listed, filtered or all), within all of ``value_sets``.

    ``listed`` holds (code, display); empty means that the filters decide.
    """

    system: str | None = None
    listed: tuple[tuple[str, str | None], ...] = ()
    filters: tuple[Filter, ...] = ()
    value_sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Everything in one of ``includes`` and in none of ``excludes``."""

    url: str
    includes: tuple[Include, ...]
    excludes: tuple[Include, ...] = ()


def read_value_set(resource: Json) -> ValueSet:
    """Return the value set of a ValueSet resource, from its definition or else its expansion.

    One without a url, or without both, is refused.
    """
    url = resource.get("url")
    if url is None:
        raise InvalidParameter("A ValueSet without url cannot be referred to; give it a url")
    if "compose" in resource:
        compose = resource["compose"]
        includes = tuple(_include(each) for each in compose.get("include", []))
        return ValueSet(url, includes, tuple(_include(each) for each in compose.get("exclude", [])))
    if "expansion" in resource:
        return ValueSet(url, _expanded(resource["expansion"].get("contains", [])))
    raise InvalidParameter(f"ValueSet {url} has neither compose nor expansion, so it has no codes")


def _include(include: Json) -> Include:
    return Include(
        system=include.get("system"),
        listed=tuple((each["code"], each.get("display")) for each in include.get("concept", [])),
        filters=tuple(
            Filter(each["property"], each["op"], each["value"])
            for each in include.get("filter", [])
        ),
        value_sets=tuple(include.get("valueSet", [])),
    )


def _expanded(contains: list[Json]) -> tuple[Include, ...]:
    """Return the codes of an expansion by system; headings that are not codes are left out."""
    listed: dict[str, list[tuple[str, str | None]]] = {}
    waiting = list(reversed(contains))
    while waiting:
        each = waiting.pop()
        if "code" in each and "system" in each and not each.get("abstract"):
            listed.setdefault(each["system"], []).append((each["code"], each.get("display")))
        waiting.extend(reversed(each.get("contains", [])))
    return tuple(Include(system, tuple(codes)) for system, codes in listed.items())
