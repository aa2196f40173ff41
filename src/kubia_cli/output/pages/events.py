"""Events as a page's last part: what happened to an object, repeats merged, the oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kubia_cli.model.age import age
from kubia_cli.output.pages.layout import NONE, Page, part


@dataclass(frozen=True)
class Happening:
    """One thing that happened ``count`` times between ``first`` and ``last`` (timestamps)."""

    type: str
    reason: str
    source: str
    message: str
    first: str
    last: str
    count: int = 1


def happenings(events: Iterable[Mapping[str, Any]]) -> list[Happening]:
    """Read events of either API, put the same ones together, and order them by when they last happened.

    The server gives them in no order, and an event may lack each of its times (kubernetes/kubernetes#29838).
    """
    merged: dict[tuple[str, str, str, str], Happening] = {}
    for raw in events:
        one = _read(raw)
        key = (one.type, one.reason, one.source, one.message)
        before = merged.get(key)
        if before is not None:
            first, last = min(before.first, one.first), max(before.last, one.last)
            one = replace(one, first=first, last=last, count=before.count + one.count)
        merged[key] = one
    return sorted(merged.values(), key=lambda one: (one.last, one.first))


def write_events(page: Page, events: Sequence[Mapping[str, Any]] | None, now: datetime) -> None:
    """Add the events' table; None means that they may not be read."""
    if events is None:
        page.field(0, "Events", "forbidden (needs list events)")
    elif not events:
        page.field(0, "Events", NONE)
    else:
        page.row(0, "Events:")
        rows = [(one.type, one.reason, _age(one, now), one.source, one.message) for one in happenings(events)]
        page.table(1, ("Type", "Reason", "Age", "From", "Message"), rows)


def _read(raw: Mapping[str, Any]) -> Happening:
    times = (raw.get("eventTime"), raw.get("firstTimestamp"), part(raw, "metadata", "creationTimestamp"))
    first = next(filter(None, times), "")
    last = part(raw, "series", "lastObservedTime") or raw.get("lastTimestamp") or first
    return Happening(
        type=raw.get("type") or "",
        reason=raw.get("reason") or "",
        source=part(raw, "source", "component") or raw.get("reportingComponent") or "",
        message=(raw.get("message") or "").strip(),
        first=first,
        last=last,
        count=part(raw, "series", "count") or raw.get("count") or 1,
    )


def _age(one: Happening, now: datetime) -> str:
    if one.count > 1:
        return f"{age(one.last, now)} (x{one.count} over {age(one.first, now)})"
    return age(one.last, now)
