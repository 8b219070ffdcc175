"""Adding durations: the calendar's rules, the precision of the start."""

import pytest

from fhir_kb.errors import FHIRPathError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@1973-12-25 + 7 days", "1974-01-01"),
        ("@1973-12-25 + 7.9 days", "1974-01-01"),
        ("@1973-12-25 + 1 week", "1974-01-01"),
        ("@1973-12-25 + 1 'wk'", "1974-01-01"),
        ("@2019-03-01 + 24 months", "2021-03-01"),
        ("@2019-03-01 - 24 months", "2017-03-01"),
        ("@2026-01-31 + 1 month", "2026-02-28"),
        ("@2024-02-29 + 1 year", "2025-02-28"),
        ("@2024-03-31 - 1 month", "2024-02-29"),
        ("@2014 + 24 months", "2016"),
        ("@2014 + 23 months", "2015"),
        ("@2014 - 1 month", "2014"),
        ("@2016 + 365 days", "2017"),
        ("@2026-02 + 5 weeks", "2026-03"),
        ("@2026-02 + 4 weeks", "2026-02"),
        ("@2026-01-01 + 25 hours", "2026-01-02"),
        ("@2026-01-01 - 1 day", "2025-12-31"),
        ("@2000-03-01 - 1 day", "2000-02-29"),
        ("@2026-01-01T13:00:00 + 30 minutes", "2026-01-01T13:30:00"),
        ("@2026-01-01T23:59:59Z + 1 second", "2026-01-02T00:00:00Z"),
        ("@2026-01-01T10 + 90 minutes", "2026-01-01T11"),
        ("@1973-12-25T00:00:00.000+10:00 + 42.53 seconds", "1973-12-25T00:00:42.530+10:00"),
        ("@1973-12-25T00:00:00 + 10 'ms'", "1973-12-25T00:00:00.01"),
        ("@1973-12-25T00:00:00 + 1.5 hours", "1973-12-25T01:00:00"),
        ("@T23:30:00 + 1 hour", "00:30:00"),
        ("@T00:30:00 - 1 hour", "23:30:00"),
        ("@T01:00:00 + 48 hour", "01:00:00"),
        ("@T10 + 30 minutes", "10"),
        ("birthDate + 1 'd'", "1974-12-26"),
    ],
)
def test_a_duration_is_added(values, text, expected) -> None:
    assert [expected] == values(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@1973-12-25 + 1 'mo'", "use year, month"),
        ("@1973-12-25 + 1 'a'", "use year, month"),
        ("@1973-12-25 + 1 'cm'", "use year, month"),
        ("@T10:00 + 1 day", "use hours or less"),
        ("@9999-12-31 + 1 day", "outside the years"),
        ("@0001-01-01 - 1 month", "outside the years"),
        ("@1973-12-25 + 7", "cannot be applied"),
        ("7 days + @1973-12-25", "cannot be applied"),
    ],
)
def test_what_cannot_be_added_is_refused(values, text, message) -> None:
    with pytest.raises(FHIRPathError, match=message):
        values(text)


def test_nothing_added_is_nothing(values) -> None:
    assert values("birthDate + {}") == []
