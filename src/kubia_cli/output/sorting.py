"""``--sort-by``: objects in the order of a field, as kubectl orders them (kubectl ``pkg/cmd/get/sorter.go``)."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from kubia_cli.errors import UsageError
from kubia_cli.model.quantity import parse_quantity
from kubia_cli.output.jsonpath import JSONPath


def sort_path(expression: str) -> JSONPath:
    """Read ``.metadata.name``, ``metadata.name`` or ``{.metadata.name}``. Raises UsageError."""
    bare = expression.removeprefix("{").removesuffix("}")
    return JSONPath(f"{{{bare if bare.startswith(('.', '[', '$', '@')) else f'.{bare}'}}}")


def sorted_by(path: JSONPath, objects: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return objects in the order of the field at ``path``, those that lack it first.

    Amounts are ordered by size, other text by its characters. UsageError ``sort.no-field`` when no object has it.
    """
    found = [(next(iter(path.values(one)), None), one) for one in objects]
    if found and all(value is None for value, _ in found):
        raise UsageError("sort.no-field", "no object in the list has the field that --sort-by names")
    return [one for _, one in sorted(found, key=functools.cmp_to_key(_compare))]


def _compare(one: tuple[Any, object], other: tuple[Any, object]) -> int:
    a, b = one[0], other[0]
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if isinstance(a, Mapping | list) or isinstance(b, Mapping | list):
        raise UsageError("sort.no-value", "--sort-by needs a field that holds one value")
    amounts = parse_quantity(a), parse_quantity(b)
    if amounts[0] is not None and amounts[1] is not None:
        return (amounts[0] > amounts[1]) - (amounts[0] < amounts[1])
    return (str(a) > str(b)) - (str(a) < str(b))
