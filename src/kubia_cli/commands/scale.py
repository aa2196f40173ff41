"""`scale`: how many replicas run."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.engines import Cluster, Object
from kubia_cli.errors import KubiaError, RefusedError, UnknownOutcomeError, UsageError
from kubia_cli.model.duration import parse_duration
from kubia_cli.model.resource import Kind, parse_targets
from kubia_cli.options import DryRun as DryRunOption
from kubia_cli.options import NoWait, Output, Quiet, Timeout
from kubia_cli.output import printers
from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.follow import Rollout
from kubia_cli.session import Session
from kubia_cli.steps.replicas import set_replicas
from kubia_cli.steps.writing import DEFAULT_TIMEOUT, check_dry_run, chosen_cluster, raise_failed, show_deed, show_pods


def command(
    session: Session,
    targets: Annotated[
        list[str], typer.Argument(metavar="KIND NAME...|KIND/NAME...", help="What to scale.", show_default=False)
    ],
    *,
    replicas: Annotated[int, typer.Option("--replicas", help="How many shall run.", metavar="N")],
    current_replicas: Annotated[
        int | None, typer.Option("--current-replicas", help="Only if so many are asked for now.", metavar="N")
    ] = None,
    dry_run: DryRunOption = "none",
    no_wait: NoWait = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Set how many replicas run, and wait until that many are ready.

    For a Deployment, ReplicationController, ReplicaSet, StatefulSet, and every other kind with a scale subresource.

    \b
    Examples:
      kubia scale rc kubia --replicas=3
      kubia scale deploy/web deploy/api --replicas=2
      kubia scale rc kubia --current-replicas=3 --replicas=1
    """
    printers.check(output)
    mode, seconds = check_dry_run(dry_run), parse_duration(timeout)
    for number in (replicas, 0 if current_replicas is None else current_replicas):
        if not 0 <= number < 2**31:
            raise UsageError("scale.replicas", f"{number} is no number of replicas")
    named = parse_targets(targets, needed="a name")
    session.console.quiet = quiet
    waits = mode == "none" and seconds > 0 and not no_wait
    deadline = Deadline(seconds)
    with session.stating("nothing was scaled"):
        cluster = chosen_cluster(session, otherwise="kubia context", deadline=deadline if waits else None)
        chosen = [(_scalable(cluster, target.kind), target.name) for target in named]
    scaled: list[tuple[Kind, str]] = []
    unknown: list[tuple[Kind, str]] = []
    failed: list[KubiaError] = []
    for kind, name in chosen:
        try:
            with session.stating(f"scaled: {_listed(scaled)}"):
                set_replicas(cluster, kind, name, "", replicas, expected=current_replicas, dry_run=mode)
        except KubiaError as error:
            error.fix = error.fix or f"kubia get {kind.plural} {name}"
            failed.append(error)
            if isinstance(error, UnknownOutcomeError):
                unknown.append((kind, name))
        else:
            scaled.append((kind, name))
    done: list[Object] = []
    ready: list[tuple[Kind, str]] = []
    for kind, name in scaled:
        try:
            with session.stating(f"{kind.spoken}/{name} is set to {replicas}; whether they run is not known"):
                done.append(_followed(session, cluster, kind, name, deadline) if waits else cluster.get(kind, name))
        except KubiaError as error:
            failed.append(error)
        else:
            ready.append((kind, name))
    if mode != "none":
        done = [{**raw, "spec": {**raw["spec"], "replicas": replicas}} for raw in done]
    show_deed(session, done, output, deed="scaled", dry_run=mode)
    if mode != "none":
        state = "nothing was scaled: this is a dry run"
    else:
        state = f"set to {replicas}: {_listed(scaled)}"
        state += f"; ready: {_listed(ready)}" if waits and scaled else ""
        state += f"; not known: {_listed(unknown)}" if unknown else ""
    raise_failed(failed, state, some_done=bool(ready))


def _followed(session: Session, cluster: Cluster, kind: Kind, name: str, deadline: Deadline) -> Object:
    rollout = Rollout(cluster, kind, name, cluster.namespace, deadline)
    session.follow(rollout.events())
    show_pods(session, rollout.snapshot)
    return rollout.snapshot.workload


def _scalable(cluster: Cluster, word: str) -> Kind:
    kind = cluster.kind(word)
    if not kind.scalable:
        raise RefusedError("scale.kind", f"a {kind.name} has no replicas that could be set", fix="kubia get deploy,rc")
    return kind


def _listed(scaled: list[tuple[Kind, str]]) -> str:
    return ", ".join(f"{kind.spoken}/{name}" for kind, name in scaled) or "nothing"
