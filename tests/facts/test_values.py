"""The written forms of figures: what an author may write and what it means."""

from decimal import Decimal

import pytest

from fhir_kb.facts.values import (
    Amount,
    Figure,
    Frequency,
    Interval,
    PValue,
    Range,
    Summary,
    Written,
)

FORMS = [Amount, Frequency, Summary, PValue, Interval, Figure]


def number(text: str) -> Decimal:
    return Decimal(text)


def between(low: str, high: str) -> Range:
    return Range(Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("50 mg/d", Amount("mg/d", number("50"))),
        ("27.00 g/L", Amount("g/L", number("27.00"))),
        ("-0.5 g/dL", Amount("g/dL", number("-0.5"))),
        ("20..40 mg", Amount("mg", range=between("20", "40"))),
        ("~3 mo", Amount("mo", number("3"), approximate=True)),
        ("~ 55 g", Amount("g", number("55"), approximate=True)),
        (">= 4 wk", Amount("wk", number("4"), comparator=">=")),
        ("<= 3 {bowel_movement}/wk", Amount("{bowel_movement}/wk", number("3"), comparator="<=")),
        (">500 10*9/L", Amount("10*9/L", number("500"), comparator=">")),
        ("50 %", Amount("%", number("50"))),
    ],
)
def test_an_amount_has_a_value_or_a_range_and_a_unit(written: str, meant: Amount) -> None:
    assert Amount.parse(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 per d", Frequency(1, number("1"), "d")),
        ("2 per d", Frequency(2, number("1"), "d")),
        ("1 per 2 wk", Frequency(1, number("2"), "wk")),
        ("1 per 2..3 mo", Frequency(1, number("2"), "mo", number("3"))),
    ],
)
def test_a_frequency_is_a_count_in_a_period(written: str, meant: Frequency) -> None:
    assert Frequency.parse(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("6.8", Summary(mean=number("6.8"))),
        ("6.8 ± 1.1", Summary(mean=number("6.8"), sd=number("1.1"))),
        (
            "27.2 ± 7.9 [15..45]",
            Summary(mean=number("27.2"), sd=number("7.9"), range=between("15", "45")),
        ),
        ("median 60", Summary(median=number("60"))),
        ("median 50 [12.5..150]", Summary(median=number("50"), range=between("12.5", "150"))),
        ("median 50 (50..50)", Summary(median=number("50"), quartiles=between("50", "50"))),
    ],
)
def test_a_summary_is_a_mean_or_a_median_with_its_spread(written: str, meant: Summary) -> None:
    assert Summary.parse(written) == meant


@pytest.mark.parametrize(
    ("written", "comparator", "value"),
    [("< 0.001", "<", "0.001"), ("= 0.038", "=", "0.038"), ("=.082", "=", "0.082")],
)
def test_a_p_value_keeps_its_comparator(written: str, comparator: str, value: str) -> None:
    assert PValue.parse(written) == PValue(comparator, number(value))  # type: ignore[arg-type]


def test_an_interval_has_two_ends() -> None:
    assert Interval.parse("0.57..0.67") == Interval(number("0.57"), number("0.67"))


@pytest.mark.parametrize("digits", ["27.00", "0.110", "0.485", "100", "-0.50"])
def test_a_figure_keeps_the_digits_as_printed(digits: str) -> None:
    """``27.00`` claims more precision than ``27``; a float would lose the claim."""
    assert str(Figure.parse(digits).value) == digits


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Amount, "50"),
        (Amount, "50mg/d"),
        (Amount, "mg/d"),
        (Amount, "50 mg / d"),
        (Amount, "50-100 mg/d"),
        (Amount, "50,5 mg"),
        (Amount, "=50 mg"),
        (Amount, "50 mg\n"),
        (Frequency, "weekly"),
        (Frequency, "1 per week"),
        (Frequency, "1.5 per d"),
        (Frequency, "per d"),
        (Summary, "6.8 +- 1.1"),
        (Summary, "median 50 ± 3"),
        (Summary, "6.8 (1.1)"),
        (Summary, "6.8 [15-45]"),
        (PValue, "0.001"),
        (PValue, "<= 0.05"),
        (PValue, "< 1"),
        (Interval, "0.57 - 0.67"),
        (Interval, "0.57"),
        (Figure, "62.9%"),
        (Figure, "1e3"),
        (Figure, ".5"),
        (Figure, "62,9"),
        (Figure, ""),
    ],
)
def test_another_form_is_refused_with_an_example(form: type[Written], written: str) -> None:
    """The author sees what to write instead of what was written."""
    with pytest.raises(ValueError, match="is not of the form") as refusal:
        form.parse(written)
    assert repr(form.examples[0]) in str(refusal.value)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Amount, "40..20 mg"),
        (Frequency, "1 per 3..2 mo"),
        (Summary, "27.2 [45..15]"),
        (Summary, "median 50 (60..40)"),
        (Interval, "0.67..0.57"),
    ],
)
def test_ends_in_the_wrong_order_are_refused(form: type[Written], written: str) -> None:
    """A typing slip that no reader of a resource could undo."""
    with pytest.raises(ValueError, match=r"runs backwards; write [\d.]+\.\.[\d.]+"):
        form.parse(written)


@pytest.mark.parametrize(
    ("form", "example"), [(form, example) for form in FORMS for example in form.examples]
)
def test_the_examples_shown_to_authors_are_of_the_form(form: type[Written], example: str) -> None:
    assert isinstance(form.parse(example), form)
