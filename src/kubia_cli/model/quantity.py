"""Amounts of CPU and memory as Kubernetes writes them (apimachinery ``pkg/api/resource``): ``100m``, ``128Mi``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

_BINARY = {suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)}
_DECIMAL = {
    suffix: Decimal(1000) ** power
    for power, suffix in zip(range(-3, 7), ("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), strict=True)
}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?\d{1,3}))?", re.ASCII)


def parse_quantity(text: str | float | None) -> Decimal | None:
    """Read an amount in its base unit: cores, bytes, pieces. None for what is no amount."""
    match = _QUANTITY.fullmatch(str(text)) if text is not None else None
    if match is None:
        return None
    number, suffix, exponent = match.groups()
    unit = _BINARY.get(suffix or "") or _DECIMAL.get(suffix or "", Decimal(1))
    return Decimal(number) * unit * Decimal(10) ** int(exponent or 0)


def add(texts: Iterable[str]) -> str:
    """The sum of amounts, written as the first that is not zero is: ``64Mi`` and ``1Gi`` are ``1088Mi``."""
    total, units = Decimal(0), _DECIMAL
    for text in texts:
        amount = parse_quantity(text)
        if amount:
            if not total:
                units = _BINARY if text.endswith("i") else _DECIMAL
            total += amount
    return write_quantity(total, binary=units is _BINARY)


def largest(texts: Iterable[str]) -> str:
    """The largest of amounts, as it was written; ``0`` of none."""
    return max(texts, key=lambda text: parse_quantity(text) or Decimal(0), default="0")


def write_quantity(amount: Decimal, *, binary: bool = False) -> str:
    """Write an amount with the largest unit that leaves a whole number; a billionth is the smallest there is."""
    if not amount:
        return "0"
    units = {**_BINARY, "": Decimal(1)} if binary and abs(amount) >= 1024 else _DECIMAL
    for suffix, unit in sorted(units.items(), key=lambda item: -item[1]):
        if amount % unit == 0:
            return f"{int(amount / unit)}{suffix}"
    return f"{int(amount * 10**9) or 1}n"


def percent(part: str, whole: str) -> int:
    """How many whole percent ``part`` is of ``whole``; 0 where there is no whole."""
    of = parse_quantity(whole)
    return int((parse_quantity(part) or Decimal(0)) * 100 / of) if of else 0
