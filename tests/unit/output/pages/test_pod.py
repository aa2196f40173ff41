"""The page of a pod: whole, and the parts that only some pods have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubia_cli.output.pages.layout import Page, when
from kubia_cli.output.pages.pod import pod_page
from kubia_cli.output.pages.pod_template import probe_text, tolerations, write_containers, write_volumes

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "kubia-2xqtn",
        "namespace": "dev",
        "uid": "1",
        "labels": {"run": "kubia"},
        "ownerReferences": [{"kind": "ReplicationController", "name": "kubia", "uid": "2", "controller": True}],
    },
    "spec": {
        "nodeName": "lab",
        "priority": 0,
        "serviceAccountName": "default",
        "containers": [
            {
                "name": "kubia",
                "image": "luksa/kubia",
                "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                "env": [
                    {"name": "GREETING", "value": "one\ntwo"},
                    {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name", "apiVersion": "v1"}}},
                    {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "login", "key": "token"}}},
                ],
                "resources": {"limits": {"memory": "64Mi", "cpu": "1"}, "requests": {"cpu": "100m"}},
                "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1, "timeoutSeconds": 1},
                "volumeMounts": [{"name": "token", "mountPath": "/var/run/secrets", "readOnly": True}],
            }
        ],
        "volumes": [
            {
                "name": "token",
                "projected": {
                    "sources": [
                        {"serviceAccountToken": {"expirationSeconds": 3607}},
                        {"configMap": {"name": "kube-root-ca.crt"}},
                        {"downwardAPI": {"items": []}},
                    ]
                },
            }
        ],
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}],
    },
    "status": {
        "phase": "Running",
        "hostIP": "10.0.0.1",
        "podIP": "10.85.0.7",
        "podIPs": [{"ip": "10.85.0.7"}],
        "qosClass": "Burstable",
        "startTime": "2026-11-24T11:00:00Z",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [
            {
                "name": "kubia",
                "containerID": "containerd://aa",
                "imageID": "luksa/kubia@sha256:bb",
                "ready": True,
                "restartCount": 1,
                "state": {"running": {"startedAt": "2026-11-24T11:00:02Z"}},
                "lastState": {
                    "terminated": {
                        "reason": "OOMKilled",
                        "exitCode": 137,
                        "startedAt": "2026-11-24T11:00:01Z",
                        "finishedAt": "2026-11-24T11:00:02Z",
                    }
                },
            }
        ],
    },
}


def test_a_whole_page() -> None:
    assert (
        pod_page(POD, [], NOW)
        == f"""\
Name:             kubia-2xqtn
Namespace:        dev
Priority:         0
Service Account:  default
Node:             lab/10.0.0.1
Start Time:       {when("2026-11-24T11:00:00Z")}
Labels:           run=kubia
Annotations:      <none>
Status:           Running
IP:               10.85.0.7
IPs:
  IP:           10.85.0.7
Controlled By:  ReplicationController/kubia
Containers:
  kubia:
    Container ID:   containerd://aa
    Image:          luksa/kubia
    Image ID:       luksa/kubia@sha256:bb
    Port:           8080/TCP
    Host Port:      0/TCP
    State:          Running
      Started:      {when("2026-11-24T11:00:02Z")}
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      {when("2026-11-24T11:00:01Z")}
      Finished:     {when("2026-11-24T11:00:02Z")}
    Ready:          True
    Restart Count:  1
    Limits:
      cpu:     1
      memory:  64Mi
    Requests:
      cpu:      100m
    Readiness:  tcp-socket :8080 delay=0s timeout=1s period=1s #success=0 #failure=0
    Environment:
      GREETING:  one
                 two
      POD:       kubia-2xqtn (v1:metadata.name)
      TOKEN:     <set to the key 'token' in secret 'login'>
    Mounts:
      /var/run/secrets from token (ro)
Conditions:
  Type   Status
  Ready  True
Volumes:
  token:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
    ConfigMapName:           kube-root-ca.crt
    Optional:                false
    DownwardAPI:             true
