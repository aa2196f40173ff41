"""The cluster in memory keeps the contract."""

from __future__ import annotations

from tests.unit.contract import check
from tests.unit.memory_cluster import MemoryCluster


def test_the_cluster_in_memory_keeps_the_contract() -> None:
    check(MemoryCluster())
