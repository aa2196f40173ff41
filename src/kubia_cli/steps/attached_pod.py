"""A pod whose program is ours while it runs: its output, our input, and its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import ConflictError, NotFoundError, UnknownOutcomeError
from kubia_cli.model.manifest import POD
from kubia_cli.rollout.doorbell import Deadline, Doorbell, Watched
from kubia_cli.rollout.follow import Rollout
from kubia_cli.rollout.gone import wait_until_gone
from kubia_cli.rollout.snapshot import Snapshot, container_statuses
from kubia_cli.session import Session
from kubia_cli.steps.foreground import carry
from kubia_cli.steps.start_app import App, build

#: Seconds in which the kubelet reports how a program ended, and then that the pod is gone.
_REPORT = 30.0


def run_attached(session: Session, cluster: Cluster, app: App, deadline: Deadline, *, remove: bool) -> int:
    """Make the pod, be its terminal until its program ends, and return its exit code."""
    made = build(app, None, None, drain=False)
    # Its exit code is asked for: a program that is started again has none.
    made["spec"].setdefault("restartPolicy", "Never")
    try:
        pod = cluster.create(made)
    except ConflictError as error:
        error.fix = f"kubia delete pod {app.name}"
        raise
    with session.stating(f"pod/{app.name} is there"), _removed(session, cluster, pod) if remove else _kept():
        rollout = Rollout(cluster, POD, app.name, app.namespace, deadline, until=_begun)
        session.follow(rollout.events())
        cluster.patience = None  # the deadline was for the start: the program may run for days
        if app.stdin and _exit_code(rollout.snapshot.workload) is None:
            with closing(
                cluster.attach(app.name, app.namespace, container=app.name, tty=app.tty, stdin=True)
            ) as stream:
                carry(session, stream, interactive=True, tty=app.tty)
        else:  # the log has every word from the first on; an attached stream begins somewhere
            for piece in cluster.logs(app.name, app.namespace, container=app.name, follow=True):
                session.console.result_bytes(piece)
        return _wait_for_exit(cluster, app)


def _begun(snapshot: Snapshot) -> bool:
    states = [status.get("state") or {} for status in container_statuses(snapshot.workload)]
    return any("running" in state or "terminated" in state for state in states)


def _wait_for_exit(cluster: Cluster, app: App) -> int:
    deadline = Deadline(_REPORT)
    with Doorbell(cluster, [Watched(POD, app.namespace, fields=f"metadata.name={app.name}")]) as bell:
        while True:
            status = _exit_code(cluster.get(POD, app.name, app.namespace))
            if status is not None:
                return status
            if deadline.passed:
                raise UnknownOutcomeError("pod.exit-unknown", f"the node does not say how pod/{app.name} ended")
            bell.wait(deadline)


def _exit_code(pod: Object) -> int | None:
    for status in container_statuses(pod):
        ended = (status.get("state") or {}).get("terminated") or (status.get("lastState") or {}).get("terminated")
        if ended:
            return int(ended.get("exitCode") or 0)
    return None


@contextmanager
def _removed(session: Session, cluster: Cluster, pod: Object) -> Iterator[None]:
    """Delete the pod on every way out."""
    metadata = pod["metadata"]
    try:
        yield
    finally:
        cluster.patience = None
        try:
            cluster.delete(POD, metadata["name"], metadata["namespace"], uid=metadata["uid"], grace=1)
            wait_until_gone(cluster, POD, pod, Deadline(_REPORT))
            session.console.note(f'pod "{metadata["name"]}" deleted from {metadata["namespace"]} namespace')
        except (ConflictError, NotFoundError):  # somebody else has deleted it
            pass


@contextmanager
def _kept() -> Iterator[None]:
    yield
