"""A profile narrows its base type, in the order of its elements, and names nothing unknown."""

from collections.abc import Iterator
from importlib import import_module

from fhir_kb.definitions import Definitions
from fhir_kb.definitions.model import Element
from fhir_kb.fhirpath import compile_expression
from fhir_kb.formats import Json
from fhir_kb.versions import Version

HL7 = "http://hl7.org/fhir/StructureDefinition/"
STRENGTHS = ("example", "preferred", "extensible", "required")
MODELS = {"r4": "fhir.resources.R4B", "r4b": "fhir.resources.R4B", "r5": "fhir.resources"}


def profiles(version: Version) -> list[Json]:
    return [each for each in version.conformance if each["resourceType"] == "StructureDefinition"]


def elements(version: Version) -> Iterator[tuple[str, Json]]:
    for profile in profiles(version):
        for element in profile["differential"]["element"]:
            yield f"{profile['id']}: {element['id']}", element


def base_element(definitions: Definitions, path: str) -> Element | None:
    """Return what the specification says of an element, through data types and backbones."""
    name, *steps = path.split(".")
    shape, element = definitions.type(name), None
    for step in steps:
        assert shape is not None, path
        element = shape.elements[step.removesuffix("[x]")]
        shape = definitions.type(element.types[0].code)
    return element


def place(definitions: Definitions, id: str, slices: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """Return where an element stands: at each level its place in the type, then its slice."""
    name, *steps = id.split(".")
    shape, found, path = definitions.type(name), [], name
    for step in steps:
        assert shape is not None, id
        path = f"{path}.{step}"
        element = step.partition(":")[0].removesuffix("[x]")
        slice = slices.setdefault(path, len(slices) + 1) if ":" in step else 0
        found.append((list(shape.elements).index(element), slice))
        shape = definitions.type(shape.elements[element].types[0].code)
    return tuple(found)


def test_elements_stand_in_the_order_of_the_base_type(version: Version) -> None:
    """Tools that make snapshots give up on an element that comes too late."""
    for profile in profiles(version):
        slices: dict[str, int] = {}
        ids = [element["id"] for element in profile["differential"]["element"]]
        places = [place(version.definitions, id, slices) for id in ids]
        assert places == sorted(set(places)), profile["id"]


def test_an_id_is_its_path_with_the_names_of_slices(version: Version) -> None:
    for where, element in elements(version):
        path = ".".join(step.partition(":")[0] for step in element["id"].split("."))
        assert element["path"] == path, where
        last = element["id"].rpartition(".")[2].partition(":")[2]
        assert element.get("sliceName", "") == last, where


def test_cardinalities_only_narrow(version: Version) -> None:
    for where, element in elements(version):
        base = base_element(version.definitions, element["path"])
        if base is None:
            continue
        low, high = element.get("min", base.min), element.get("max", "*")
        assert low >= base.min, where
        if high == "*":
            assert "max" not in element or base.max is None, where
        else:
            assert low <= int(high) <= (base.max or int(high)), where


def test_types_and_targets_only_narrow(version: Version) -> None:
    for where, element in elements(version):
        base = base_element(version.definitions, element["path"])
        allowed = {type.code: type for type in base.types} if base else {}
        for type in element.get("type", []):
            assert type["code"] in allowed, where
            targets = {target.removeprefix(HL7) for target in type.get("targetProfile", [])}
            known = set(allowed[type["code"]].targets) - {"Resource"}
            assert targets <= (known or version.definitions.resource_types), where


def test_bindings_are_as_strong_as_the_bases_and_name_known_value_sets(
    version: Version, published: list[Json]
) -> None:
    own = {each["url"] for each in published if each["resourceType"] == "ValueSet"}
    for where, element in elements(version):
        if "binding" not in element:
            continue
        binding = element["binding"]
        base = base_element(version.definitions, element["path"])
        before = base.binding.strength if base and base.binding else "example"
        assert STRENGTHS.index(binding["strength"]) >= STRENGTHS.index(before), where
        url = binding["valueSet"]
        assert url in own or version.definitions.value_set(url) is not None, where


def test_profiles_of_extensions_are_known(version: Version) -> None:
    own = {profile["url"] for profile in profiles(version)}
    for where, element in elements(version):
        for type in element.get("type", []):
            for profile in type.get("profile", []):
                assert profile in own or version.definitions.extension(profile), where


def test_invariants_compile_and_have_keys_of_their_own(version: Version) -> None:
    keys: dict[str, str] = {}
    for where, element in elements(version):
        base = base_element(version.definitions, element["path"])
        type = base.types[0].code if base else element["path"]
        for constraint in element.get("constraint", []):
            compile_expression(constraint["expression"], version.definitions, type, strict=True)
            human = keys.setdefault(constraint["key"], constraint["human"])
            assert human == constraint["human"], where


def test_every_profile_parses_as_a_typed_model(version: Version) -> None:
    """fhir.resources is the typed face of these resources; it has R4B's and R5's models."""
    for resource in version.conformance:
        type = resource["resourceType"]
        model = getattr(import_module(f"{MODELS[version.mount]}.{type.lower()}"), type)
        assert model.model_validate(resource).url == resource["url"]


def test_every_type_made_from_facts_has_its_profile(
    version: Version, published: list[Json]
) -> None:
    """A resource that names a profile nobody wrote would promise nothing."""
    urls = {profile["url"]: profile["type"] for profile in profiles(version)}
    for resource in published:
        for url in resource["meta"].get("profile", []):
            assert urls.get(url) == resource["resourceType"], resource["id"]
    named = {url for each in published for url in each["meta"].get("profile", [])}
    assert named == {url for url, type in urls.items() if type != "Extension"}
