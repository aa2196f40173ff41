"""`delete`: objects of a cluster in kubectl's forms, and image/NAME and container/NAME of Docker; gone when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from kubia_cli.engines import Cluster, DryRun, Object
from kubia_cli.errors import KubiaError, NotFoundError, UsageError
from kubia_cli.model.duration import parse_duration
from kubia_cli.model.resource import Kind, Target, parse_targets
from kubia_cli.options import AllNamespaces, NoWait, Output, Quiet, Selector, Timeout
from kubia_cli.options import DryRun as DryRunOption
from kubia_cli.output import printers
from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.gone import wait_until_gone
from kubia_cli.session import Session
from kubia_cli.steps.reading import kinds_of
from kubia_cli.steps.writing import check_dry_run, chosen_cluster, raise_failed

_CASCADES = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}
_ON_DOCKER = ("image", "container")
#: Seconds in which a graceful end must come, unless --timeout says otherwise: far more than any grace period in use.
_TIMEOUT = "10m"


@dataclass(frozen=True)
class _Way:
    """How to delete."""

    grace: int | None
    propagation: str
    dry_run: DryRun

    @property
    def deed(self) -> str:
        """kubectl's words for it."""
        dry = {"none": "", "client": " (dry run)", "server": " (server dry run)"}[self.dry_run]
        return f"{'force deleted' if self.grace == 0 else 'deleted'}{dry}"


