"""A Docker engine behind its protocol, and what a test makes on it, gone afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.engines import Docker
from kubia_cli.engines.docker.engine import connect
from tests.docker.asking import Make
from tests.lab.state import State


@pytest.fixture
def engine(lab: State, tmp_path: Path) -> Docker:
    return connect({"DOCKER_HOST": lab.docker_host, "HOME": str(tmp_path), "DOCKER_BUILDKIT": "0"})


@pytest.fixture(scope="module")
def base(lab: State, run_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A busybox under a name of this run's own."""
    engine = connect({"DOCKER_HOST": lab.docker_host, "HOME": str(tmp_path_factory.mktemp("home"))})
    name = f"{run_id}-base:1"
    list(engine.pull("busybox"))
    engine.tag("busybox", name)
    yield name
    engine.remove_image(name, force=True)


@pytest.fixture
def name(engine: Docker, run_id: str) -> Iterator[str]:
    """A name for what the test makes; containers and images that begin with it are gone after it."""
    mine = f"{run_id}-{uuid.uuid4().hex[:6]}"
    yield mine
    for container in engine.containers(all=True, filters={"name": [mine]}):
        engine.remove(container["Id"], force=True, volumes=True)
    for image in engine.images():
        for tag in image["RepoTags"] or ():
            if mine in tag:
                engine.remove_image(tag, force=True)


@pytest.fixture
def make(engine: Docker, base: str, name: str) -> Make:
    """Create a container of the test's own: ``make("-1", "echo", "hi", HostConfig={…})``; returns its id."""

    def create(suffix: str, *command: str, **spec: Any) -> str:
        return engine.create(name + suffix, {"Image": base, "Cmd": list(command), **spec})

    return create


@pytest.fixture
def context(tmp_path: Path, base: str) -> Path:
    directory = tmp_path / "context"
    directory.mkdir()
    (directory / "Dockerfile").write_text(f"FROM {base}\nCOPY . /c\nRUN ls -A /c\n")
    return directory
