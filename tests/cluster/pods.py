"""A pod for a test, made through the protocol ``Cluster``."""

from __future__ import annotations

from typing import Any

from kubia_cli.engines.kubernetes.api import KubeCluster
from kubia_cli.engines.kubernetes.discovery import POD


def running(kube: KubeCluster, name: str, script: str, **more: Any) -> str:
    main = {"name": "main", "image": "busybox", "imagePullPolicy": "IfNotPresent", "command": ["sh", "-c", script]}
    spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [{**main, **more}]}
    kube.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})
    for event in kube.watch(POD, fields=f"metadata.name={name}", timeout=60):
        statuses = event["object"].get("status", {}).get("containerStatuses") or [{}]
        if not {"running", "terminated"}.isdisjoint(statuses[0].get("state", {})):
            return name
    raise AssertionError(f"the pod {name} does not run")
