"""What every cluster does, the real one and the one in memory; ``cluster`` has an empty namespace as its own."""

from __future__ import annotations

import pytest

from kubia_cli.engines import Object
from kubia_cli.errors import ConflictError, NotFoundError
from kubia_cli.model.manifest import REPLICATION_CONTROLLER
from kubia_cli.model.resource import Kind
from tests.unit.memory_cluster import MemoryCluster

CONFIG_MAP = Kind("ConfigMap", "configmaps", "", "v1")


def config_map(cluster: MemoryCluster, value: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "contract", "namespace": cluster.namespace, "labels": {"half": "one"}},
        "data": {"key": value},
    }


def check(cluster: MemoryCluster) -> None:
    with pytest.raises(NotFoundError):
        cluster.get(CONFIG_MAP, "contract")
    with pytest.raises(NotFoundError):
        cluster.kind("nonsense")
    assert cluster.kind("rc").plural == "replicationcontrollers"
    made = cluster.apply(config_map(cluster, "1"))
    assert cluster.get(CONFIG_MAP, "contract")["data"] == {"key": "1"}
    same = cluster.apply(config_map(cluster, "1"))
    assert same["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]
    assert cluster.apply(config_map(cluster, "2"), dry_run="server")["data"] == {"key": "2"}
    assert cluster.get(CONFIG_MAP, "contract")["data"] == {"key": "1"}
    assert [raw["metadata"]["name"] for raw in cluster.list(CONFIG_MAP, labels="half=one")["items"]] == ["contract"]
    assert cluster.list(CONFIG_MAP, labels="half=two")["items"] == []
    with pytest.raises(ConflictError):
        cluster.delete(CONFIG_MAP, "contract", uid="00000000-0000-0000-0000-000000000000")
    cluster.delete(CONFIG_MAP, "contract", uid=made["metadata"]["uid"])
    with pytest.raises(NotFoundError):
        cluster.get(CONFIG_MAP, "contract")
    _check_scale(cluster)


def _check_scale(cluster: MemoryCluster) -> None:
    pods = {"containers": [{"name": "one", "image": "busybox"}]}
    selector = {"app": "contract"}
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "ReplicationController",
            "metadata": {"name": "contract", "namespace": cluster.namespace},
            "spec": {
                "replicas": 0,
                "selector": selector,
                "template": {"metadata": {"labels": selector}, "spec": pods},
            },
        }
    )
    scale = cluster.get(REPLICATION_CONTROLLER, "contract", subresource="scale")
    assert scale["spec"].get("replicas", 0) == 0
    scale["metadata"]["resourceVersion"] = "1"
    with pytest.raises(ConflictError):
        cluster.put_scale(REPLICATION_CONTROLLER, "contract", "", scale)
    cluster.delete(REPLICATION_CONTROLLER, "contract")
