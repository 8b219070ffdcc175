"""iif() and pathname(); the clock, trace and variables are tested with the environment."""

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iif(active, 'yes', 'no')", ["yes"]),
        ("iif({}, 'yes', 'no')", ["no"]),
        ("iif(false, 'yes')", []),
        ("iif(true, 'yes', name.single())", ["yes"]),
        ("iif(false, name.single(), 'no')", ["no"]),
        ("{}.iif(true, 'yes', 'no')", ["yes"]),
        ("gender.iif($this = 'male', $this & '!', 'no')", ["male!"]),
        ("iif('not a Boolean', 'yes', 'no')", ["yes"]),
        ("name.select(iif(use = 'usual', given, family))", ["Chalmers", "Jim", "Windsor"]),
        ("name.given.where($this = 'Jim').pathname()", ["Patient.name[1].given[0]"]),
        ("'computed'.pathname()", []),
    ],
)
def test_answers(values, text, expected) -> None:
    assert expected == values(text)


def test_iif_takes_one_item(values) -> None:
    with pytest.raises(FHIRPathError, match=r"at most one item before iif\(\)"):
        values("name.iif(true, 1, 2)")
