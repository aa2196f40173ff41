"""Amounts of CPU and memory: read, added and written as the API server does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kubia_cli.model.quantity import add, largest, parse_quantity, percent


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("2", "2"),
        (2, "2"),
        ("100m", "0.1"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1.5Gi", "1610612736"),
        ("128Mi", "134217728"),
        ("129M", "129000000"),
        ("1k", "1000"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("1E", "1000000000000000000"),
        ("250u", "0.00025"),
        ("-1", "-1"),
    ],
)
def test_amounts(text: str | int, amount: str) -> None:
    assert parse_quantity(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "Mi", "1 Gi", "1ki", "1_000", "٣", "1e", "nan", None])
def test_what_is_no_amount(text: str | None) -> None:
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        ([], "0"),
        (["0", "0"], "0"),
        (["100m", "200m"], "300m"),
        (["500m", "500m"], "1"),
        (["1", "250m"], "1250m"),
        (["64Mi", "1Gi"], "1088Mi"),
        (["512Mi", "512Mi"], "1Gi"),
        (["0", "512Ki"], "512Ki"),
        (["100M", "900M"], "1G"),
        (["129M", "1Mi"], "130048576"),
        (["134217728", "1"], "134217729"),
        (["1Mi", "1"], "1048577"),
        (["1500u"], "1500u"),
    ],
)
def test_sums_keep_the_way_of_writing_of_the_first(texts: list[str], total: str) -> None:
    assert add(texts) == total


def test_largest_and_percent() -> None:
    assert largest(["1Gi", "1G", "900Mi"]) == "1Gi"
    assert largest([]) == "0"
    assert percent("850m", "2") == 42
    assert percent("850m", "0") == 0
    assert percent("3Gi", "1Gi") == 300
