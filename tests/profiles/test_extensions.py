"""Every extension of ours that a resource uses is defined: where it stands and what it holds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import pytest

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import TypeDefinition
from fhir_kb.formats import Json
from fhir_kb.settings import CANONICAL
from fhir_kb.versions import VERSIONS, Version

OURS = f"{CANONICAL}/StructureDefinition/"


@dataclass(frozen=True)
class Part:
    """What an extension, or a part of one, may hold; ``max`` is None for ``*``."""

    min: int
    max: int | None
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    value_set: str | None = None
    parts: Mapping[str, "Part"] = field(default_factory=dict)
    contexts: frozenset[str] = frozenset()


def capitalized(code: str) -> str:
    return code[0].upper() + code[1:]


def value_of(elements: list[Json], id: str) -> tuple[dict[str, frozenset[str]], str | None]:
    value = next((each for each in elements if each["id"] == f"{id}.value[x]"), {})
    types = {
        f"value{capitalized(type['code'])}": frozenset(
            target.rpartition("/")[2] for target in type.get("targetProfile", [])
        )
        for type in value.get("type", [])
    }
    return types, value.get("binding", {}).get("valueSet")


def bounds(element: Json) -> tuple[int, int | None]:
    return element.get("min", 0), None if element["max"] == "*" else int(element["max"])


@cache
def definitions_of(mount: str) -> Mapping[str, Part]:
    """Return what our StructureDefinitions say of each extension, by its URL."""
    found = {}
    for profile in VERSIONS[mount].conformance:
        if profile.get("type") == "Extension":
            elements = profile["differential"]["element"]
            parts = {}
            for slice in (each for each in elements if "sliceName" in each):
                nested = slice.get("type", [{}])[0].get("profile", [])
                name = nested[0] if nested else slice["sliceName"]
                parts[name] = Part(*bounds(slice), *value_of(elements, slice["id"]))
            found[profile["url"]] = Part(
                *bounds(elements[0]),
                *value_of(elements, "Extension"),
                parts=parts,
                contexts=frozenset(context["expression"] for context in profile["context"]),
            )
    return found


@dataclass(frozen=True)
class Use:
    """An extension of ours on an element: the element's names as contexts may say them."""

    resource: str
    extension: Json
    places: frozenset[str]
    siblings: int


def uses(resource: Json, definitions: Definitions) -> Iterator[Use]:
    type = definitions.type(resource["resourceType"])
    assert type is not None
    where = f"{type.name}/{resource['id']}"
    yield from _uses(resource, type, frozenset({type.name}), definitions, where)


def _uses(
    value: Json,
    type: TypeDefinition,
    places: frozenset[str],
    definitions: Definitions,
    where: str,
) -> Iterator[Use]:
    urls = Counter(extension["url"] for extension in value.get("extension", []))
    for extension in value.get("extension", []):
        if extension["url"].startswith(OURS):
            yield Use(where, extension, places | _bases(type, definitions), urls[extension["url"]])
    for key, content in value.items():
        element, code = type.json_names.get(key.removeprefix("_"), (None, None))
        if element is None or code is None:
            continue
        shape = definitions.type(code.code)
        for item in content if isinstance(content, list) else [content]:
            if isinstance(item, dict) and shape is not None:
                here = frozenset({element.path, shape.name})
                yield from _uses(item, shape, here, definitions, where)


def _bases(type: TypeDefinition, definitions: Definitions) -> frozenset[str]:
    names, base = {type.name}, type.base
    while base is not None:
        names.add(base)
        parent = definitions.type(base)
        base = parent.base if parent else None
    return frozenset(names)


