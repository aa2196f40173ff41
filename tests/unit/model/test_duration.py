"""Spans of time, as they are typed."""

from __future__ import annotations

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model.duration import parse_duration, spoken


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5m", 90), ("250ms", 0.25), ("30", 30), ("0", 0), ("0s", 0)],
)
def test_times_in_go_s_grammar_and_bare_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5s", "5 m", "5mm", "m", "1d", "٣s", "1_0"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_duration(text)
    assert caught.value.message == f"`{text}` is no time: --timeout takes 90s, 5m or 1h30m"


@pytest.mark.parametrize(("seconds", "text"), [(5, "5s"), (90, "90s"), (300, "5m"), (330, "330s")])
def test_a_limit_in_an_error(seconds: float, text: str) -> None:
    assert spoken(seconds) == text
