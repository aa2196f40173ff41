"""What ``--limits`` and ``--requests`` take: ``cpu=200m,memory=512Mi``."""

from __future__ import annotations

from kubia_cli.errors import UsageError
from kubia_cli.model.quantity import parse_quantity


def parse_amounts(text: str, option: str) -> dict[str, str]:
    """Read an amount for each resource. Raises UsageError for what is no amount or is negative."""
    amounts = {}
    for word in filter(None, text.split(",")):
        name, equals, amount = word.partition("=")
        fix = f"{option}=cpu=200m,memory=512Mi"
        if not (name and equals):
            raise UsageError("amount.invalid", f"`{option} {word}` is not of the form RESOURCE=AMOUNT", fix=fix)
        value = parse_quantity(amount)
        if value is None or value < 0:
            raise UsageError("amount.invalid", f"`{option} {word}`: `{amount}` is no amount", fix=fix)
        amounts[name] = amount
    return amounts
