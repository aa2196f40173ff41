"""Spans of time as ``--timeout`` and ``--grace-period`` take them, in Go's grammar: ``90s``, ``5m``, ``1h30m``."""

from __future__ import annotations

import re

from kubia_cli.errors import UsageError

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = re.compile("([0-9]+(?:[.][0-9]+)?)(ms|[hms])")


def parse_duration(text: str, option: str = "--timeout") -> float:
    """Return seconds; a bare number means seconds. Raises UsageError for what is no time or is negative."""
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    parts = list(_PART.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        raise UsageError("time.invalid", f"`{text}` is no time: {option} takes 90s, 5m or 1h30m", fix=f"{option}=5m")
    return sum(float(part[1]) * _UNITS[part[2]] for part in parts)


def spoken(seconds: float) -> str:
    """``90s``, ``5m``: how an error names a limit."""
    whole = round(seconds)
    return f"{whole // 60}m" if whole >= 120 and whole % 60 == 0 else f"{whole}s"
