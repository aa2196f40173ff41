"""Reading what belongs to an app: from any of its parts to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import DeniedError, NotFoundError
from kubia_cli.model.manifest import ENDPOINT_SLICE, POD, SERVICE
from kubia_cli.model.resource import Kind
from kubia_cli.model.selector import matches, pod_labels, pod_query, query
from kubia_cli.output.pages.app import App, Exposure
from kubia_cli.rollout.ways import Surroundings

Raw = Mapping[str, Any]

#: The kinds that a bare name may mean, and that are drawn: what keeps pods, and what leads to them.
WORKLOADS = ("deployments", "statefulsets", "daemonsets", "replicationcontrollers", "replicasets", "jobs", "pods")
DRAWN = ("Deployment", "StatefulSet", "DaemonSet", "ReplicationController", "ReplicaSet", "Job", "Pod", "Service")


def find_by_name(cluster: Cluster, name: str) -> list[Object]:
    """The workloads and the service of that name, all kinds asked at once.

    What may not be read counts for absent beside something that is there. DeniedError when nothing is found and a kind
    may not be read: it could be there.
    """
    denied: list[DeniedError] = []

    def ask(kind: Kind) -> Object | None:
        try:
            return {"apiVersion": kind.api_version, "kind": kind.name, **cluster.get(kind, name)}
        except NotFoundError:
            return None
        except DeniedError as error:
            denied.append(error)
            return None

    kinds = [cluster.kind(word) for word in (*WORKLOADS, "services")]
    with ThreadPoolExecutor(len(kinds)) as pool:
        found = [raw for raw in pool.map(ask, kinds) if raw]
    if denied and not found:
        raise min(denied, key=lambda error: error.message)
    return found


def read(cluster: Cluster, kind: Kind, name: str) -> Object | None:
    """Return the object, or None when it is not there or may not be read."""
    try:
        return {"apiVersion": kind.api_version, "kind": kind.name, **cluster.get(kind, name)}
    except (NotFoundError, DeniedError):
        return None


def apps_of(cluster: Cluster, objects: Sequence[Object]) -> list[App]:
    """The apps that the objects belong to, each once."""
    roots: dict[str, Object] = {}
    for raw in objects:
        root = _root(cluster, raw)
        roots[root["metadata"]["uid"]] = root
    surroundings = Surroundings(cluster)
    services = _items(cluster, SERVICE)
    drawn = [_app(cluster, surroundings, root, services) for root in roots.values() if root["kind"] != SERVICE.name]
    shown = {exposure.service["metadata"]["uid"] for app in drawn for exposure in app.exposures}
    for root in roots.values():
        if root["kind"] == SERVICE.name and root["metadata"]["uid"] not in shown:
            drawn.append(_app(cluster, surroundings, root, services))
    return drawn


def _root(cluster: Cluster, raw: Object) -> Object:
    """What keeps a pod, and what keeps that; of a service, what keeps its pods."""
    if raw["kind"] == SERVICE.name:
        labels = pod_labels(raw)
        pods = _items(cluster, POD, labels=query(labels)) if labels else []
        keeper = next((root for root in (_root(cluster, _as_pod(pod)) for pod in pods[:1]) if root), None)
        return keeper if keeper and keeper["kind"] != POD.name else raw
    owner = next((one for one in raw["metadata"].get("ownerReferences") or () if one.get("controller")), None)
    if owner is None:
        return raw
    kept_by = read(cluster, cluster.kind(str(owner["kind"]).lower()), owner["name"])
    return _root(cluster, kept_by) if kept_by else raw


def _app(cluster: Cluster, surroundings: Surroundings, root: Object, services: Sequence[Object]) -> App:
    if root["kind"] == POD.name:
        pods, labels = [root], pod_labels(root) or {}
        table = cluster.table(POD, fields=f"metadata.name={root['metadata']['name']}")
    else:
        selected = pod_query(root)
        pods = _items(cluster, POD, labels=selected) if selected else []
        table = cluster.table(POD, labels=selected) if selected else {}
        template = ((root.get("spec") or {}).get("template") or {}).get("metadata") or {}
        labels = template.get("labels") or {}
    if root["kind"] == SERVICE.name:
        exposed = [root]
    else:
        exposed = [each for each in services if matches(labels, (each.get("spec") or {}).get("selector") or {})]
    return App(
        None if root["kind"] in (POD.name, SERVICE.name) else root,
        [_as_pod(pod) for pod in pods],
        table,
        [_exposure(cluster, surroundings, service) for service in exposed],
    )


def _exposure(cluster: Cluster, surroundings: Surroundings, service: Object) -> Exposure:
    name = service["metadata"]["name"]
    slices = _items(cluster, ENDPOINT_SLICE, labels=f"kubernetes.io/service-name={name}")
    endpoints = [endpoint for each in slices for endpoint in each.get("endpoints") or ()]
    ready = [each for each in endpoints if (each.get("conditions") or {}).get("ready") is not False]
    ports = (service.get("spec") or {}).get("ports") or ()
    ways = [way for port in ports for way in surroundings.ways(service, port)[:1]]
    raw = {"apiVersion": SERVICE.api_version, "kind": SERVICE.name, **service}
    return Exposure(raw, [f"http://{way.authority}" for way in ways], len(ready), len(endpoints))


def _items(cluster: Cluster, kind: Kind, *, labels: str = "") -> list[Object]:
    try:
        return cluster.list(kind, labels=labels).get("items") or []
    except DeniedError:
        return []


def _as_pod(pod: Object) -> Object:
    return {"apiVersion": POD.api_version, "kind": POD.name, **pod}
