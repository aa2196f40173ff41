"""What both transports must do alike: each test that takes ``cluster`` runs once through the SDK, once without it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.unit.engines.kubernetes import scripted


@pytest.fixture(params=["sdk", "lean"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> scripted.Open:
    """Opens a cluster before a server that runs the scripts it is given."""
    return partial(scripted.cluster, tmp_path, transport=request.param)
