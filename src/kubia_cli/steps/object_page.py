"""An object's page: what is read beside the object, and the page that its kind has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import DeniedError, NotFoundError
from kubia_cli.model.manifest import ENDPOINT_SLICE, EVENT, POD, REPLICA_SET
from kubia_cli.model.resource import Kind
from kubia_cli.model.selector import pod_query
from kubia_cli.output.pages.anything import object_page
from kubia_cli.output.pages.controllers import deployment_page, job_page, replicas_page
from kubia_cli.output.pages.node import node_page
from kubia_cli.output.pages.pod import pod_page
from kubia_cli.output.pages.service import service_page

_LEASE = Kind("Lease", "leases", "coordination.k8s.io", "v1")
_LEASE_NAMESPACE = "kube-node-lease"


def page(cluster: Cluster, raw: Object, now: datetime) -> list[str]:
    """The page of any object, as lines."""
    events = _events(cluster, raw)
    namespace, name = raw["metadata"].get("namespace", ""), raw["metadata"].get("name", "")
    match (raw.get("apiVersion"), raw.get("kind")):
        case ("v1", "Pod"):
            return pod_page(raw, events, now)
        case ("v1", "Node"):
            unended = f"spec.nodeName={name},status.phase!=Succeeded,status.phase!=Failed"
            pods = _if_allowed(lambda: items(cluster.list(POD, None, fields=unended)))
            return node_page(raw, pods, _lease(cluster, name), events, now)
        case ("v1", "Service"):
            own = f"kubernetes.io/service-name={name}"
            slices = _if_allowed(lambda: items(cluster.list(ENDPOINT_SLICE, namespace, labels=own)))
            return service_page(raw, slices, events, now)
        case ("v1", "ReplicationController") | ("apps/v1", "ReplicaSet"):
            pods = _if_allowed(lambda: items(cluster.list(POD, namespace, labels=pod_query(raw))))
            return replicas_page(raw, pods, events, now)
        case ("apps/v1", "Deployment"):
            sets = _if_allowed(lambda: items(cluster.list(REPLICA_SET, namespace, labels=pod_query(raw))))
            return deployment_page(raw, sets, events, now)
        case ("batch/v1", "Job"):
            return job_page(raw, events, now)
    return object_page(raw, events, now)


def _events(cluster: Cluster, raw: Object) -> list[Object] | None:
    """The events of an object; the kubelet writes a node's with its name in place of its uid, so that is left out."""
    metadata = raw["metadata"]
    about = {"kind": raw.get("kind"), "name": metadata.get("name"), "namespace": metadata.get("namespace")}
    if raw.get("kind") != "Node":
        about["uid"] = metadata.get("uid")
    fields = ",".join(f"involvedObject.{key}={value}" for key, value in about.items() if value)
    return _if_allowed(lambda: items(cluster.list(EVENT, metadata.get("namespace"), fields=fields)))


def _lease(cluster: Cluster, node: str) -> Object | None:
    try:
        return cluster.get(_LEASE, node, _LEASE_NAMESPACE)
    except (NotFoundError, DeniedError):
        return None


def _if_allowed(read: Callable[[], list[Object]]) -> list[Object] | None:
    """What ``read`` gives, None where it is forbidden: the page says so, and shows the rest."""
    try:
        return read()
    except DeniedError:
        return None


def items(answer: Object) -> list[Object]:
    """The objects of a list."""
    return list(answer.get("items") or ())
