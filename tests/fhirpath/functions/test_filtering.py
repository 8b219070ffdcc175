"""Choosing, projecting, sorting and combining items."""

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name.where(use = 'usual').given", ["Jim"]),
        ("name.where(given = 'Jim').use", ["usual"]),
        ("name.where({}).use", []),
        ("name.where($index > 0).use", ["usual", "maiden"]),
        ("telecom.where(system = 'phone' and use = 'work').rank", [1]),
        ("name.select(given.first())", ["Peter", "Jim", None]),
        ("name.select($index)", [0, 1, 2]),
        ("name.select(family & '!')", ["Chalmers!", "!", "Windsor!"]),
        ("name.where(telecom.select($index).exists()).empty()", [True]),
        ("(1 | 2).select($this | 3)", [1, 3, 2, 3]),
        ("(1 | 2 | 3).select(iif($index = 1, (7 | 8).select($index), $index))", [0, 0, 1, 2]),
        ("1.repeat(iif($this < 4, $this + 1, {}))", [2, 3, 4]),
        ("name.repeat('test')", ["test"]),
        ("(3 | 1).repeatAll(iif($this < 4, $this + 1, {}))", [4, 2, 3, 4]),
        ("coalesce(photo, name.where(use = 'x'), gender)", ["male"]),
        ("photo.coalesce({}, 1)", [1]),
        ("(1 | 2 | 3).aggregate($this + $total, 0)", [6]),
        ("(1 | 2 | 3).aggregate(iif($total.empty(), $this, $total + $index))", [4]),
        ("{}.aggregate($total + 1, 5)", [5]),
        ("telecom.first().single().rank", [1]),
        ("photo.single()", []),
        ("name.first().use", ["official"]),
        ("name.last().use", ["maiden"]),
        ("name.tail().use", ["usual", "maiden"]),
        ("{}.tail()", []),
        ("name.skip(2).use", ["maiden"]),
        ("name.skip(-1).count()", [3]),
        ("name.skip(9)", []),
        ("name.take(1).use", ["official"]),
        ("name.take(0)", []),
        ("name.take({})", []),
        ("(1 | 2 | 3).combine(2).intersect(2 | 4)", [2]),
        ("(1 | 2).intersect({})", []),
        ("(1 | 2 | 3).combine(3).exclude(2)", [1, 3, 3]),
        ("(1 'g' | 2 'g').exclude(2000 'mg')", ["1 'g'"]),
        ("name.use.union('usual' | 'old')", ["official", "usual", "maiden", "old"]),
        ("name.select(use.union(given)).count()", [8]),
        ("1.combine(1)", [1, 1]),
        ("1.combine(2, true)", [1, 2]),
    ],
)
def test_collections(values, text, expected) -> None:
    assert expected == values(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(3 | 1 | 2).sort()", [1, 2, 3]),
        ("(3 | 1 | 2).sort($this desc)", [3, 2, 1]),
        ("(3 | 1 | 2).sort(-$this)", [3, 2, 1]),
        ("('3' | '1' | '10').sort()", ["1", "10", "3"]),
        ("('b' | 'a').sort(-$this)", ["b", "a"]),
        ("name.sort(family).use", ["usual", "official", "maiden"]),
        ("name.sort(family desc).use", ["maiden", "official", "usual"]),
        ("name.sort(-family).use", ["usual", "maiden", "official"]),
        ("telecom.sort(system.length() asc, rank desc).rank", [2, 1]),
        ("(1 'g' | 20 'mg').sort()", ["20 'mg'", "1 'g'"]),
        ("{}.sort()", []),
    ],
)
def test_sort(values, text, expected) -> None:
    """Nothing is less than anything; under a minus it stays so, under desc it does not."""
    assert expected == values(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name.single()", r"at most one item before single\(\), found 3"),
        ("name.where(given)", "a single Boolean, found 2"),
        ("name.sort(given)", "found 2"),
        ("(1 | 'a').sort()", "cannot be compared"),
        ("name.skip('a')", r"skip\(\) needs an Integer, not a String"),
        ("name.coalesce(1)", "at most one item"),
    ],
)
def test_refusals(values, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message):
        values(text)
