"""--sort-by: the order of a field, amounts by size, what lacks the field first."""

from __future__ import annotations

from typing import Any

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.output.sorting import sort_path, sorted_by


def names(path: str, *values: Any) -> list[Any]:
    objects = [{"name": place, **({} if value is None else {"value": value})} for place, value in enumerate(values)]
    return [one["name"] for one in sorted_by(sort_path(path), objects)]


@pytest.mark.parametrize("path", [".value", "value", "{.value}"])
def test_spellings_of_a_path(path: str) -> None:
    assert names(path, "b", "a") == [1, 0]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ((10, 9, None), [2, 1, 0]),
        (("10", "9"), [1, 0]),
        (("1Gi", "900Mi", "2G"), [1, 0, 2]),
        (("b", "B", "a"), [1, 2, 0]),
        (("2026-11-24T12:00:00Z", "2025-11-24T12:00:00Z"), [1, 0]),
        (("same", "same"), [0, 1]),
        ((True, False), [1, 0]),
    ],
)
def test_order(values: tuple[Any, ...], order: list[int]) -> None:
    assert names(".value", *values) == order


def test_a_field_that_no_object_has() -> None:
    with pytest.raises(UsageError) as caught:
        names(".nothing", "a", "b")
    assert caught.value.code == "sort.no-field"
    assert names(".nothing") == []


def test_a_field_that_is_no_value() -> None:
    with pytest.raises(UsageError, match="holds one value") as caught:
        names(".value", {"a": 1}, {"a": 2})
    assert caught.value.code == "sort.no-value"
