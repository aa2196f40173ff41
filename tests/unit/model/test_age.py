"""Ages in kubectl's words, at both sides of each step of its table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kubia_cli.model.age import age, parse_time, span

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ({"seconds": -2}, "<invalid>"),
        ({"seconds": -1.5}, "0s"),
        ({"seconds": 0}, "0s"),
        ({"seconds": 119.9}, "119s"),
        ({"minutes": 2}, "2m"),
        ({"minutes": 3, "seconds": 20}, "3m20s"),
        ({"minutes": 9, "seconds": 59}, "9m59s"),
        ({"minutes": 10, "seconds": 59}, "10m"),
        ({"hours": 2, "minutes": 59}, "179m"),
        ({"hours": 3}, "3h"),
        ({"hours": 5, "minutes": 7}, "5h7m"),
        ({"hours": 7, "minutes": 59, "seconds": 59}, "7h59m"),
        ({"hours": 8, "minutes": 59}, "8h"),
        ({"hours": 47}, "47h"),
        ({"hours": 48}, "2d"),
        ({"days": 3, "hours": 4}, "3d4h"),
        ({"days": 7, "hours": 23}, "7d23h"),
        ({"days": 8, "hours": 23}, "8d"),
        ({"days": 729}, "729d"),
        ({"days": 730}, "2y"),
        ({"days": 760}, "2y30d"),
        ({"days": 8 * 365}, "8y"),
        ({"days": 9 * 365 + 100}, "9y"),
    ],
)
def test_spans_of_time(time: dict[str, float], words: str) -> None:
    assert span(timedelta(**time)) == words


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("2026-11-24T11:58:30Z", "90s"),
        ("2026-11-24T11:58:30.123456Z", "89s"),
        ("2026-11-24T11:58:30.123456789Z", "89s"),
        ("2026-11-24T13:58:30+02:00", "90s"),
        (None, "<unknown>"),
        ("", "<unknown>"),
        ("yesterday", "<unknown>"),
        ("2026-11-24T11:58:30", "<unknown>"),
    ],
)
def test_age_of_a_timestamp(since: str | None, words: str) -> None:
    assert age(since, NOW) == words


def test_a_time_without_a_zone_is_none() -> None:
    assert parse_time("2026-11-24T11:58:30") is None
