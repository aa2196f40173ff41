"""Times as Kubernetes writes them, and ages in kubectl's words (apimachinery ``pkg/util/duration``): ``3m20s``."""

from __future__ import annotations

from datetime import datetime, timedelta

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY

#: Up to how many seconds a pair of units is used: the larger one, and the smaller one that is shown behind it, if any.
_UNITS = (
    (2 * _MINUTE, (1, "s"), None),
    (10 * _MINUTE, (_MINUTE, "m"), (1, "s")),
    (3 * _HOUR, (_MINUTE, "m"), None),
    (8 * _HOUR, (_HOUR, "h"), (_MINUTE, "m")),
    (2 * _DAY, (_HOUR, "h"), None),
    (8 * _DAY, (_DAY, "d"), (_HOUR, "h")),
    (2 * _YEAR, (_DAY, "d"), None),
    (8 * _YEAR, (_YEAR, "y"), (_DAY, "d")),
)


def parse_time(text: str | None) -> datetime | None:
    """Read a timestamp of the API server's, RFC 3339 with or without fractions; None when there is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def age(since: str | None, now: datetime) -> str:
    """How long ago ``since`` was: ``5h7m``; ``<unknown>`` where there is no time."""
    moment = parse_time(since)
    return span(now - moment) if moment else "<unknown>"


def span(time: timedelta) -> str:
    """A span of time; up to two seconds before now is taken for now, since clocks differ, more is ``<invalid>``."""
    seconds = int(time.total_seconds())
    if seconds < -1:
        return "<invalid>"
    seconds = max(seconds, 0)
    for limit, (large, large_name), small in _UNITS:
        if seconds < limit:
            shown = f"{seconds // large}{large_name}"
            rest = seconds % large // small[0] if small else 0
            return f"{shown}{rest}{small[1]}" if small and rest else shown
    return f"{seconds // _YEAR}y"
