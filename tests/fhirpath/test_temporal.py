"""Partial dates and times: what is not known must not be decided."""

import pytest

from fhir_kb.fhirpath.temporal import Kind, compare, parse_temporal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2015", "date"),
        ("2015-02", "date"),
        ("2016-02-29", "date"),
        ("2015", "dateTime"),
        ("2015-02-04T14", "dateTime"),
        ("2015-02-04T14:34:28.1234567891", "dateTime"),
        ("2015-02-04T23:59:60Z", "dateTime"),
        ("2015-02-04T14:34:28+14:00", "dateTime"),
        ("14", "time"),
        ("14:34:28.1", "time"),
    ],
)
def test_what_is_written_is_kept(text: str, kind: Kind) -> None:
    assert text == str(parse_temporal(text, kind))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2015-2", "date"),
        ("2015-13", "date"),
        ("2015-02-29", "date"),
        ("0000", "date"),
        ("2015-02-04T10:00", "date"),
        ("2015-02T10:00", "dateTime"),
        ("2015-02-04T24:00", "dateTime"),
        ("2015-02-04T10:60", "dateTime"),
        ("2015-02-04T10:00+15:00", "dateTime"),
        ("2015-02-04 10:00", "dateTime"),
        ("１４:00", "time"),
        ("14:00Z", "time"),
        ("", "time"),
    ],
)
def test_what_does_not_exist_is_nothing(text: str, kind: Kind) -> None:
    assert parse_temporal(text, kind) is None


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2018-03-01", "2018-03-01", 0),
        ("2018-03-01", "2018-03-02", -1),
        ("2019", "2018-12-31", 1),
        ("2018-03", "2018-03-01", None),
        ("2018-03", "2018-04-01", -1),
        ("2018-03-01T10:30", "2018-03-01T10:30:00", None),
        ("2018-03-01T10:30", "2018-03-01T10:31:00", -1),
        ("2018-03-01T10:30:00", "2018-03-01T10:30:00.0", 0),
        ("2018-03-01T10:30:00", "2018-03-01T10:30:00.001", -1),
        ("2012-04-15T15:00:00+02:00", "2012-04-15T16:00:00+03:00", 0),
        ("2017-11-05T01:30:00.0-04:00", "2017-11-05T01:15:00.0-05:00", -1),
        ("2012-04-15T15:00:00Z", "2012-04-15T10:00:00", None),
        ("2012-04-15T15:00:00Z", "2012-04-17T10:00:00", -1),
        ("2012-04-15T15:00:00Z", "2012-04-16T05:01:00", -1),
        ("2012-04-15T15:00:00Z", "2012-04-16T04:00:00", None),
        ("2012-04-15T15:00:00Z", "2012-04-15T03:30:00", None),
        ("2012-04-15T15:00:00Z", "2012-04-15T02:59:00", 1),
        ("2012-04-15T00:00:00Z", "2012-04-13", 1),
        ("2012-04-15T15:00:00Z", "2012-04-15", None),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", -1),
        ("9999-12-31", "9999", None),
    ],
)
def test_order(left: str, right: str, expected: int | None) -> None:
    """Without a time zone a moment lies from 14 hours before to 12 hours after its UTC reading."""
    first, second = parse_temporal(left, "dateTime"), parse_temporal(right, "dateTime")
    assert first is not None
    assert second is not None
    assert expected == compare(first, second)
    assert compare(second, first) == (expected if expected is None else -expected)
