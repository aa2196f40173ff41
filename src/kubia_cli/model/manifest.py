"""What is sent to a cluster: workloads and services as plain dicts, with no field in them that nobody asked for.

They are applied server-side, so a field that is left out stays its other owner's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubia_cli.errors import UsageError
from kubia_cli.model.resource import Kind

Object = dict[str, Any]

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
NAME_LABEL = "app.kubernetes.io/name"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGER = "kubia"
#: The image as it was typed, since the pods' own reference is pinned to a digest.
IMAGE_ANNOTATION = "kubia.dev/image"

#: Seconds that a pod goes on answering after it was told to stop, so that no proxy sends it a last request in vain.
DRAIN_SECONDS = 2

DEPLOYMENT = Kind("Deployment", "deployments", "apps", "v1", scalable=True)
REPLICATION_CONTROLLER = Kind("ReplicationController", "replicationcontrollers", "", "v1", scalable=True)
REPLICA_SET = Kind("ReplicaSet", "replicasets", "apps", "v1", scalable=True)
POD = Kind("Pod", "pods", "", "v1")
JOB = Kind("Job", "jobs", "batch", "v1")
SERVICE = Kind("Service", "services", "", "v1")
ENDPOINT_SLICE = Kind("EndpointSlice", "endpointslices", "discovery.k8s.io", "v1")
EVENT = Kind("Event", "events", "", "v1")
NODE = Kind("Node", "nodes", "", "v1", namespaced=False)
AUTOSCALER = Kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2")

#: What ``run --kind`` takes.
RUN_KINDS = {"deployment": DEPLOYMENT, "rc": REPLICATION_CONTROLLER, "pod": POD, "job": JOB}


@dataclass(frozen=True)
class Probe:
    """How a pod shows that it is ready: ``tcp`` (it listens), ``http`` (``path`` answers), or ``none``."""

    way: str = "tcp"
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> Probe:
        """Read ``tcp``, ``none`` or ``http:/PATH``. Raises UsageError."""
        way, colon, path = text.partition(":")
        if text in ("tcp", "none"):
            return cls(text)
        if way == "http" and colon and path.startswith("/"):
            return cls(way, path)
        message = f"`--probe {text}` is not one of tcp, http:/PATH, none"
        raise UsageError("probe.invalid", message, fix="--probe http:/healthz")


def own_labels(name: str) -> dict[str, str]:
    """The labels of everything that kubia makes for the app ``name``."""
    return {NAME_LABEL: name, MANAGED_BY_LABEL: MANAGER}


def is_ours(raw: Mapping[str, Any]) -> bool:
    """Whether kubia made this object."""
    labels: Mapping[str, str] = (raw.get("metadata") or {}).get("labels") or {}
    return labels.get(MANAGED_BY_LABEL) == MANAGER


def container(
    name: str,
    image: str,
    *,
    program: Sequence[str] = (),
    command: bool = False,
    env: Mapping[str, str] | None = None,
    port: int | None = None,
    limits: Mapping[str, str] | None = None,
    requests: Mapping[str, str] | None = None,
    pull_policy: str = "",
) -> Object:
    """One container; ``program`` is the image's arguments, or with ``command`` what runs in its entry point's place."""
    made: Object = {"name": name, "image": image}
    if program:
        made["command" if command else "args"] = list(program)
    if env:
        made["env"] = [{"name": key, "value": value} for key, value in env.items()]
    if port is not None:
        made["ports"] = [{"containerPort": port, "protocol": "TCP"}]
    amounts = {"limits": dict(limits or {}), "requests": dict(requests or {})}
    if limits or requests:
        made["resources"] = {key: value for key, value in amounts.items() if value}
    if pull_policy:
        made["imagePullPolicy"] = pull_policy
    return made


def serve(made: Object, port: int, probe: Probe, *, drain: bool) -> Object:
    """Add to a container what lets it take traffic without a failure: ready when it listens, and a pause at its end."""
    if probe.way != "none":
        http = {"httpGet": {"path": probe.path, "port": port}}
        made["readinessProbe"] = {
            **(http if probe.way == "http" else {"tcpSocket": {"port": port}}),
            "periodSeconds": 1,
        }
    if drain:
        made["lifecycle"] = {"preStop": {"sleep": {"seconds": DRAIN_SECONDS}}}
    return made


def workload(
    kind: Kind,
    metadata: Object,
    pod_spec: Object,
    *,
    selector: Mapping[str, str],
    pod_labels: Mapping[str, str],
    replicas: int | None = None,
) -> Object:
    """A Deployment, ReplicationController, Job or Pod around ``pod_spec``; ``replicas`` None leaves their number alone.

    ``selector`` finds the pods of the first two; the pods get its labels and ``pod_labels``.
    """
    made: Object = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}
    if kind.name == POD.name:
        return {**made, "spec": pod_spec}
    spec: Object = {"template": {"metadata": {"labels": {**pod_labels, **selector}}, "spec": pod_spec}}
    if replicas is not None:
        spec["replicas"] = replicas
    if kind.name == DEPLOYMENT.name:
        spec["selector"] = {"matchLabels": dict(selector)}
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}
    elif kind.name == REPLICATION_CONTROLLER.name:
        spec["selector"] = dict(selector)
    return {**made, "spec": spec}


def service(metadata: Object, kind: str, selector: Mapping[str, str], ports: Sequence[Object]) -> Object:
    """A Service of the type ``kind`` for the pods that ``selector`` finds."""
    return {
        "apiVersion": SERVICE.api_version,
        "kind": SERVICE.name,
        "metadata": metadata,
        "spec": {"type": kind, "selector": dict(selector), "ports": list(ports)},
    }


def container_ports(raw: Mapping[str, Any]) -> list[Object]:
    """The ports that a pod's, or a workload's pods', containers name."""
    spec = raw.get("spec") or {}
    pod_spec = spec if raw.get("kind") == POD.name else (spec.get("template") or {}).get("spec") or {}
    return [port for each in pod_spec.get("containers") or () for port in each.get("ports") or ()]


def outcome(before: Mapping[str, Any] | None, after: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """``created``, ``configured`` or ``unchanged``: what an apply of ``manifest`` did to the live object.

    Compared is what a writer writes; the status and the server's and other writers' bookkeeping move by themselves.
    """
    if before is None:
        return "created"
    return "unchanged" if _written(before, manifest) == _written(after, manifest) else "configured"


def _written(raw: Mapping[str, Any], manifest: Mapping[str, Any]) -> Object:
    metadata = raw.get("metadata") or {}
    written: Object = {"spec": raw.get("spec")}
    for part in ("labels", "annotations"):
        ours = (manifest.get("metadata") or {}).get(part) or {}
        written[part] = {key: value for key, value in (metadata.get(part) or {}).items() if key in ours}
    return written
