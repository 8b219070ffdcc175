"""27.00 mg is not 27 mg: the digits say how exactly something was measured."""

from copy import copy, deepcopy
from decimal import Decimal

import pytest

from fhir_kb.errors import MalformedContent
from fhir_kb.formats.number import is_number, number_text, read_number


@pytest.mark.parametrize(
    "text",
    [
        "0", "-7", "27.00", "-0", "-0.0", "0.00000010", "1E+2", "1.50E-30", "1" * 64, "1E+400",
        "1e2", "1.0E2", "-1.5e+007", "1E-17", "0.00000000000000001", "0.00000000000000000000010",
    ],
)  # fmt: skip
def test_a_number_is_written_as_it_was_read(text):
    """The official examples have 1E-17 in R5 where R4 has 0.00000000000000001."""
    value = read_number(text)
    assert text == (str(value) if isinstance(value, int) else number_text(value))


@pytest.mark.parametrize(
    ("text", "kind"), [("27", int), ("27.0", Decimal), ("2e1", Decimal), ("-0", Decimal)]
)
def test_only_whole_numbers_without_point_or_exponent_are_int(text, kind):
    assert isinstance(read_number(text), kind)


def test_a_number_keeps_its_text_when_it_is_copied_and_sent_to_another_process():
    value = read_number("1e2")
    make, arguments = value.__reduce__()
    copies = [copy(value), deepcopy([value])[0], make(*arguments)]
    assert [number_text(kept) for kept in copies] == ["1e2"] * 3


def test_what_is_computed_from_a_number_has_no_text_of_its_own():
    assert number_text(read_number("1e2") * 2) == "2E+2"


@pytest.mark.parametrize("text", ["1" * 65, "1E+401", "1e-401", "0E1000", "1e" + "9" * 40])
def test_numbers_beyond_the_bounds_are_refused(text):
    """One number of a million digits would keep a processor busy for minutes."""
    assert not is_number(text)
    with pytest.raises(MalformedContent, match="beyond 64 characters or 10 to the 400"):
        read_number(text)


@pytest.mark.parametrize(
    "text", ["", "+1", "01", "1.", ".5", "1e", "0x1", "1_0", " 1", "1\n", "NaN", "Infinity", "١"]
)
def test_only_the_grammar_of_json_makes_a_number(text):
    assert not is_number(text)
