"""Whether there are items: the most frequent question of invariants."""

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name.exists()", True),
        ("photo.exists()", False),
        ("birthDate.extension.exists()", True),
        ("deceased.exists()", True),
        ("multipleBirth.exists()", True),
        ("name.given.exists()", True),
        ("name.exists(use = 'usual')", True),
        ("name.exists(use = 'nickname')", False),
        ("name.exists($index = 2)", True),
        ("photo.empty()", True),
        ("name.empty()", False),
        ("{}.empty()", True),
        ("name.all(given.exists())", True),
        ("name.all(family.exists())", False),
        ("photo.all(false)", True),
        ("name.all($index < 3)", True),
        ("name.all({})", False),
        ("(true | false).allTrue()", False),
        ("{}.allTrue()", True),
        ("(true | false).anyTrue()", True),
        ("{}.anyTrue()", False),
        ("(true | false).allFalse()", False),
        ("{}.allFalse()", True),
        ("(true | false).anyFalse()", True),
        ("name.first().subsetOf(name)", True),
        ("name.subsetOf(name.first())", False),
        ("{}.subsetOf(name)", True),
        ("name.subsetOf({})", False),
        ("name.supersetOf(name.first())", True),
        ("name.first().supersetOf(name)", False),
        ("(1 'g' | 2 'g').supersetOf(1000 'mg')", True),
        ("name.count()", 3),
        ("name.given.count()", 5),
        ("deceased.count()", 1),
        ("photo.count()", 0),
        ("(1 | 2).combine(2).isDistinct()", False),
        ("name.isDistinct()", True),
        ("1 'm'.combine(100 'cm').isDistinct()", False),
        ("{}.isDistinct()", True),
        ("{}.not().exists()", False),
        ("true.not()", False),
    ],
)
def test_one_answer(values, text, expected) -> None:
    assert [expected] == values(text)


def test_distinct_keeps_the_first_of_equals(values) -> None:
    assert values("(1 | 2).combine(1.0).combine(3).distinct()") == [1, 2, 3]
    assert values("name.combine(name).distinct().count()") == [3]
    assert values("@2012.combine(@2012-01).combine(@2012).distinct()") == ["2012", "2012-01"]


def test_all_true_needs_booleans(values) -> None:
    with pytest.raises(FHIRPathError, match=r"allTrue\(\) needs Booleans"):
        values("(true | 'foo').allTrue()")
