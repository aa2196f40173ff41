"""Sizes and ages read as in docker's tables."""

import pytest

from kubia_cli.model.size import human_age, human_duration, human_size


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0B"),
        (999, "999B"),
        (1000, "1kB"),
        (13_256, "13.3kB"),
        (999_499, "999kB"),
        (999_900, "1MB"),
        (4_260_000, "4.26MB"),
        (1_090_000_000, "1.09GB"),
        (5 * 10**27, "5e+03YB"),
    ],
)
def test_size(size: int, shown: str) -> None:
    assert human_size(size) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, "Less than a second"),
        (0.9, "Less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "About a minute"),
        (120, "2 minutes"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (5400, "2 hours"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (13 * 86400, "13 days"),
        (14 * 86400, "2 weeks"),
        (59 * 86400, "8 weeks"),
        (60 * 86400, "2 months"),
        (729 * 86400, "24 months"),
        (730 * 86400, "2 years"),
    ],
)
def test_duration(seconds: float, shown: str) -> None:
    assert human_duration(seconds) == shown


def test_age() -> None:
    assert human_age(15 * 86400) == "2 weeks ago"
