"""A list to choose from must have all codes that belong in it and none that do not."""

import pytest

from fhir_kb.definitions import load
from fhir_kb.errors import InvalidParameter, TooCostly, UnknownCode
from fhir_kb.formats import Json
from fhir_kb.terminology import Terminology, expand

DISEASES = "https://example.org/diseases"
URL = "https://example.org/set"


def _set(*includes: Json, exclude: list[Json] | None = None, url: str = URL) -> Json:
    compose = {"include": list(includes), **({"exclude": exclude} if exclude else {})}
    return {"resourceType": "ValueSet", "url": url, "compose": compose}


def _filtered(op: str, value: str, property: str = "concept") -> Json:
    return {"system": DISEASES, "filter": [{"property": property, "op": op, "value": value}]}


def _codes(terminology: Terminology, *resources: Json) -> list[str]:
    return [each.code for each in expand(terminology.beside(resources), URL).contains]


@pytest.mark.parametrize(
    ("include", "codes"),
    [
        pytest.param(
            {"system": DISEASES}, ["blood", "thalassemia", "beta", "myeloma", "cancer"], id="whole"
        ),
        pytest.param(
            {"system": DISEASES, "concept": [{"code": "beta"}, {"code": "blood"}]},
            ["beta", "blood"],
            id="listed",
        ),
        pytest.param(_filtered("is-a", "thalassemia"), ["thalassemia", "beta"], id="is-a"),
        pytest.param(_filtered("descendent-of", "thalassemia"), ["beta"], id="descendent-of"),
        pytest.param(_filtered("descendent-leaf", "blood"), ["beta", "myeloma"], id="leaf"),
        pytest.param(_filtered("child-of", "blood"), ["thalassemia", "myeloma"], id="child-of"),
        pytest.param(_filtered("is-not-a", "blood"), ["cancer"], id="is-not-a"),
        pytest.param(
            _filtered("generalizes", "beta"), ["blood", "thalassemia", "beta"], id="generalizes"
        ),
        pytest.param(_filtered("in", "beta, cancer"), ["beta", "cancer"], id="in"),
        pytest.param(
            _filtered("not-in", "beta,cancer,blood"), ["thalassemia", "myeloma"], id="not-in"
        ),
        pytest.param(_filtered("=", "III", "stage"), ["myeloma"], id="property"),
        pytest.param(_filtered("exists", "true", "stage"), ["myeloma"], id="exists"),
        pytest.param(_filtered("=", "cancer", "parent"), ["myeloma"], id="parent"),
        pytest.param(_filtered("=", "beta", "child"), ["thalassemia"], id="child"),
        pytest.param(_filtered("regex", ".*thalassemia", "display"), ["beta"], id="regex"),
    ],
)
def test_include_selects(terminology: Terminology, include: Json, codes: list[str]) -> None:
    assert _codes(terminology, _set(include)) == codes


def test_filters_of_an_include_all_hold(terminology: Terminology) -> None:
    include = _filtered("is-a", "blood")
    include["filter"] += _filtered("is-a", "cancer")["filter"]
    assert _codes(terminology, _set(include)) == ["myeloma"]


def test_includes_add_up_without_repeating(terminology: Terminology) -> None:
    value_set = _set(_filtered("is-a", "thalassemia"), _filtered("in", "beta,cancer"))
    assert _codes(terminology, value_set) == ["thalassemia", "beta", "cancer"]


def test_excluded_codes_are_left_out(terminology: Terminology) -> None:
    value_set = _set({"system": DISEASES}, exclude=[_filtered("is-a", "blood")])
    assert _codes(terminology, value_set) == ["cancer"]


def test_value_sets_of_one_include_are_intersected(terminology: Terminology) -> None:
    one = _set(_filtered("is-a", "blood"), url="https://example.org/one")
    two = _set(_filtered("is-a", "cancer"), url="https://example.org/two")
    value_set = _set({"valueSet": [one["url"], two["url"]]})
    assert _codes(terminology, one, two, value_set) == ["myeloma"]


