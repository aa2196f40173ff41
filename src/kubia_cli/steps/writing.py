"""What verbs that write to a cluster share: where they write is said first, and every deed prints alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from kubia_cli.engines import Cluster, DryRun, Object
from kubia_cli.errors import KubiaError, PartialError, UnreachableError, UsageError
from kubia_cli.model.resource import Resource
from kubia_cli.output.printers import HUMAN
from kubia_cli.rollout.snapshot import Snapshot, is_ready
from kubia_cli.session import Session

#: How long a writing verb waits for its result, unless --timeout says otherwise.
DEFAULT_TIMEOUT = "5m"

_DRY = {"none": "", "client": " (dry run)", "server": " (server dry run)"}


def chosen_cluster(session: Session, *, otherwise: str) -> Cluster:
    """Open the cluster and say which it is. ``otherwise`` is what to type where there is none."""
    if session.on == "docker":
        raise UsageError("on.grammar", "this line is for a cluster, and --on says docker", fix=otherwise)
    try:
        cluster = session.cluster
    except UnreachableError as error:
        if error.code == "cluster.none":
            # Where the line names a namespace or context, Docker is not what its writer wants.
            error.fix = "kubia context" if session.kubernetes_meant else otherwise
        raise
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


def raise_failed(failed: Sequence[KubiaError], done: str) -> None:
    """Raise what failed, if anything did; PartialError when some is ``done``."""
    if not failed:
        return
    first, *rest = failed
    if not rest and not done:
        raise first
    message = "; ".join(error.message for error in failed)
    if done:
        raise PartialError(first.code, message, said=first.said, state=done, fix=first.fix) from first
    raise type(first)(first.code, message, said=first.said, state=first.state, fix=first.fix) from first


def show_pods(session: Session, snapshot: Snapshot) -> None:
    """On a terminal, end with a table of the pods."""
    rows = []
    for pod in snapshot.pods:
        status, spec = pod.get("status") or {}, pod.get("spec") or {}
        ready = "Ready" if is_ready(pod) else str(status.get("phase"))
        rows.append([pod["metadata"]["name"], ready, str(spec.get("nodeName")), str(status.get("podIP"))])
    session.summary(snapshot.spoken, ["POD", "STATUS", "NODE", "IP"], rows)
