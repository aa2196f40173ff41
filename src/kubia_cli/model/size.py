"""Sizes and ages in the words that docker prints (github.com/docker/go-units): ``1.09GB``, ``2 weeks ago``."""

from __future__ import annotations

_DECIMAL_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")

_MINUTE = 60
_HOUR = 60 * _MINUTE
#: Up to how many hours a unit is used, and how many hours it has.
_LONG_UNITS = ((48, 1, "hours"), (14 * 24, 24, "days"), (60 * 24, 7 * 24, "weeks"), (730 * 24, 30 * 24, "months"))
_YEAR_HOURS = 365 * 24


def human_size(size: float) -> str:
    """Three digits and a decimal unit for ``size`` bytes, as in ``docker images``: ``13.3kB``.

    Where docker prints 999.9 kB as ``1e+03kB``, this says ``1MB``.
    """
    amount = float(size)
    for unit in _DECIMAL_UNITS[:-1]:
        if abs(amount) < 999.5:
            return f"{amount:.3g}{unit}"
        amount /= 1000
    return f"{amount:.3g}{_DECIMAL_UNITS[-1]}"


def human_duration(seconds: float) -> str:
    """A span of time in docker's rough words: ``About an hour``, ``3 weeks``."""
    if seconds < 1:
        return "Less than a second"
    if seconds < _MINUTE:
        return "1 second" if int(seconds) == 1 else f"{int(seconds)} seconds"
    minutes = int(seconds / _MINUTE)
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = int(seconds / _HOUR + 0.5)
    if hours == 1:
        return "About an hour"
    for limit, length, unit in _LONG_UNITS:
        if hours < limit:
            return f"{hours // length} {unit}"
    return f"{int(seconds / _HOUR) // _YEAR_HOURS} years"


def human_age(seconds: float) -> str:
    """How long ago something was, from its age in seconds: ``2 weeks ago``."""
    return f"{human_duration(seconds)} ago"
