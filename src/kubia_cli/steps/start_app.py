"""An app on the cluster: applied so that a second time changes nothing, and followed until it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kubia_cli.engines import Cluster, DryRun, Object
from kubia_cli.errors import ConflictError, NotFoundError, RefusedError, UnhealthyError
from kubia_cli.model import manifest
from kubia_cli.model.image import ImageReference
from kubia_cli.model.manifest import JOB, POD, REPLICATION_CONTROLLER, RUN_KINDS, Probe
from kubia_cli.model.resource import Kind
from kubia_cli.model.selector import pod_labels, query
from kubia_cli.rollout.snapshot import Snapshot
from kubia_cli.steps.replicas import is_autoscaled, live_replicas, set_by_another, set_replicas

#: The first minor version of Kubernetes 1 that knows a pause as a lifecycle action (KEP-3960: beta in 1.30).
_SLEEP_SINCE = 30
#: What of a container tells whether a pod is of the controller's present template.
_OF_TEMPLATE = ("image", "command", "args", "env")
#: How often an apply is repeated when the number of replicas moved in between.
_TRIES = 3


@dataclass(frozen=True)
class App:
    """What was asked for; ``digest`` "" leaves the tag, ``replicas`` None the live number."""

    kind: Kind
    name: str
    namespace: str
    reference: ImageReference
    digest: str = ""
    program: Sequence[str] = ()
    command: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    probe: Probe = field(default_factory=Probe)
    replicas: int | None = None
    restart: str = ""
    service_account: str = ""
    pull_policy: str = ""
    stdin: bool = False
    tty: bool = False

    @property
    def spoken(self) -> str:
        """``deployment.apps/kubia``."""
        return f"{self.kind.spoken}/{self.name}"


@dataclass(frozen=True)
class Applied:
    """The object, and what became of it: created, configured or unchanged."""

    raw: Object
    deed: str


def apply(cluster: Cluster, app: App, *, take_over: bool, dry_run: DryRun, note: Callable[[str], None]) -> Applied:
    """Make the cluster hold the app; ``note`` is told what is kept of it unasked.

    ConflictError when its name is another's, or a pod or job has another spec.
    """
    live = find_live(cluster, app, take_over=take_over)
    if app.port is None and (port := _served(app, live)):
        note(f"port: {port}, which it has now")
        app = replace(app, port=port)
    drain = app.port is not None and _knows_sleep(cluster)
    if live and app.kind.name in (POD.name, JOB.name):
        _check_same_spec(cluster, app, live, build(app, live, None, drain=drain), force=take_over)
    tries = _TRIES
    while True:
        if live and app.replicas not in (None, live_replicas(live)) and dry_run == "none":
            set_replicas(cluster, app.kind, app.name, app.namespace, app.replicas or 0)
        made = build(app, live, _number(cluster, app, live), drain=drain)
        try:
            after = cluster.apply(made, dry_run=dry_run, force=take_over)
        except ConflictError as error:
            tries -= 1
            moved = _get(cluster, app.kind, app)
            if not tries or live is None or moved is None or live_replicas(moved) == live_replicas(live):
                error.fix = error.fix or f"kubia run {app.name} --image={app.reference.familiar} --take-over"
                raise
            live = moved
        else:
            return Applied(after, manifest.outcome(live, after, made))


def build(app: App, live: Mapping[str, Any] | None, replicas: int | None, *, drain: bool) -> Object:
    """Return the manifest; what cannot change any more, or would be doubled, is taken from the ``live`` object."""
    image = app.reference.at(app.digest).familiar if app.digest else _image(app, live)
    made = manifest.container(
        _container_name(app, live),
        image,
        program=app.program,
        command=app.command,
        env=app.env,
        port=app.port,
        limits=app.limits,
        requests=app.requests,
        pull_policy=app.pull_policy,
    )
    if app.port is not None and app.kind.name != JOB.name:
        manifest.serve(made, app.port, app.probe, drain=drain)
    if app.stdin:
        made |= {"stdin": True, "stdinOnce": True}
    if app.tty:
        made["tty"] = True
    pod_spec: Object = {"containers": [made]}
    if app.restart or app.kind.name == JOB.name:
        pod_spec["restartPolicy"] = app.restart or "Never"
    if app.service_account:
        pod_spec["serviceAccountName"] = app.service_account
    labels = {**app.labels, **manifest.own_labels(app.name)}
    metadata: Object = {
        "name": app.name,
        "labels": labels,
        "annotations": {manifest.IMAGE_ANNOTATION: app.reference.familiar},
    }
    if app.namespace:
        metadata["namespace"] = app.namespace
    selector = (pod_labels(live) if live else None) or {manifest.NAME_LABEL: app.name}
    if app.kind.name == JOB.name:
        selector = {}  # the API server's own
    number = replicas if app.kind.scalable else None
    return manifest.workload(app.kind, metadata, pod_spec, selector=selector, pod_labels=labels, replicas=number)


def find_live(cluster: Cluster, app: App, *, take_over: bool) -> Object | None:
    """Return the live object of the app's kind. ConflictError when the name is held by another kind or owner."""
    live = None
    for word, kind in RUN_KINDS.items():
        raw = _get(cluster, kind, app)
        if raw is None:
            continue
        if kind.name != app.kind.name:
            message = f"the name {app.name} is taken by {kind.spoken}/{app.name}"
            raise ConflictError("name.taken", message, fix=f"kubia delete {word} {app.name}")
        if not (take_over or manifest.is_ours(raw)):
            message = f"{app.spoken} is not managed by kubia"
            fix = f"kubia run {app.name} --image={app.reference.familiar} --take-over"
            raise ConflictError("object.foreign", message, fix=fix)
        live = raw
    return live


