"""The page of a node: sums of what its pods ask for, as the scheduler sums them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubia_cli.output.pages.layout import when
from kubia_cli.output.pages.node import node_page, pod_amounts

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)

NODE: dict[str, Any] = {
    "metadata": {
        "name": "lab",
        "labels": {"node-role.kubernetes.io/control-plane": "", "kubernetes.io/role": "agent"},
        "creationTimestamp": "2026-11-24T11:00:00Z",
    },
    "spec": {
        "podCIDR": "10.85.0.0/24",
        "podCIDRs": ["10.85.0.0/24"],
        "taints": [{"key": "b", "effect": "NoSchedule"}, {"key": "a", "value": "v", "effect": "NoSchedule"}],
    },
    "status": {
        "conditions": [
            {
                "type": "Ready",
                "status": "True",
                "lastHeartbeatTime": "2026-11-24T11:59:00Z",
                "lastTransitionTime": None,
                "reason": "KubeletReady",
                "message": "kubelet is posting ready status",
            }
        ],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}, {"type": "Hostname", "address": "lab"}],
        "capacity": {"cpu": "2", "memory": "24Gi"},
        "allocatable": {
            "cpu": "2",
            "memory": "24Gi",
            "ephemeral-storage": "100Gi",
            "example.com/gpu": "2",
            "pods": "110",
        },
        "nodeInfo": {"kubeletVersion": "v1.34.4", "operatingSystem": "linux"},
    },
}


def pod(name: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "dev", "creationTimestamp": "2026-11-24T11:56:40Z"}
    return {"metadata": metadata, "spec": {"containers": list(containers), **spec}}


def asks(*, restart: str = "", **amounts: str) -> dict[str, Any]:
    made: dict[str, Any] = {"resources": {"requests": amounts}}
    return {**made, "restartPolicy": restart} if restart else made


def test_a_whole_page() -> None:
    limited = {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "6Gi"}}}
    pods = [pod("kubia-1", limited), pod("kubia-22", asks(cpu="750m", **{"example.com/gpu": "1"}))]
    lease = {"spec": {"holderIdentity": "lab", "renewTime": "2026-11-24T11:59:55.123456Z"}}
    lines = node_page(NODE, pods, lease, [], NOW)
    assert (
        [line.rstrip() for line in lines]
        == f"""\
Name:               lab
Roles:              agent,control-plane
Labels:             kubernetes.io/role=agent
                    node-role.kubernetes.io/control-plane=
Annotations:        <none>
CreationTimestamp:  {when("2026-11-24T11:00:00Z")}
Taints:             a=v:NoSchedule
                    b:NoSchedule
Unschedulable:      false
Lease:
  HolderIdentity:  lab
  AcquireTime:     <unset>
  RenewTime:       {when("2026-11-24T11:59:55Z")}
Conditions:
  Type   Status  LastHeartbeatTime                LastTransitionTime  Reason        Message
  ----   ------  -----------------                ------------------  ------        -------
  Ready  True    {when("2026-11-24T11:59:00Z")}  <unset>             KubeletReady  kubelet is posting ready status
Addresses:
  InternalIP:  10.0.0.1
  Hostname:    lab
Capacity:
  cpu:     2
  memory:  24Gi
Allocatable:
  cpu:                2
  ephemeral-storage:  100Gi
  example.com/gpu:    2
  memory:             24Gi
  pods:               110
System Info:
  Machine ID:
  System UUID:
  Boot ID:
  Kernel Version:
  OS Image:
  Operating System:           linux
  Architecture:
  Container Runtime Version:
  Kubelet Version:            v1.34.4
  Kube-Proxy Version:
PodCIDR:                      10.85.0.0/24
PodCIDRs:                     10.85.0.0/24
Non-terminated Pods:          (2 in total)
  Namespace                   Name      CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
  ---------                   ----      ------------  ----------  ---------------  -------------  ---
  dev                         kubia-1   100m (5%)     0 (0%)      64Mi (0%)        6Gi (25%)      3m20s
  dev                         kubia-22  750m (37%)    0 (0%)      0 (0%)           0 (0%)         3m20s
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource           Requests    Limits
  --------           --------    ------
  cpu                850m (42%)  0 (0%)
  memory             64Mi (0%)   6Gi (25%)
  ephemeral-storage  0 (0%)      0 (0%)
  example.com/gpu    1 (50%)     0 (0%)
Events:              <none>
""".splitlines()
    )


def test_pods_that_may_not_be_read() -> None:
    lines = node_page({"metadata": {"name": "n"}, "spec": None, "status": None}, None, None, [], NOW)
    assert [" ".join(line.split()) for line in lines[-2:]] == [
        "Non-terminated Pods: forbidden (needs list pods)",
        "Events: <none>",
    ]
    assert not any("Lease" in line for line in lines)


@pytest.mark.parametrize(
    ("raw", "amounts"),
    [
        (pod("none"), {}),
        (pod("two", asks(cpu="100m"), asks(cpu="200m", memory="1Mi")), {"cpu": "300m", "memory": "1Mi"}),
        # an init container alone asks for more than all that runs later
        (pod("init", asks(cpu="100m"), initContainers=[asks(cpu="1")]), {"cpu": "1"}),
        (pod("small init", asks(cpu="100m"), initContainers=[asks(cpu="50m")]), {"cpu": "100m"}),
        # a sidecar runs beside the containers, and beside the init containers after it
        (pod("sidecar", asks(cpu="100m"), initContainers=[asks(restart="Always", cpu="50m")]), {"cpu": "150m"}),
        (
            pod("before", asks(cpu="1"), initContainers=[asks(restart="Always", cpu="1"), asks(cpu="2")]),
            {"cpu": "3"},
        ),
        (
            pod("after", asks(cpu="1"), initContainers=[asks(cpu="2"), asks(restart="Always", cpu="1")]),
            {"cpu": "2"},
        ),
        (pod("overhead", asks(cpu="100m"), overhead={"cpu": "50m", "memory": "1Mi"}), {"cpu": "150m", "memory": "1Mi"}),
        (pod("as a whole", asks(cpu="100m"), resources={"requests": {"cpu": "2"}}), {"cpu": "2"}),
    ],
)
def test_what_a_pod_asks_for(raw: dict[str, Any], amounts: dict[str, str]) -> None:
    assert pod_amounts(raw, "requests") == amounts


def test_overhead_raises_only_the_limits_that_there_are() -> None:
    limited = {"resources": {"limits": {"cpu": "1"}}}
    raw = pod("overhead", limited, overhead={"cpu": "250m", "memory": "1Mi"})
    assert pod_amounts(raw, "limits") == {"cpu": "1250m"}
