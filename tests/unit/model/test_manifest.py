"""What is sent to a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from kubia_cli.errors import UsageError
from kubia_cli.model import manifest
from kubia_cli.model.manifest import Probe, container, outcome, serve, workload

LABELS = manifest.own_labels("kubia")
SELECTOR = {"app.kubernetes.io/name": "kubia"}


def test_a_deployment_that_serves() -> None:
    made = serve(container("kubia", "luksa/kubia:latest", port=8080), 8080, Probe(), drain=True)
    metadata = {"name": "kubia", "labels": LABELS}
    assert workload(
        manifest.DEPLOYMENT, metadata, {"containers": [made]}, selector=SELECTOR, pod_labels=LABELS, replicas=1
    ) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "kubia",
            "labels": {"app.kubernetes.io/name": "kubia", "app.kubernetes.io/managed-by": "kubia"},
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "kubia"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}},
            "template": {
                "metadata": {
                    "labels": {"app.kubernetes.io/name": "kubia", "app.kubernetes.io/managed-by": "kubia"},
                },
                "spec": {
                    "containers": [
                        {
                            "name": "kubia",
                            "image": "luksa/kubia:latest",
                            "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                            "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
                            "lifecycle": {"preStop": {"sleep": {"seconds": 2}}},
                        }
                    ]
                },
            },
        },
    }


def test_the_other_kinds_have_what_they_need_and_no_more() -> None:
    pod_spec = {"containers": [container("kubia", "busybox", program=["sh", "-c", "true"], command=True)]}
    rc = workload(manifest.REPLICATION_CONTROLLER, {}, pod_spec, selector=SELECTOR, pod_labels={}, replicas=None)
    assert rc["spec"]["selector"] == SELECTOR
    assert set(rc["spec"]) == {"selector", "template"}
    job = workload(manifest.JOB, {}, pod_spec, selector=SELECTOR, pod_labels={})
    assert set(job["spec"]) == {"template"}
    pod = workload(manifest.POD, {}, pod_spec, selector=SELECTOR, pod_labels={})
    assert pod == {"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": pod_spec}
    assert pod_spec["containers"][0]["command"] == ["sh", "-c", "true"]


def test_a_container_with_everything() -> None:
    assert container(
        "kubia",
        "luksa/kubia",
        program=["--debug"],
        env={"A": "1"},
        limits={"cpu": "1"},
        pull_policy="Never",
    ) == {
        "name": "kubia",
        "image": "luksa/kubia",
        "args": ["--debug"],
        "env": [{"name": "A", "value": "1"}],
        "resources": {"limits": {"cpu": "1"}},
        "imagePullPolicy": "Never",
    }


def test_probes() -> None:
    assert Probe.parse("tcp") == Probe("tcp")
    assert Probe.parse("none") == Probe("none")
    assert Probe.parse("http:/healthz") == Probe("http", "/healthz")
    assert serve({}, 80, Probe("http", "/up"), drain=False) == {
        "readinessProbe": {"httpGet": {"path": "/up", "port": 80}, "periodSeconds": 1}
    }
    assert serve({}, 80, Probe("none"), drain=False) == {}
    for text in ("", "http", "http:healthz", "tcp:80", "exec"):
        with pytest.raises(UsageError):
            Probe.parse(text)


def test_what_an_apply_did() -> None:
    sent = {"metadata": {"labels": {"a": "1"}, "annotations": {"b": "2"}}}
    live: dict[str, Any] = {
        "metadata": {"labels": {"a": "1"}, "annotations": {"b": "2", "revision": "1"}, "resourceVersion": "7"},
        "spec": {"replicas": 1},
        "status": {"replicas": 0},
    }
    moved = {**live, "status": {"replicas": 1}, "metadata": {**live["metadata"], "annotations": {"b": "2"}}}
    assert outcome(None, live, sent) == "created"
    assert outcome(live, moved, sent) == "unchanged"
    assert outcome(live, {**live, "spec": {"replicas": 2}}, sent) == "configured"
    assert outcome({**live, "metadata": {}}, live, sent) == "configured"


def test_ports_of_pods_and_of_what_makes_them() -> None:
    spec = {"containers": [{"ports": [{"containerPort": 80}]}, {}, {"ports": [{"containerPort": 81, "name": "b"}]}]}
    ports = [{"containerPort": 80}, {"containerPort": 81, "name": "b"}]
    assert manifest.container_ports({"kind": "Pod", "spec": spec}) == ports
    assert manifest.container_ports({"kind": "Deployment", "spec": {"template": {"spec": spec}}}) == ports
    assert manifest.container_ports({"kind": "Service", "spec": {}}) == []
