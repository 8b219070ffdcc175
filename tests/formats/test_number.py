"""27.00 mg is not 27 mg: the digits say how exactly something was measured."""

from decimal import Decimal

import pytest

from fhir_kb.errors import MalformedContent
from fhir_kb.formats.number import is_number, number_text, read_number


@pytest.mark.parametrize(
    "text",
    ["0", "-7", "27.00", "-0", "-0.0", "0.00000010", "1E+2", "1.50E-30", "1" * 64, "1E+400"],
)
def test_a_number_is_written_as_it_was_read(text):
    value = read_number(text)
    assert text == (str(value) if isinstance(value, int) else number_text(value))


@pytest.mark.parametrize(
    ("text", "kind"), [("27", int), ("27.0", Decimal), ("2e1", Decimal), ("-0", Decimal)]
)
def test_only_whole_numbers_without_point_or_exponent_are_int(text, kind):
    assert type(read_number(text)) is kind


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
