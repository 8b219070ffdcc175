"""``_filter`` finds what its operators say; what it does not understand it never leaves out."""

from typing import Any

import pytest

from fhir_kb.errors import InvalidParameter

ALL = {"dvt", "pe", "plain", "empty"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("category eq http://s|dvt", {"dvt"}),
        ("category eq dvt", {"dvt", "pe"}),
        ("category ne http://s|dvt", {"pe", "plain"}),
        ("category ne pe", {"dvt", "pe"}),
        ("category in http://example.org/clots", {"dvt", "pe"}),
        ("category ni http://example.org/clots", {"plain", "empty"}),
        ("category ss http://s|clot", {"dvt", "pe"}),
        ("category sb http://s|dvt", {"dvt"}),
        ("category pr true", {"dvt", "pe", "plain"}),
        ("category pr false", {"empty"}),
        ('comment eq "early, at NIGHT"', {"dvt"}),
        ("comment eq early", {"plain"}),
        ("comment ne early", {"dvt", "pe"}),
        ('comment co "at n"', {"dvt", "pe"}),
        ("comment sw early", {"dvt", "plain"}),
        ("comment ew night", {"dvt", "pe"}),
        ("onset ge 2020-04-16", {"dvt", "pe"}),
        ("onset eb 2020", {"plain"}),
        ("onset po 2020-03", {"dvt"}),
        ("onset po 2020-04-20", {"dvt", "pe"}),
        ("frequency gt 35", {"pe"}),
        ("frequency ne 35.0", {"pe", "plain"}),
        ("dose eq 0.05|http://unitsofmeasure.org|g", {"dvt", "pe"}),
        ("subject re Group/treated", {"dvt"}),
        ("subject ne Group/treated", set()),
        ("page eq urn:oid:1.2.3", {"plain"}),
        ("page ne urn:oid:1.2.3", {"dvt", "pe"}),
        ("page ss http://example.org/pages", {"dvt", "pe"}),
        ('subject.identifier eq "http://ids|G-1"', {"dvt"}),
        ("subject.managing-entity.name sw university", {"dvt"}),
        ("category eq dvt and onset po 2020-03", {"dvt"}),
        ("category eq |pe or onset sa 2020-04-01", {"pe", "plain"}),
        ("not (category pr true)", {"empty"}),
        ("not (category eq dvt or category eq |pe)", {"empty"}),
        ("comment pr true and not (onset eb 2020)", {"dvt", "pe"}),
        ("(category eq dvt or category eq |pe) and frequency lt 35.2", {"dvt", "plain"}),
    ],
)
def test_a_filter_finds(value: str, expected: set[str], world: Any) -> None:
    assert world.found("AdverseEvent", ("_filter", value)) == expected


def test_a_filter_narrows_what_other_parameters_find(world: Any) -> None:
    pairs = [("category", "dvt"), ("_filter", "frequency gt 35"), ("_filter", "dose pr true")]
    assert world.found("AdverseEvent", *pairs) == {"pe"}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("category", "parameter, operator and value"),
        ("category eq", "parameter, operator and value"),
        ("category xx dvt", "takes eq, ne, in, ni, ss, sb, pr, not 'xx'"),
        ("categori eq dvt", "did you mean 'category'"),
        ("onset co 2020", "takes eq, ne, gt"),
        ("onset ge soon", "a date is written"),
        ("category pr maybe", "pr takes true or false"),
        ("category eq a and category eq b or category eq c", "needs parentheses"),
        ("(category eq a", "not closed"),
        ("category eq a)", "one too many"),
        ("not category eq a", "followed by parentheses"),
        ('comment eq "early', "quotation mark is not closed"),
        ("subject[type eq person].name eq x", "is no parameter"),
        ("category.name eq x", "refers to nothing"),
        ("(" * 30 + "category eq a", "nested more than"),
        ("_content eq x", "takes none"),
        ("category eq a and " * 200 + "category eq a", "too long"),
    ],
)
def test_a_filter_of_another_form_is_refused(value: str, why: str, world: Any) -> None:
    """Left out, it would bring more than was asked for."""
    with pytest.raises(InvalidParameter, match=why):
        world.search("AdverseEvent", ("_filter", value), strict=False)


def test_a_filter_is_explained(world: Any) -> None:
    value = "not (category eq dvt) or subject.type eq person"
    result = world.search("AdverseEvent", ("_filter", value), ("_explain", "true"))
    assert result.explanation[1] == (
        "(not (category eq 'dvt'; index AdverseEvent.category (token))) or "
        "(subject refers to a Group with type eq 'person'; index Group.type (token); "
        "index AdverseEvent.subject (reference)); 3 match, 3 left"
    )
