"""``=``, ``!=``, ``~``, ``!~``: three answers, two answers."""

import pytest


@pytest.mark.parametrize(
    ("left", "right", "equal", "equivalent"),
    [
        ("1", "1", True, True),
        ("1", "1.0", True, True),
        ("1.10", "1.1", True, True),
        ("1", "2", False, False),
        ("1.2 / 1.8", "0.67", False, True),
        ("'a'", "'A'", False, True),
        ("'a b'", "'a\\tb'", False, True),
        ("'a  b'", "'a b'", False, False),
        ("true", "true", True, True),
        ("true", "1", False, False),
        ("'1'", "1", False, False),
        ("{}", "{}", None, True),
        ("1", "{}", None, False),
        ("(1 | 2)", "(1 | 2)", True, True),
        ("(1 | 2)", "(2 | 1)", False, True),
        ("(1 | 2)", "1", False, False),
        ("@2012-01", "@2012", None, False),
        ("@2012", "@2013", False, False),
        ("@2012-01-01T10:30:31.0", "@2012-01-01T10:30:31", True, True),
        ("@2012-04-15", "@2012-04-15T10:00:00", None, False),
        ("@2012-04-15", "@T10:00", False, False),
        ("@T10:00", "@T10:00", True, True),
        ("birthDate", "@1974-12-25", True, True),
        ("birthDate", "'1974-12-25'", False, False),
        ("gender", "'male'", True, True),
        ("gender", "'MALE'", False, True),
        ("name", "name", True, True),
        ("name[0]", "name[1]", False, False),
        ("name[2].given[0]", "name[2].given[0]", True, True),
        ("name[2].given[0]", "name[2].given[1]", False, False),
        ("name[2].given[0]", "deceased", False, False),
        ("name.use", "name.use.tail().combine(name.use.first())", False, True),
        ("active", "true", True, True),
        ("active", "(telecom.count() = 2)", True, True),
        ("name.given.count()", "5", True, True),
    ],
)
def test_equality_and_equivalence(values, left, right, equal, equivalent) -> None:
    known = [] if equal is None else [equal]
    assert known == values(f"{left} = {right}")
    assert known == values(f"{right} = {left}")
    assert [not answer for answer in known] == values(f"{left} != {right}")
    assert [equivalent] == values(f"{left} ~ {right}")
    assert [not equivalent] == values(f"{left} !~ {right}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gender in ('male' | 'female')", True),
        ("gender in ('other' | 'unknown')", False),
        ("('male' | 'female') contains gender", True),
        ("{} in (1 | 2)", None),
        ("1 in {}", False),
        ("birthDate in ('1974-12-25' | '1975')", False),
        ("birthDate in (@1974-12-25 | @1975)", True),
        ("1 'g' in (1000 'mg' | 5 'mg')", True),
        ("name.first() in name", True),
        ("name.given contains 'Jim'", True),
    ],
)
def test_membership(values, text, expected) -> None:
    assert ([] if expected is None else [expected]) == values(text)


def test_union_keeps_the_first_of_equals(values) -> None:
    assert values("(name.given | 'Jim' | 'Zoe' | {}).count()") == [6]
    assert values("name[1].given | 'Jim' | 'Zoe' | {}") == ["Jim", "Zoe"]
    assert values("1 | 1.0 | 2 | true | '1'") == [1, 2, True, "1"]
    assert values("1 'g' | 1000 'mg'") == ["1 'g'"]
