"""The pages of what makes pods."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubia_cli.output.pages.controllers import deployment_page, job_page, replicas_page
from kubia_cli.output.pages.layout import when

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def template(image: str, **labels: str) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": "kubia", **labels}}, "spec": {"containers": [{"name": "c", "image": image}]}}


def owned(uid: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"ownerReferences": [{"uid": uid, "controller": True}], **more.pop("metadata", {})}, **more}


TEMPLATE_LINES = [
    "Pod Template:",
    "  Labels:       app=kubia",
    "  Containers:",
    "    c:",
    "      Image:         luksa/kubia",
    "      Port:          <none>",
    "      Host Port:     <none>",
    "      Environment:   <none>",
    "      Mounts:        <none>",
    "  Volumes:           <none>",
    "  Node-Selectors:    <none>",
    "  Tolerations:       <none>",
]


def test_a_replication_controller() -> None:
    raw = {
        "apiVersion": "v1",
        "kind": "ReplicationController",
        "metadata": {"name": "kubia", "namespace": "dev", "uid": "1", "labels": {"run": "kubia"}},
        "spec": {"replicas": 3, "selector": {"run": "kubia", "app": "a"}, "template": template("luksa/kubia")},
        "status": {"replicas": 2},
    }
    phases = ["Running", "Running", "Pending", "Failed"]
    pods = [owned("1", status={"phase": phase}) for phase in phases] + [owned("other", status={"phase": "Running"})]
    page = replicas_page(raw, pods, [], NOW)
    assert page[:7] == [
        "Name:         kubia",
        "Namespace:    dev",
        "Selector:     run=kubia,app=a",
        "Labels:       run=kubia",
        "Annotations:  <none>",
        "Replicas:     2 current / 3 desired",
        "Pods Status:  2 Running / 1 Waiting / 0 Succeeded / 1 Failed",
    ]
    assert [line.split() for line in page[7:]] == [line.split() for line in [*TEMPLATE_LINES, "Events: <none>"]]
    assert "Pods Status:  forbidden (needs list pods)" in replicas_page(raw, None, [], NOW)


def test_a_replica_set_at_zero_names_its_deployment() -> None:
    raw = owned(
        "d",
        apiVersion="apps/v1",
        kind="ReplicaSet",
        spec={"selector": {"matchLabels": {"app": "kubia"}}, "replicas": None, "template": template("luksa/kubia")},
        status={"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}]},
    )
    raw["metadata"]["ownerReferences"][0] |= {"kind": "Deployment", "name": "kubia"}
    page = replicas_page(raw, [], [], NOW)
    assert "Controlled By:  Deployment/kubia" in page
    assert "Replicas:       0 current / 0 desired" in page
    start = page.index("Conditions:")
    assert page[start : start + 4] == [
        "Conditions:",
        "  Type            Status  Reason",
        "  ----            ------  ------",
        "  ReplicaFailure  True    FailedCreate",
    ]


def test_a_deployment_tells_its_new_replica_set_from_the_old_ones() -> None:
    raw = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kubia", "uid": "d", "creationTimestamp": "2026-11-24T11:00:00Z"},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "kubia"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}},
            "template": template("luksa/kubia:v2"),
        },
        "status": {"updatedReplicas": 1, "replicas": 4, "availableReplicas": 3},
    }
    sets = [
        owned(
            "d",
            metadata={"name": name, "creationTimestamp": since},
            spec={"replicas": wanted, "template": template(image, **{"pod-template-hash": name})},
            status={"replicas": there},
        )
        for name, since, image, wanted, there in (
            ("kubia-new", "2026-11-24T11:30:00Z", "luksa/kubia:v2", 1, 1),
            ("kubia-b", "2026-11-24T11:20:00Z", "luksa/kubia:v1", 3, 3),
            ("kubia-a", "2026-11-24T11:00:00Z", "luksa/kubia:v0", 0, 0),
        )
    ]
    page = deployment_page(raw, sets, [], NOW)
    assert page[:10] == [
        "Name:                   kubia",
        "Namespace:",
        f"CreationTimestamp:      {when('2026-11-24T11:00:00Z')}",
        "Labels:                 <none>",
        "Annotations:            <none>",
        "Selector:               app=kubia",
        "Replicas:               3 desired | 1 updated | 4 total | 3 available | 0 unavailable",
        "StrategyType:           RollingUpdate",
        "MinReadySeconds:        0",
        "RollingUpdateStrategy:  0 max unavailable, 25% max surge",
    ]
    assert [" ".join(line.split()) for line in page[-3:]] == [
        "OldReplicaSets: kubia-a (0/0 replicas created), kubia-b (3/3 replicas created)",
        "NewReplicaSet: kubia-new (1/1 replicas created)",
        "Events: <none>",
    ]
    forbidden = deployment_page(raw, None, None, NOW)
    assert [" ".join(line.split()) for line in forbidden[-2:]] == [
        "ReplicaSets: forbidden (needs list replicasets)",
        "Events: forbidden (needs list events)",
    ]


def test_a_job() -> None:
    raw = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once", "namespace": "dev"},
        "spec": {
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "1"}},
            "parallelism": 1,
            "completions": 1,
            "completionMode": "Indexed",
            "suspend": False,
            "backoffLimit": 6,
            "activeDeadlineSeconds": 60,
            "template": template("busybox"),
        },
        "status": {
            "startTime": "2026-11-24T11:00:00Z",
            "completionTime": "2026-11-24T11:03:20Z",
            "succeeded": 1,
            "ready": 0,
            "completedIndexes": "0",
        },
    }
    assert job_page(raw, [], NOW)[:17] == [
        "Name:                     once",
        "Namespace:                dev",
        "Selector:                 batch.kubernetes.io/controller-uid=1",
        "Labels:                   <none>",
        "Annotations:              <none>",
        "Parallelism:              1",
        "Completions:              1",
        "Completion Mode:          Indexed",
        "Suspend:                  false",
        "Backoff Limit:            6",
        f"Start Time:               {when('2026-11-24T11:00:00Z')}",
        f"Completed At:             {when('2026-11-24T11:03:20Z')}",
        "Duration:                 3m20s",
        "Active Deadline Seconds:  60s",
        "Pods Statuses:            0 Active (0 Ready) / 1 Succeeded / 0 Failed",
        "Completed Indexes:        0",
        "Pod Template:",
    ]
