"""version: what answers is told, what does not is said, and nothing is waited for long."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubia_cli import __version__
from kubia_cli.commands import version
from tests.unit.commands.served import served
from tests.unit.typed import kubia

MINE = f"NAME    VERSION   API   ENDPOINT\nkubia   {__version__}\n"


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_an_engine_that_answers(tmp_path: Path) -> None:
    with served(tmp_path, {"/version": {"gitVersion": "v1.34.4"}}) as (kube, server):
        told = json.loads(kubia("version --on kubernetes -o json", cluster=kube).stdout)
        table = kubia("version --on kubernetes", cluster=kube)
    assert told == {
        "kubia": {"version": __version__},
        "kubernetes": {"version": "v1.34.4", "endpoint": server.url, "context": "lab"},
    }
    assert [line.split() for line in table.stdout.splitlines()[1:]] == [
        ["kubia", __version__],
        ["kubernetes", "v1.34.4", server.url],
    ]


def test_engines_that_are_not_there(tmp_path: Path) -> None:
    env = {"KUBECONFIG": str(tmp_path / "absent"), "DOCKER_HOST": f"unix://{tmp_path}/absent.sock"}
    got = kubia("version", env=env)
    assert (got.status, got.stdout) == (0, MINE)
    docker, kubernetes = got.stderr.splitlines()
    assert docker.startswith("warning: docker: cannot connect to the Docker daemon at unix://")
    assert kubernetes == "warning: kubernetes: no Kubernetes cluster is configured"


def test_engines_that_never_answer(tmp_path: Path, silent: str) -> None:
    file = tmp_path / "kubeconfig"
    config = {
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab"}}],
        "clusters": [{"name": "lab", "cluster": {"server": f"http://{silent}"}}],
    }
    file.write_text(json.dumps(config))
    got = kubia("version", env={"KUBECONFIG": str(file), "DOCKER_HOST": f"tcp://{silent}"})
    assert (got.status, got.stdout) == (0, MINE)
    silence = f"no answer within {version.PATIENCE:g} s"
    assert got.stderr == f"warning: docker: {silence}\nwarning: kubernetes: {silence}\n"