def command(
    session: Session,
    targets: Annotated[
        list[str],
        typer.Argument(metavar="KIND NAME...|KIND/NAME...", help="What to delete.", show_default=False),
    ],
    *,
    selector: Selector = "",
    every: Annotated[bool, typer.Option("--all", help="All of that kind in the namespace.")] = False,
    all_namespaces: AllNamespaces = False,
    grace_period: Annotated[
        int, typer.Option("--grace-period", help="Time to end in; 1 is at once.", metavar="SECONDS")
    ] = -1,
    now: Annotated[bool, typer.Option("--now", help="As --grace-period=1.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Do not wait for the node; the program may run on.")] = False,
    cascade: Annotated[
        str, typer.Option("--cascade", help="What it owns: background, foreground or orphan.", metavar="WAY")
    ] = "background",
    ignore_not_found: Annotated[bool, typer.Option("--ignore-not-found", help="Absent is as good.")] = False,
    dry_run: DryRunOption = "none",
    no_wait: NoWait = False,
    timeout: Timeout = _TIMEOUT,
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Delete objects and wait until they are gone.

    By name, or all that a selector finds (-l), or all of a kind (--all): never everything without being asked.

    \b
    Examples:
      kubia delete pod kubia-7d9c8
      kubia delete rc kubia
      kubia delete svc/kubia-http deploy/kubia
      kubia delete pods -l app=kubia
      kubia delete image/kubia
    """
    printers.check(output, ("name",))
    way = _Way(_grace(grace_period, now=now, force=force), _cascade(cascade), check_dry_run(dry_run))
    seconds = parse_duration(timeout)
    named = parse_targets(targets, needed="" if selector or every else "a name, -l SELECTOR or --all")
    session.console.quiet = quiet
    if session.on != "kubernetes" and any(target.kind in _ON_DOCKER for target in named):
        _delete_on_docker(session, named, force=force, ignore=ignore_not_found, dry_run=way.dry_run, output=output)
        return
    if selector and not selector.strip():  # the API server would take it for everything
        raise UsageError("delete.which", "the selector is empty: give -l a query, or say --all")
    if (selector or every) and any(target.name for target in named):
        raise UsageError("delete.which", "a name does not go with -l or --all: either name it, or select it")
    if selector and every:
        raise UsageError("delete.which", "-l and --all do not go together")
    deadline = Deadline(seconds)
    with session.stating("nothing was deleted"):
        waits = way.dry_run == "none" and seconds > 0 and not no_wait
        cluster = chosen_cluster(session, otherwise="kubia context", deadline=deadline if waits else None)
        failed: list[KubiaError] = []
        found = _find(cluster, named, selector, None if all_namespaces else "", failed, ignore=ignore_not_found)
    if not found and not failed:
        session.console.line("No resources found")
    asked: list[str] = []
    going: list[tuple[Kind, Object]] = []
    for kind, raw in found:
        try:
            with session.stating(f"deleted: {', '.join(asked) or 'nothing'}"):
                _ask(cluster, kind, raw, way)
        except NotFoundError as error:
            if not ignore_not_found:
                failed.append(error)
        except KubiaError as error:
            failed.append(error)
        else:
            asked.append(f"{kind.spoken}/{raw['metadata']['name']}")
            going.append((kind, raw))
    with session.stating(f"asked to go: {', '.join(asked)}"):
        for kind, raw in going:
            if way.dry_run == "none" and not no_wait:
                wait_until_gone(cluster, kind, raw, deadline)
            _tell(session, kind, raw, way, output)
    raise_failed(failed, f"deleted: {', '.join(asked) or 'nothing'}", some_done=bool(asked))


def _find(
    cluster: Cluster,
    named: Sequence[Target],
    selector: str,
    namespace: str | None,
    failed: list[KubiaError],
    *,
    ignore: bool,
) -> list[tuple[Kind, Object]]:
    """Read what is to be deleted: its uid goes with the deed, so that nothing new of the same name is hit."""
    found: list[tuple[Kind, Object]] = []
    for target in named:
        if not target.name:
            for kind in kinds_of(cluster, target.kind):
                found += [(kind, raw) for raw in cluster.list(kind, namespace, labels=selector).get("items") or ()]
            continue
        kind = cluster.kind(target.kind)
        try:
            found.append((kind, cluster.get(kind, target.name)))
        except NotFoundError as error:
            if error.code == "namespace.not-found" or not ignore:
                error.fix = error.fix or f"kubia get {kind.plural}"
                failed.append(error)
    return found


def _ask(cluster: Cluster, kind: Kind, raw: Object, way: _Way) -> None:
    metadata = raw["metadata"]
    cluster.delete(
        kind,
        metadata["name"],
        metadata.get("namespace", ""),
        uid=metadata.get("uid", ""),
        grace=way.grace,
        propagation=way.propagation,
        dry_run=way.dry_run,
    )


def _tell(session: Session, kind: Kind, raw: Object, way: _Way, output: str) -> None:
    """kubectl's line: ``pod "kubia-7d9c8" deleted from default namespace``."""
    metadata = raw["metadata"]
    if output == "name":
        session.console.result(f"{kind.spoken}/{metadata['name']}")
        return
    where = f" from {metadata['namespace']} namespace" if kind.namespaced else ""
    session.console.result(f'{kind.spoken} "{metadata["name"]}" {way.deed}{where}')


def _grace(period: int, *, now: bool, force: bool) -> int | None:
    """kubectl's rules: 0 only with --force, --now is 1, and nothing said is the object's own."""
    if now and period >= 0:
        raise UsageError("delete.grace", "--now and --grace-period do not go together")
    if period == 0 and not force:
        raise UsageError("delete.grace", "--grace-period=0 leaves the program running on its node: it needs --force")
    if force and period > 0:
        raise UsageError("delete.grace", "--force and a --grace-period above 0 do not go together")
    return 0 if force else 1 if now else period if period >= 0 else None


def _cascade(word: str) -> str:
    if word not in _CASCADES:
        raise UsageError("delete.cascade", f"`--cascade={word}` is not one of {', '.join(_CASCADES)}")
    return _CASCADES[word]


def _delete_on_docker(
    session: Session, named: Sequence[Target], *, force: bool, ignore: bool, dry_run: DryRun, output: str
) -> None:
    """Delete image/NAME and container/NAME. Raises UsageError when other kinds stand between them."""
    other = next((target for target in named if target.kind not in _ON_DOCKER), None)
    if other is not None:
        raise UsageError("delete.engines", f"{other} is of a cluster, the others are Docker's: delete them apart")
    if not all(target.name for target in named):
        raise UsageError("target.name-missing", "on Docker, name each image and container", fix="kubia images")
    failed: list[KubiaError] = []
    done: list[str] = []
    for target in named:
        try:
            with session.stating(f"deleted: {', '.join(done) or 'nothing'}"):
                _delete_one_on_docker(session, target, force=force, dry_run=dry_run)
        except NotFoundError as error:
            if not ignore:
                failed.append(error)
        except KubiaError as error:
            failed.append(error)
        else:
            done.append(str(target))
            dry = "" if dry_run == "none" else " (dry run)"
            session.console.result(str(target) if output == "name" else f'{target.kind} "{target.name}" deleted{dry}')
    raise_failed(failed, f"deleted: {', '.join(done) or 'nothing'}", some_done=bool(done))


def _delete_one_on_docker(session: Session, target: Target, *, force: bool, dry_run: DryRun) -> None:
    """Delete a name of an image, and with its last name the image; or a container."""
    if target.kind == "image":
        if dry_run != "none":
            session.docker.image(target.name)
        else:
            session.docker.remove_image(target.name, force=force)
    elif dry_run != "none":
        session.docker.container(target.name)
    else:
        session.docker.remove(target.name, force=force)