QoS Class:                   Burstable
Node-Selectors:              <none>
Tolerations:                 node.kubernetes.io/not-ready:NoExecute op=Exists
Events:                      <none>
""".splitlines()
    )


def test_a_pod_that_no_node_has_yet_and_that_says_nothing() -> None:
    page = pod_page({"metadata": {"name": "x"}, "spec": {"containers": None}, "status": None}, None, NOW)
    assert "Node:         <none>" in page
    assert "Containers: <none>" in page
    assert page[-1] == "Events:          forbidden (needs list events)"


def test_a_pod_that_is_deleted() -> None:
    metadata = {**POD["metadata"], "deletionTimestamp": "2026-11-24T11:59:30Z", "deletionGracePeriodSeconds": 30}
    page = pod_page({**POD, "metadata": metadata}, [], NOW)
    assert "Status:                    Terminating (lasts 30s)" in page
    assert "Termination Grace Period:  30s" in page


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        (
            {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}},
            ["  State:          Waiting", "    Reason:       ImagePullBackOff", "    Message:      Back-off"],
        ),
        ({}, ["  State:          Waiting"]),
        (None, ["  State:          Waiting"]),
    ],
)
def test_states_of_a_container(state: Any, lines: list[str]) -> None:
    page = Page()
    write_containers(page, 0, "Containers", [{"name": "c"}], [{"name": "c", "state": state}])
    shown = page.lines()
    start = shown.index("    State:          Waiting")
    assert [line.removeprefix("  ") for line in shown[start : start + len(lines)]] == lines


@pytest.mark.parametrize(
    ("probe", "text"),
    [
        ({"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTPS"}}, "http-get https://:8080/healthz"),
        ({"httpGet": {"path": "/", "port": "web", "host": "h"}}, "http-get http://h:web/"),
        ({"exec": {"command": ["cat", "/tmp/x"]}}, "exec [cat /tmp/x]"),
        ({"grpc": {"port": 5000, "service": None}}, "grpc <pod>:5000 "),
        ({}, "unknown"),
    ],
)
def test_probes(probe: dict[str, Any], text: str) -> None:
    assert probe_text(probe) == f"{text} delay=0s timeout=0s period=0s #success=0 #failure=0"


def test_tolerations_in_order() -> None:
    raw: list[dict[str, Any]] = [
        {"key": "b", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
        {"key": "a", "value": "v", "effect": "NoSchedule"},
        {"operator": "Exists"},
    ]
    assert tolerations(raw) == ["op=Exists", "a=v:NoSchedule", "b:NoExecute op=Exists for 300s"]


def test_volumes() -> None:
    page = Page()
    write_volumes(
        page,
        0,
        [
            {"name": "e", "emptyDir": {}},
            {"name": "h", "hostPath": {"path": "/tmp"}},
            {"name": "s", "secret": {"secretName": "login", "optional": True}},
            {"name": "c", "csi": {"driver": "d", "volumeAttributes": {"a": "b"}}},
            {"name": "u"},
        ],
    )
    assert (
        page.lines()
        == """\
Volumes:
  e:
    Type:       EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:
    SizeLimit:  <unset>
  h:
    Type:          HostPath (bare host directory volume)
    Path:          /tmp
    HostPathType:  <none>
  s:
    Type:        Secret (a volume populated by a Secret)
    SecretName:  login
    Optional:    true
  c:
    Type:              csi
    driver:            d
    volumeAttributes:  {"a": "b"}
  u:
    Type:  <unknown>
""".splitlines()
    )


def test_where_variables_come_from() -> None:
    page = Page()
    sources = [{"configMapRef": {"name": "c"}, "prefix": "X_"}, {"secretRef": {"name": "s", "optional": True}}]
    write_containers(page, 0, "Containers", [{"name": "c", "envFrom": sources}])
    assert page.lines()[-5:] == [
        "    Environment Variables from:",
        "      c           ConfigMap with prefix 'X_'  Optional: false",
        "      s           Secret                      Optional: true",
        "    Environment:  <none>",
        "    Mounts:       <none>",
    ]
