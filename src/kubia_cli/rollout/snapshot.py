"""A workload and its pods as one look finds them, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import DeniedError
from kubia_cli.model.manifest import EVENT, POD, REPLICA_SET
from kubia_cli.model.resource import Kind
from kubia_cli.model.selector import owned_by, pod_query

_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class Snapshot:
    """``pods`` are those of the workload's current template, without those that are being deleted."""

    kind: Kind
    workload: Object
    pods: Sequence[Object] = field(default_factory=list)

    @property
    def spoken(self) -> str:
        """``deployment.apps/kubia``."""
        return f"{self.kind.spoken}/{self.workload['metadata']['name']}"

    @property
    def wanted(self) -> int:
        """How many pods shall be ready; a job's need only end well."""
        spec = self.workload.get("spec") or {}
        if self.kind.name == "Pod":
            return 1
        if self.kind.name == "Job":
            return int(spec.get("completions") or 1)
        replicas = spec.get("replicas", 1)
        return int(1 if replicas is None else replicas)

    @property
    def ready(self) -> int:
        """How many are."""
        if self.kind.name == "Pod":
            return int(is_ready(self.workload) or self._phase == "Succeeded")
        return int(self._status.get("succeeded" if self.kind.name == "Job" else "readyReplicas") or 0)

    @property
    def current(self) -> bool:
        """Whether the status speaks of the spec as it is now; before that it is not judged."""
        seen = self._status.get("observedGeneration")
        return self.kind.name in ("Pod", "Job") or (seen or 0) >= self.workload["metadata"].get("generation", 0)

    @property
    def done(self) -> bool:
        """Whether everything runs as asked: as many as wanted, all of the current template, and no others."""
        if not self.current:
            return False
        status, wanted = self._status, self.wanted
        if self.kind.name == "Job":
            return condition(self.workload, "Complete").get("status") == "True"
        if self.kind.name == "Pod":
            return self.ready == 1
        counts = ["replicas", "readyReplicas"]
        if self.kind.name in ("Deployment", "StatefulSet"):
            counts += ["updatedReplicas", "availableReplicas"]
        return all((status.get(count) or 0) == wanted for count in counts)

    @property
    def _status(self) -> Mapping[str, Any]:
        return self.workload.get("status") or {}

    @property
    def _phase(self) -> str:
        return str(self._status.get("phase") or "")


def take(cluster: Cluster, kind: Kind, name: str, namespace: str) -> Snapshot:
    """Look at a workload now. NotFoundError when it has gone."""
    workload = cluster.get(kind, name, namespace)
    workload = {"apiVersion": kind.api_version, "kind": kind.name, **workload}
    if kind.name == "Pod":
        return Snapshot(kind, workload, [workload])
    query = pod_query(workload)
    if not query:
        return Snapshot(kind, workload)
    owner = _template_holder(cluster, workload, query, namespace) if kind.name == "Deployment" else workload
    pods = owned_by(owner, cluster.list(POD, namespace, labels=query).get("items") or []) if owner else []
    alive = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    return Snapshot(kind, workload, sorted(alive, key=lambda pod: str(pod["metadata"].get("creationTimestamp"))))


def events_of(cluster: Cluster, namespace: str, kind: str, name: str = "") -> list[Object]:
    """The events of an object, or of all objects of a kind; none where they may not be read."""
    fields = f"involvedObject.kind={kind}" + (f",involvedObject.name={name}" if name else "")
    try:
        return cluster.list(EVENT, namespace, fields=fields).get("items") or []
    except DeniedError:
        return []


def condition(raw: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The condition of that type in an object's status; empty when it has none."""
    found = (raw.get("status") or {}).get("conditions") or ()
    return next((each for each in found if each.get("type") == kind), {})


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is ready."""
    return condition(pod, "Ready").get("status") == "True"


def container_statuses(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the kubelet says of a pod's containers, those that run first included."""
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _template_holder(cluster: Cluster, deployment: Object, query: str, namespace: str) -> Object | None:
    """The ReplicaSet of a Deployment's current revision; None until the controller has made it."""
    status = deployment.get("status") or {}
    if (status.get("observedGeneration") or 0) < deployment["metadata"].get("generation", 0):
        return None
    revision = (deployment["metadata"].get("annotations") or {}).get(_REVISION)
    sets = owned_by(deployment, cluster.list(REPLICA_SET, namespace, labels=query).get("items") or [])
    same = [each for each in sets if (each["metadata"].get("annotations") or {}).get(_REVISION) == revision]
    return same[0] if same else None