def test_display_of_the_value_set_comes_first(terminology: Terminology) -> None:
    value_set = _set({"system": DISEASES, "concept": [{"code": "beta", "display": "β-thal"}]})
    assert expand(terminology.beside([value_set]), URL).contains[0].display == "β-thal"


def test_expansion_stands_in_for_a_definition(terminology: Terminology) -> None:
    contains = [
        {
            "system": DISEASES,
            "abstract": True,
            "code": "blood",
            "contains": [{"system": DISEASES, "code": "beta"}],
        }
    ]
    value_set = {"resourceType": "ValueSet", "url": URL, "expansion": {"contains": contains}}
    assert _codes(terminology, value_set) == ["beta"]


def test_whole_code_system_has_its_value_set(terminology: Terminology) -> None:
    assert expand(terminology, "https://example.org/all-diseases").total == 5


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_value_set_of_the_specification_has_displays(release: str) -> None:
    definitions = load(release)
    url = f"http://hl7.org/fhir/ValueSet/administrative-gender|{definitions.version}"
    found = expand(Terminology(definitions), url)
    assert [each.display for each in found.contains] == ["Female", "Male", "Other", "Unknown"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [("thal", ["thalassemia", "beta"]), ("THALASSEMIA beta", ["beta"]), ("liver", [])],
)
def test_text_selects_by_every_word(terminology: Terminology, text: str, codes: list[str]) -> None:
    found = expand(terminology, "https://example.org/all-diseases", text=text)
    assert [each.code for each in found.contains] == codes


@pytest.mark.parametrize(
    ("offset", "count", "codes"),
    [(0, 2, ["blood", "thalassemia"]), (3, 2, ["myeloma", "cancer"]), (9, 2, []), (1, 0, [])],
)
def test_pages_keep_the_total(
    terminology: Terminology, offset: int, count: int, codes: list[str]
) -> None:
    found = expand(terminology, "https://example.org/all-diseases", offset=offset, count=count)
    assert [each.code for each in found.contains] == codes
    assert found.total == 5


def test_inactive_codes_can_be_left_out(terminology: Terminology) -> None:
    found = expand(terminology, "https://example.org/all-diseases", active_only=True)
    assert "cancer" not in [each.code for each in found.contains]
    assert found.total == 4


@pytest.mark.parametrize(
    ("include", "system"),
    [
        pytest.param({"system": "http://snomed.info/sct"}, "http://snomed.info/sct", id="not held"),
        pytest.param({"system": "https://example.org/parts"}, "parts", id="only a part held"),
        pytest.param(_filtered("concept-like", "x"), "diseases", id="unknown operator"),
    ],
)
def test_half_a_value_set_is_not_written_out(
    terminology: Terminology, include: Json, system: str
) -> None:
    """It would look like the whole."""
    with pytest.raises(TooCostly, match=system):
        expand(terminology.beside([_set(include)]), URL)


def test_unknown_exclusion_makes_the_rest_doubtful(terminology: Terminology) -> None:
    parts = {"system": "https://example.org/parts", "concept": [{"code": "hand"}]}
    unknown = {"system": "https://example.org/parts"}
    with pytest.raises(TooCostly, match="parts"):
        expand(terminology.beside([_set(parts, exclude=[unknown])]), URL)


def test_value_set_that_is_not_held_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownCode, match="is not held"):
        expand(terminology.beside([_set({"valueSet": ["https://example.org/none"]})]), URL)


def test_value_set_defined_through_itself_is_refused(terminology: Terminology) -> None:
    one = _set({"valueSet": ["https://example.org/two"]})
    two = _set({"valueSet": [URL]}, url="https://example.org/two")
    with pytest.raises(UnknownCode, match="through itself"):
        expand(terminology.beside([one, two]), URL)


