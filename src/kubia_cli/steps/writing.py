"""What verbs that write to a cluster share: where they write is said first, and every deed prints alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from kubia_cli.engines import Cluster, DryRun, Object
from kubia_cli.errors import KubiaError, PartialError, UnreachableError, UsageError
from kubia_cli.model.resource import Resource
from kubia_cli.output.printers import HUMAN
from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.snapshot import Snapshot, is_ready
from kubia_cli.session import Session

#: How long a writing verb waits for its result, unless --timeout says otherwise.
DEFAULT_TIMEOUT = "5m"
#: Seconds that a call may take when the deadline is over: it tells how things stand at the end.
LAST_CALL = 2.0

_DRY = {"none": "", "client": " (dry run)", "server": " (server dry run)"}


def chosen_cluster(session: Session, *, otherwise: str, deadline: Deadline | None = None) -> Cluster:
    """Open the cluster and say which it is. ``otherwise`` is what to type where there is none.

    With a ``deadline``, no call to the cluster lasts longer than it, so that a silent server does not hold the verb.
    """
    if session.on == "docker":
        raise UsageError("on.grammar", "this line is for a cluster, and --on says docker", fix=otherwise)
    try:
        cluster = session.cluster
    except UnreachableError as error:
        if error.code == "cluster.none":
            # Where the line names a namespace or context, Docker is not what its writer wants.
            error.fix = "kubia context" if session.kubernetes_meant else otherwise
        raise
    if deadline is not None:
        cluster.patience = lambda: max(LAST_CALL, deadline.left)
    session.console.note(f"on Kubernetes: context {cluster.context}, namespace {cluster.namespace}")
    return cluster


def check_dry_run(text: str) -> DryRun:
    """Read ``--dry-run``. Raises UsageError."""
    if text not in _DRY:
        raise UsageError("dry-run.unknown", f"`--dry-run={text}` is not one of none, client, server")
    return cast(DryRun, text)


def show_deed(session: Session, objects: Sequence[Object], output: str, *, deed: str, dry_run: DryRun) -> None:
    """Print what was done as ``-o`` says; the human form names the objects and the deed."""
    resources = [Resource.from_object(raw) for raw in objects]
    if output in HUMAN:
        output = ""
    session.show(resources, output, deed=deed + _DRY[dry_run])


def raise_failed(failed: Sequence[KubiaError], state: str, *, some_done: bool) -> None:
    """Raise what failed, if anything did; PartialError when some is done, or when failures have different codes.

    ``state`` says what is so of all that was asked for; a failure that is the only thing asked for has its own.
    """
    if not failed:
        return
    first, *rest = failed
    if not rest and not some_done:
        raise first
    alike = all(error.code == first.code for error in rest)
    message = "; ".join(error.message for error in failed)
    said = "\n".join(error.said for error in failed if error.said)
    fix = next((error.fix for error in failed if error.fix), "")
    if not alike:
        message = "; ".join(f"{error.message} [{error.code}]" for error in failed)
        raise PartialError("write.partial", message, said=said, state=state, fix=fix) from first
    kind = PartialError if some_done else type(first)
    raise kind(first.code, message, said=said, state=state, fix=fix) from first


def show_pods(session: Session, snapshot: Snapshot) -> None:
    """On a terminal, end with a table of the pods."""
    rows = []
    for pod in snapshot.pods:
        status, spec = pod.get("status") or {}, pod.get("spec") or {}
        ready = "Ready" if is_ready(pod) else str(status.get("phase"))
        rows.append([pod["metadata"]["name"], ready, str(spec.get("nodeName")), str(status.get("podIP"))])
    session.summary(snapshot.spoken, ["POD", "STATUS", "NODE", "IP"], rows)
