"""The protocol ``Cluster`` on a real Kubernetes, in a namespace of a module's own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from kubia_cli.engines.kubernetes.api import KubeCluster, connect
from tests.cluster.pods import running
from tests.lab.state import State


@pytest.fixture(scope="module")
def place(lab: State, run_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeCluster]:
    """The cluster, in a namespace of this module's own."""
    env = {**os.environ, "KUBECONFIG": lab.kubeconfig, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    name = f"{run_id}-{uuid.uuid4().hex[:6]}"
    kube = connect(env, namespace=name, on_warning=lambda _: None)
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for event in kube.watch(kube.kind("sa"), fields="metadata.name=default"):
        assert event["type"] == "ADDED"  # a controller makes it, and pods need it
        break
    yield kube
    kube.delete(kube.kind("ns"), name)


@pytest.fixture(scope="module")
def pod(place: KubeCluster) -> str:
    """A pod that listens on 8080 and lives as long as this module."""
    return running(place, "listener", "nc -ll -p 8080 -e sh -c 'read word; echo $word $word'")