@pytest.mark.parametrize(("offset", "count"), [(-1, None), (0, -1)])
def test_page_before_the_first_is_refused(
    terminology: Terminology, offset: int, count: int | None
) -> None:
    with pytest.raises(InvalidParameter, match="below 0"):
        expand(terminology, "https://example.org/all-diseases", offset=offset, count=count)


@pytest.mark.parametrize("pattern", ["(", "(a|aa)+"])
def test_pattern_that_cannot_be_used_is_refused(terminology: Terminology, pattern: str) -> None:
    """A value set may come from anyone, and one pattern must not hold up the server."""
    system = {
        "resourceType": "CodeSystem",
        "url": "https://example.org/long",
        "content": "complete",
        "concept": [{"code": "a" * 60 + "!"}],
    }
    include = {
        "system": system["url"],
        "filter": [{"property": "code", "op": "regex", "value": pattern}],
    }
    with pytest.raises(InvalidParameter, match="cannot be used"):
        expand(terminology.beside([system, _set(include)]), URL)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "ValueSet", "compose": {"include": []}},
        {"resourceType": "CodeSystem", "content": "complete"},
        {"resourceType": "ConceptMap"},
    ],
)
def test_resource_that_cannot_be_used_is_refused(terminology: Terminology, resource: Json) -> None:
    with pytest.raises(InvalidParameter):
        terminology.beside([resource])


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"compose": {"include": [{"system": "s", "concept": [{"_code": {"extension": []}}]}]}},
        {"compose": {"include": [{"system": "s", "filter": [{"property": "p", "op": "="}]}]}},
    ],
    ids=["no definition", "no code", "no value"],
)
def test_one_that_cannot_be_used_does_not_spoil_the_others(
    terminology: Terminology, content: Json
) -> None:
    """Anybody may store one; it is refused only when it is asked for."""
    more = terminology.beside([{"resourceType": "ValueSet", "url": URL, **content}])
    assert expand(more, "https://example.org/all-diseases").total == 5
    with pytest.raises(InvalidParameter, match=URL):
        expand(more, URL)
    usable = {"resourceType": "ValueSet", "url": URL, "compose": {"include": []}}
    assert expand(more.beside([usable]), URL).total == 0


def test_a_concept_without_code_makes_its_system_unusable(terminology: Terminology) -> None:
    concept = {"_code": {"extension": []}, "display": "x"}
    system = {"resourceType": "CodeSystem", "url": "https://example.org/bad", "concept": [concept]}
    with pytest.raises(InvalidParameter, match="without code"):
        terminology.beside([system]).code_system("https://example.org/bad")


def test_each_version_that_is_given_can_be_asked_for(terminology: Terminology) -> None:
    """Without one the last is meant; one that is not there is refused by name."""
    versions = [
        {
            "resourceType": "ValueSet",
            "url": URL,
            "version": version,
            "compose": {"include": [{"system": "s", "concept": [{"code": version}]}]},
        }
        for version in ("1", "2")
    ]
    more = terminology.beside(versions)
    for asked, code in ((f"{URL}|1", "1"), (f"{URL}|2", "2"), (URL, "2")):
        assert [each.code for each in expand(more, asked).contains] == [code]
        assert more.has_value_set(asked)
    assert not more.has_value_set(f"{URL}|3")
    with pytest.raises(UnknownCode, match="held in version 2; version '3' is not"):
        expand(more, f"{URL}|3")


def test_a_long_chain_of_value_sets_is_refused(terminology: Terminology) -> None:
    """A stack that overflows would be a fault of ours."""
    chain = [
        {
            "resourceType": "ValueSet",
            "url": f"{URL}-{number}",
            "compose": {"include": [{"valueSet": [f"{URL}-{number + 1}"]}]},
        }
        for number in range(1000)
    ]
    with pytest.raises(TooCostly):
        expand(terminology.beside(chain), f"{URL}-0")


def test_what_is_held_stays_when_more_is_given(terminology: Terminology) -> None:
    more = terminology.beside([])
    assert expand(more, "https://example.org/all-diseases").total == 5
    assert list(more.concept_maps) == list(terminology.concept_maps)
