"""The real cluster keeps the contract that the one in memory keeps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from kubia_cli.engines.kubernetes.api import connect
from tests.unit.contract import check
from tests.unit.memory_cluster import MemoryCluster


@pytest.mark.cluster
def test_the_real_cluster_keeps_the_contract(kubeconfig: Path) -> None:
    check(cast(MemoryCluster, connect(os.environ, kubeconfig=str(kubeconfig), on_warning=print)))
