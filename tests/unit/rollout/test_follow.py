"""Following a workload in a cluster in memory, whose clock and state move with every read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from kubia_cli.engines import Cluster
from kubia_cli.errors import NotFoundError, TimedOutError, UnhealthyError
from kubia_cli.model.manifest import REPLICATION_CONTROLLER
from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.follow import Rollout
from kubia_cli.rollout.gone import wait_until_gone
from tests.unit.memory_cluster import MemoryCluster

Step = Callable[[MemoryCluster, int], None]


def controller(ready: int, *, wanted: int = 1) -> dict[str, Any]:
    return {
        "kind": "ReplicationController",
        "metadata": {"name": "kubia", "generation": 1, "uid": "rc"},
        "spec": {"replicas": wanted, "selector": {"app": "kubia"}},
        "status": {"observedGeneration": 1, "replicas": wanted, "readyReplicas": ready},
    }


def pod(*, node: str = "", state: dict[str, Any] | None = None, ready: bool = False) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": str(ready)}]
    if node:
        conditions.append({"type": "PodScheduled", "status": "True"})
    owner = {"kind": "ReplicationController", "name": "kubia", "uid": "rc", "controller": True}
    return {
        "kind": "Pod",
        "metadata": {"name": "kubia-1", "uid": "pod", "labels": {"app": "kubia"}, "ownerReferences": [owner]},
        "spec": {"nodeName": node, "containers": [{"name": "kubia", "image": "luksa/kubia"}]},
        "status": {"conditions": conditions, "containerStatuses": [{"name": "kubia", "state": state or {}}]},
    }


def rollout(step: Step, *, seconds: float = 60) -> Rollout:
    """A rollout whose clock moves a second with each read, before which ``step`` is called with the read's number."""
    cluster, reads = MemoryCluster(), [0]
    cluster.put(controller(0))

    def on_read() -> None:
        reads[0] += 1
        step(cluster, reads[0])

    cluster.on_read = on_read
    deadline = Deadline(seconds, lambda: float(reads[0]))
    return Rollout(cast(Cluster, cluster), REPLICATION_CONTROLLER, "kubia", "default", deadline)


def test_each_stage_is_told_once_with_its_time() -> None:
    def step(cluster: MemoryCluster, read: int) -> None:
        if read == 2:
            cluster.put(pod())
        if read == 3:
            cluster.put(pod(node="lab"))
            about = {"uid": "pod"}
            event = {"kind": "Event", "reason": "Pulled", "message": f'"x@sha256:{"ab" * 32}"', "involvedObject": about}
            cluster.put({**event, "metadata": {"name": "pulled"}})
        if read == 4:
            cluster.put(pod(node="lab", state={"running": {}}))
        if read == 6:
            cluster.put(pod(node="lab", state={"running": {}}, ready=True))
            cluster.put(controller(1))

    told = [(each.name, each.subject, each.detail, each.seconds) for each in rollout(step).events()]
    assert told == [
        ("accepted", "replicationcontroller/kubia", "by the API server", 1),
        ("made", "pod/kubia-1", "by replicationcontroller/kubia", 2),
        ("scheduled", "pod/kubia-1", "to node lab", 3),
        ("pulled", "pod/kubia-1", '"x@sha256:abababababab…"', 3),
        ("started", "pod/kubia-1", "kubia", 4),
        ("ready", "pod/kubia-1", "", 6),
        ("ready", "replicationcontroller/kubia", "1 of 1", 6),
    ]


def test_pods_that_were_ready_before_are_old_news() -> None:
    def step(cluster: MemoryCluster, read: int) -> None:
        cluster.put(pod(node="lab", state={"running": {}}, ready=True))
        cluster.put(controller(1))

    assert [each.subject for each in rollout(step).events()] == ["replicationcontroller/kubia"] * 2


def test_a_hopeless_pod_ends_it_with_its_last_words() -> None:
    def step(cluster: MemoryCluster, read: int) -> None:
        crashed = pod(node="lab", state={"waiting": {"reason": "CrashLoopBackOff"}})
        status = crashed["status"]["containerStatuses"][0]
        status |= {"restartCount": 2, "lastState": {"terminated": {"exitCode": 3}}}
        cluster.put(crashed)
        cluster.log = b"no database\n"

    with pytest.raises(UnhealthyError) as caught:
        list(rollout(step).events())
    error = caught.value
    assert error.code == "container.crash"
    assert error.message == "pod/kubia-1: its program ends again and again: exit code 3"
    assert error.said == "no database\n"
    assert error.state == "replicationcontroller/kubia is there, 0 of 1 pods ready"
    assert error.fix == "kubia describe pod kubia-1"


def test_the_deadline_without_a_reason() -> None:
    def step(cluster: MemoryCluster, read: int) -> None:
        cluster.put(pod(node="lab", state={"running": {}}))
        warning = {"kind": "Event", "type": "Warning", "message": "Readiness probe failed", "metadata": {"name": "w"}}
        cluster.put(warning)

    with pytest.raises(TimedOutError) as caught:
        list(rollout(step, seconds=3).events())
    error = caught.value
    assert error.message == "replicationcontroller/kubia is not ready after 3s"
    assert error.said == "Readiness probe failed"
    assert error.state == "replicationcontroller/kubia is there, 0 of 1 pods ready; the cluster goes on"


def test_a_workload_that_is_deleted_meanwhile() -> None:
    def step(cluster: MemoryCluster, read: int) -> None:
        if read == 2:
            cluster.delete(REPLICATION_CONTROLLER, "kubia")

    with pytest.raises(NotFoundError):
        list(rollout(step).events())


def test_gone_is_gone_or_another_of_the_same_name() -> None:
    cluster = MemoryCluster()
    raw = dict(cluster.put(controller(1)))
    raw["metadata"] = dict(raw["metadata"])
    with pytest.raises(TimedOutError) as caught:
        wait_until_gone(cast(Cluster, cluster), REPLICATION_CONTROLLER, raw, Deadline(0))
    assert caught.value.state == "its deletion is asked for"
    cluster.put({**controller(1), "metadata": {"name": "kubia", "uid": "another"}})
    wait_until_gone(cast(Cluster, cluster), REPLICATION_CONTROLLER, raw, Deadline(5))
    cluster.delete(REPLICATION_CONTROLLER, "kubia")
    wait_until_gone(cast(Cluster, cluster), REPLICATION_CONTROLLER, raw, Deadline(5))