def check_pods(snapshot: Snapshot) -> None:
    """Raise UnhealthyError when a ReplicationController has pods of an earlier template, which it never replaces."""
    workload = snapshot.workload
    if snapshot.kind.name != REPLICATION_CONTROLLER.name:
        return
    wanted = _of_template((workload["spec"].get("template") or {}).get("spec") or {})
    old = [pod["metadata"]["name"] for pod in snapshot.pods if _of_template(pod["spec"]) != wanted]
    if old:
        raise UnhealthyError(
            "rc.old-pods",
            f"{snapshot.spoken} has a new template, but {', '.join(old)} still run the old one",
            state="a ReplicationController uses its template for new pods only",
            fix=f"kubia delete pod -l {query(workload['spec'].get('selector') or {})}",
        )


def _of_template(pod_spec: Mapping[str, Any]) -> list[list[object]]:
    return [[each.get(part) for part in _OF_TEMPLATE] for each in pod_spec.get("containers") or ()]


def _number(cluster: Cluster, app: App, live: Mapping[str, Any] | None) -> int | None:
    """The number to apply: what was asked for, else the live one, so that no apply changes it by the way."""
    if app.replicas is not None:
        return app.replicas
    if live is None:
        return 1
    if set_by_another(live) and is_autoscaled(cluster, app.kind, app.name, app.namespace):
        return None
    return live_replicas(live)


def _image(app: App, live: Mapping[str, Any] | None) -> str:
    """The image without a digest to pin it to: the live pin of the same name is kept, for nothing says it moved."""
    annotations = ((live or {}).get("metadata") or {}).get("annotations") or {}
    images = [str(each.get("image")) for each in _containers(live)]
    typed = app.reference.familiar
    return images[0] if annotations.get(manifest.IMAGE_ANNOTATION) == typed and len(images) == 1 else typed


def _container_name(app: App, live: Mapping[str, Any] | None) -> str:
    present = [str(each.get("name")) for each in _containers(live)]
    if not present or app.name in present:
        return app.name
    if len(present) > 1:
        message = f"{app.spoken} has the containers {', '.join(present)}, and none is named {app.name}"
        raise ConflictError("app.containers", message)
    return present[0]


def _served(app: App, live: Mapping[str, Any] | None) -> int | None:
    """The one TCP port that the live app names; a port that nobody names now is no wish to be without one."""
    ports = [port for port in manifest.container_ports(live or {}) if port.get("protocol", "TCP") == "TCP"]
    return int(ports[0]["containerPort"]) if len(ports) == 1 and app.kind.name not in (POD.name, JOB.name) else None


def _containers(live: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    spec = (live or {}).get("spec") or {}
    pod_spec = ((spec.get("template") or {}).get("spec") or {}) if "template" in spec else spec
    return pod_spec.get("containers") or ()


def _check_same_spec(cluster: Cluster, app: App, live: Object, made: Object, *, force: bool) -> None:
    """Ask the server what the apply would make of it: a pod or job that is there does not change what it runs."""
    try:
        same = cluster.apply(made, dry_run="server", force=force).get("spec") == live.get("spec")
    except RefusedError:  # most fields of these specs are immutable
        same = False
    if not same:
        message = f"{app.spoken} is there with another spec, and a {app.kind.name.lower()} cannot change what it runs"
        raise ConflictError("spec.differs", message, fix=f"kubia delete {app.kind.name.lower()} {app.name}")


def _get(cluster: Cluster, kind: Kind, app: App) -> Object | None:
    try:
        return {"kind": kind.name, **cluster.get(kind, app.name, app.namespace)}
    except NotFoundError:
        return None


def _knows_sleep(cluster: Cluster) -> bool:
    minor = str(cluster.version().get("minor") or "").rstrip("+")
    return minor.isdecimal() and int(minor) >= _SLEEP_SINCE