def faults(use: Use, known: Mapping[str, Part], codes: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield what the definition of a used extension does not allow."""
    name = use.extension["url"].removeprefix(OURS)
    part = known.get(use.extension["url"])
    if part is None:
        yield f"{use.resource}: {name} is not defined"
        return
    inside = any(place == "Extension" for place in use.places)
    if not (part.contexts & use.places or inside):
        yield f"{use.resource}: {name} may not stand on {sorted(use.places)}"
    if part.max is not None and use.siblings > part.max:
        yield f"{use.resource}: {name} stands {use.siblings} times"
    yield from (f"{use.resource}: {name}{fault}" for fault in holds(use.extension, part, codes))


def holds(extension: Json, part: Part, codes: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield how the content of an extension differs from what is said of it."""
    values = [key for key in extension if key.startswith("value")]
    if len(values) != bool(part.types) or not set(values) <= set(part.types):
        yield f" holds {values}, not one of {sorted(part.types)}"
    for key in values:
        yield from wrong_target(extension[key], part.types.get(key, frozenset()))
        if part.value_set is not None:
            yield from outside(extension[key], codes[part.value_set])
    counts = Counter(inner["url"] for inner in extension.get("extension", []))
    for url in counts.keys() - part.parts.keys():
        yield f" has no part {url}"
    for url, inner in part.parts.items():
        if not inner.min <= counts[url] <= (inner.max or counts[url]):
            yield f" has {counts[url]} of {url}"
    for inner in extension.get("extension", []):
        if inner["url"] in part.parts and not inner["url"].startswith(OURS):
            yield from (
                f".{inner['url']}{fault}" for fault in holds(inner, part.parts[inner["url"]], codes)
            )


def wrong_target(value: object, targets: frozenset[str]) -> Iterator[str]:
    if targets and isinstance(value, dict):
        type = value["reference"].partition("/")[0]
        if type not in targets:
            yield f" points to {type}, not {sorted(targets)}"


def outside(value: object, allowed: set[str]) -> Iterator[str]:
    codings = value["coding"] if isinstance(value, dict) else [{"code": value}]
    if not any(coding["code"] in allowed for coding in codings):
        yield f" has none of its codes: {codings}"


def codes_of(published: list[Json]) -> Mapping[str, set[str]]:
    """Return the codes of each of our value sets."""
    systems = {
        each["url"]: {concept["code"] for concept in each["concept"]}
        for each in published
        if each["resourceType"] == "CodeSystem"
    }
    return {
        each["url"]: {
            code
            for include in each["compose"]["include"]
            for code in (
                {entry["code"] for entry in include.get("concept", [])}
                or systems.get(include.get("system", ""), set())
            )
        }
        for each in published
        if each["resourceType"] == "ValueSet"
    }


def test_every_use_agrees_with_its_definition(version: Version, published: list[Json]) -> None:
    """A builder that adds an extension, or changes one, must say so in profiles/."""
    known, codes = definitions_of(version.mount), codes_of(published)
    found = [
        fault
        for resource in published
        for use in uses(resource, version.definitions)
        for fault in faults(use, known, codes)
    ]
    assert "\n".join(found) == ""


def test_no_definition_is_left_without_a_use(version: Version, published: list[Json]) -> None:
    used = {
        use.extension["url"]
        for resource in published
        for use in uses(resource, version.definitions)
    }
    nested = {f"{OURS}fact-source"}
    assert definitions_of(version.mount).keys() - used - nested == set()


def grade(**parts: str) -> Json:
    return {
        "url": f"{OURS}grade-range",
        "extension": [{"url": name, "valueString": value} for name, value in parts.items()],
    }


CHANGE = f"{OURS}event-risk-change"


@pytest.mark.parametrize(
    ("extension", "fault"),
    [
        (grade(text="3-4", scale="WHO"), None),
        (grade(scale="WHO"), "has 0 of text"),
        (grade(text="3", colour="red"), "has no part colour"),
        ({"url": f"{OURS}grade-span"}, "is not defined"),
        ({"url": f"{OURS}grade-range", "valueString": "3"}, "holds ['valueString']"),
        ({"url": CHANGE, "valueCode": "increased"}, None),
        ({"url": CHANGE, "valueCode": "up"}, "has none of its codes"),
        ({"url": f"{OURS}programme-mandatory", "valueBoolean": True}, "may not stand on"),
        (
            {"url": f"{OURS}part-group", "valueReference": {"reference": "Patient/a"}},
            "points to Patient",
        ),
    ],
)
def test_a_wrong_use_is_seen(
    version: Version, published: list[Json], extension: Json, fault: str | None
) -> None:
    """The check above must be able to fail."""
    use = Use("AdverseEvent/a", extension, frozenset({"AdverseEvent"}), 1)
    found = " ".join(faults(use, definitions_of(version.mount), codes_of(published)))
    assert fault in found if fault else found == ""
