"""Figures are carried over as printed; what is computed is rounded one way only."""

from decimal import Decimal

import pytest

from fhir_kb.facts.values import PValue, Summary
from fhir_kb.resources.local_code import LOCAL_CODE_SYSTEMS, RESULT_KIND
from fhir_kb.resources.statistic import (
    Unit,
    computed_percent,
    count_choice,
    p_quantity,
    summary_quantity,
)


@pytest.mark.parametrize(
    ("n", "total", "percent"),
    [
        (5, 62, "8.1"),
        (4, 9, "44.4"),
        (1, 16, "6.3"),  # 6.25: a half is rounded up, as a reader would
        (0, 62, "0.0"),
    ],
)
def test_a_share_is_rounded_half_up_to_one_decimal(n: int, total: int, percent: str) -> None:
    assert str(computed_percent(n, total)) == percent


@pytest.mark.parametrize("total", [None, 0])
def test_there_is_no_share_without_a_denominator(total: int | None) -> None:
    assert computed_percent(4, total) is None


def test_a_count_of_a_known_number_is_a_ratio() -> None:
    (ratio,) = count_choice("value", 39, 62).values()
    assert {part: quantity["value"] for part, quantity in ratio.items()} == {
        "numerator": 39,
        "denominator": 62,
    }
    assert list(count_choice("value", 39, None)) == ["valueQuantity"]


@pytest.mark.parametrize(
    ("p", "comparator"), [("< 0.001", "<"), ("> 0.05", ">"), ("= 0.110", None)]
)
def test_a_p_value_keeps_its_comparator_and_its_digits(p: str, comparator: str | None) -> None:
    quantity = p_quantity(PValue.parse(p))
    assert quantity.get("comparator") == comparator
    assert str(quantity["value"]) == p.split()[1]


@pytest.mark.parametrize(
    ("text", "value", "statistic", "spread"),
    [
        ("6.8 ± 1.1", "6.8", "Mean", {"iso21090-uncertainty"}),
        ("27.2 ± 7.9 [15..45]", "27.2", "Mean", {"iso21090-uncertainty", "observed-range"}),
        ("median 50 [12.5..150]", "50", "Median", {"observed-range"}),
        ("median 50 (50..50)", "50", "Median", {"quartiles"}),
    ],
)
def test_a_summary_is_its_middle_with_its_spread(
    text: str, value: str, statistic: str, spread: set[str]
) -> None:
    quantity = summary_quantity(Summary.parse(text), Unit("g/dL"))
    extensions = {item["url"].rpartition("/")[2]: item for item in quantity["extension"]}
    assert str(quantity["value"]) == value
    assert extensions.pop("summary-statistic")["valueCodeableConcept"]["text"] == statistic
    assert set(extensions) == spread


def test_a_misprinted_unit_is_neither_coded_nor_corrected() -> None:
    quantity = summary_quantity(Summary.parse("63.76 ± 13.49"), Unit("g/L", "g/dl", True))
    assert {key: value for key, value in quantity.items() if key != "extension"} == {
        "value": Decimal("63.76"),
        "unit": "g/dl",
    }


def test_a_summary_without_a_middle_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a mean nor a median"):
        summary_quantity(Summary(sd=Decimal("1.1")), Unit("g/dL"))


def test_a_code_that_a_system_of_ours_lacks_is_refused() -> None:
    with pytest.raises(KeyError, match="befor-after"):
        RESULT_KIND.coding("befor-after")


def test_our_code_systems_have_urls_of_their_own() -> None:
    urls = [system.url for system in LOCAL_CODE_SYSTEMS]
    assert len(set(urls)) == len(urls)
