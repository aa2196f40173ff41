"""Events: in order of time, repeats put together, whatever times the server left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubia_cli.output.pages.events import happenings, write_events
from kubia_cli.output.pages.layout import Page

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)

PULLED = {
    "type": "Normal",
    "reason": "Pulled",
    "message": "Container image is present\n",
    "source": {"component": "kubelet"},
    "firstTimestamp": "2026-11-24T11:59:30Z",
    "lastTimestamp": "2026-11-24T11:59:30Z",
    "count": 1,
}
BACKOFF = {
    "type": "Warning",
    "reason": "BackOff",
    "message": "Back-off restarting",
    "source": {"component": "kubelet"},
    "firstTimestamp": "2026-11-24T11:55:00Z",
    "lastTimestamp": "2026-11-24T11:59:50Z",
    "count": 9,
}
#: As the scheduler writes it: events.k8s.io, with null for the old API's times.
SCHEDULED: dict[str, Any] = {
    "type": "Normal",
    "reason": "Scheduled",
    "message": "Successfully assigned",
    "source": {},
    "reportingComponent": "default-scheduler",
    "eventTime": "2026-11-24T11:54:00.123456Z",
    "firstTimestamp": None,
    "lastTimestamp": None,
    "count": None,
}


def lines(events: list[Any] | None) -> list[str]:
    page = Page()
    write_events(page, events, NOW)
    return page.lines()


def test_events_in_the_order_in_which_they_last_happened() -> None:
    assert lines([BACKOFF, PULLED, SCHEDULED]) == [
        "Events:",
        "  Type     Reason     Age               From               Message",
        "  ----     ------     ---               ----               -------",
        "  Normal   Scheduled  5m59s             default-scheduler  Successfully assigned",
        "  Normal   Pulled     30s               kubelet            Container image is present",
        "  Warning  BackOff    10s (x9 over 5m)  kubelet            Back-off restarting",
    ]


def test_no_events_and_forbidden_ones() -> None:
    assert lines([]) == ["Events:  <none>"]
    assert lines(None) == ["Events:  forbidden (needs list events)"]


def test_the_same_event_under_two_names_is_one() -> None:
    later = {**PULLED, "firstTimestamp": "2026-11-24T11:59:40Z", "lastTimestamp": "2026-11-24T11:59:45Z", "count": 2}
    (one,) = happenings([later, PULLED])
    assert (one.first, one.last, one.count) == ("2026-11-24T11:59:30Z", "2026-11-24T11:59:45Z", 3)


@pytest.mark.parametrize(
    ("raw", "last", "count"),
    [
        ({"series": {"lastObservedTime": "2026-11-24T11:59:59Z", "count": 4}}, "2026-11-24T11:59:59Z", 4),
        ({"metadata": {"creationTimestamp": "2026-11-24T11:00:00Z"}}, "2026-11-24T11:00:00Z", 1),
        ({"lastTimestamp": "2026-11-24T11:59:59Z", "count": 0}, "2026-11-24T11:59:59Z", 1),
        ({}, "", 1),
    ],
)
def test_times_that_are_left_out(raw: dict[str, Any], last: str, count: int) -> None:
    (one,) = happenings([raw])
    assert (one.last, one.count) == (last, count)
