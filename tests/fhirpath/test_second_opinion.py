"""fhirpathpy, an engine by others, must agree where it is known to follow the specification."""

from typing import Any

import pytest

from fhir_kb.fhirpath import compile_expression

fhirpathpy = pytest.importorskip("fhirpathpy")
models = pytest.importorskip("fhirpathpy.models").models


@pytest.fixture(scope="module")
def second_opinion(patient):
    # It shows a primitive without a value, and an extension beside one, in its own way.
    plain = {key: value for key, value in patient.items() if not key.startswith("_")}
    plain["name"] = [{**patient["name"][2], "given": ["Pete"]}, *patient["name"][:2]]
    del plain["name"][0]["_given"]

    def evaluate(text: str) -> tuple[Any, dict[str, Any]]:
        return fhirpathpy.evaluate(plain, text, model=models["r4"]), plain

    return evaluate


@pytest.mark.parametrize(
    "text",
    [
        "name.given",
        "Patient.name.where(use = 'official').family",
        "name.select(given.first() & ' ' & family)",
        "name.exists(given.count() > 1)",
        "name.all(given.exists())",
        "name.given.distinct().count()",
        "name[1].given[0]",
        "name.skip(1).take(1).use",
        "name.tail().last().use",
        "name.given | name.family",
        "name.given.intersect('Jim' | 'Pete')",
        "name.given.exclude('Jim')",
        "name.given.combine(name.family).count()",
        "name.given.select($this.length())",
        "name.given.where(startsWith('J'))",
        "name.given.where(contains('e') and endsWith('r'))",
        "name.given.select(upper())",
        "name.family.select(substring(1, 3))",
        "name.family.select(indexOf('d'))",
        "name.family.select(replace('a', 'o'))",
        "name.given.select(matches('^J'))",
        "name.given.select(replaceMatches('[aeiou]', '*'))",
        "telecom.where(system = 'phone' or system = 'email').rank",
        "telecom.rank.aggregate($this + $total, 0)",
        "telecom.where(rank > 1).value",
        "multipleBirth",
        "multipleBirth * 2 + 1",
        "multipleBirth / 4",
        "7 div 2 + 7 mod 2",
        "1.5 + 2.25",
        "(2.7).floor() + (2.1).ceiling()",
        "16.sqrt()",
        "active and gender = 'male'",
        "active xor gender = 'male'",
        "{} or active",
        "{} and active",
        "false implies {}",
        "active.not()",
        "gender in ('male' | 'female')",
        "name.given contains 'Jim'",
        "birthDate > @1970-01-01",
        "birthDate = @1974-12-25",
        "birthDate = @1974",
        "birthDate.toString()",
        "@2024-01-31 < @2024-02",
        "'5'.toInteger() + 1",
        "'abc'.convertsToInteger()",
        "'2024-02-30'.convertsToDate() or true",
        "iif(active, 'on', 'off')",
        "gender is code",
        "name.first() is HumanName",
        "contained.ofType(Organization).name",
        "contained.name",
        "identifier.period.start",
        "descendants().where($this is Period).count()",
        "repeat(contained).count()",
        "name.given.isDistinct()",
        "name.use.subsetOf('official' | 'usual' | 'maiden')",
        "1 ~ 1.0 and 'a' ~ 'A'",
        "name ~ name",
        "name = name",
        "name.given.join(',')",
        "'a,b'.split(',')",
        "trace('x', id).active",
    ],
)
def test_two_engines_agree(r4, second_opinion, text, capsys) -> None:
    theirs, resource = second_opinion(text)
    ours = [node.value for node in compile_expression(text, r4, "Patient").evaluate(resource)]
    assert theirs == ours
