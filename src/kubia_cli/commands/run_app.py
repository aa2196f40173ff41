"""`run` in kubectl's grammar: an app on a cluster, followed until it really runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from kubia_cli.engines import Cluster, DryRun
from kubia_cli.errors import UsageError
from kubia_cli.model import image as images
from kubia_cli.model import names
from kubia_cli.model.amounts import parse_amounts
from kubia_cli.model.duration import parse_duration
from kubia_cli.model.manifest import DEPLOYMENT, JOB, POD, REPLICATION_CONTROLLER, RUN_KINDS, Probe
from kubia_cli.model.resource import Kind
from kubia_cli.model.selector import parse_labels
from kubia_cli.options import DryRun as DryRunOption
from kubia_cli.options import NoWait, Output, Quiet, Timeout
from kubia_cli.output import printers
from kubia_cli.rollout.doorbell import Deadline
from kubia_cli.rollout.follow import Rollout
from kubia_cli.session import Session
from kubia_cli.steps.app_image import ask_docker
from kubia_cli.steps.attached_pod import run_attached
from kubia_cli.steps.environment import environment
from kubia_cli.steps.foreground import check_terminal, end_as, own_failures
from kubia_cli.steps.start_app import App, apply, build, check_pods
from kubia_cli.steps.writing import DEFAULT_TIMEOUT, check_dry_run, chosen_cluster, show_deed, show_pods

#: What kubectl's generators made (gone since 1.18); the others made what `create` makes today.
_GENERATORS = {"run/v1": "rc", "run-pod/v1": "pod"}
_PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
_RESTARTS = {
    DEPLOYMENT.name: ("", "Always"),
    REPLICATION_CONTROLLER.name: ("", "Always"),
    POD.name: ("", "Always", "OnFailure", "Never"),
    JOB.name: ("", "OnFailure", "Never"),
}
Words = list[str] | None


def command(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the app.", show_default=False)],
    program: Annotated[Words, typer.Argument(metavar="[-- ARG...]", help="Arguments for the image's program.")] = None,
    *,
    image: Annotated[str, typer.Option("--image", help="The image to run.", metavar="IMAGE")],
    kind: Annotated[str, typer.Option("--kind", help="deployment, rc, pod or job.", metavar="KIND")] = "",
    port: Annotated[
        str, typer.Option("--port", help="Port it listens on; else the one the image exposes.", metavar="PORT")
    ] = "",
    probe: Annotated[
        str, typer.Option("--probe", help="Ready when: tcp (it listens), http:/PATH (answers), none.", metavar="HOW")
    ] = "tcp",
    replicas: Annotated[
        int | None, typer.Option("--replicas", "-r", help="How many; else as many as run now.", min=0, metavar="N")
    ] = None,
    env: Annotated[
        Words, typer.Option("--env", "-e", help="Set a variable: NAME=value, or NAME.", metavar="VAR")
    ] = None,
    env_file: Annotated[Words, typer.Option("--env-file", help="Read variables from a file.", metavar="FILE")] = None,
    labels: Annotated[Words, typer.Option("--labels", "-l", help="Set labels: KEY=VALUE,….", metavar="LABELS")] = None,
    limits: Annotated[
        str, typer.Option("--limits", help="The most it may use: cpu=200m,memory=512Mi.", metavar="AMOUNTS")
    ] = "",
    requests: Annotated[
        str, typer.Option("--requests", help="What is kept for it: cpu=200m,memory=512Mi.", metavar="AMOUNTS")
    ] = "",
    as_command: Annotated[bool, typer.Option("--command", help="ARGs replace the image's program.")] = False,
    restart: Annotated[
        str, typer.Option("--restart", help="Of a pod or job: Always, OnFailure or Never.", metavar="POLICY")
    ] = "",
    service_account: Annotated[
        str, typer.Option("--serviceaccount", help="Service account of its pods.", metavar="NAME")
    ] = "",
    pull_policy: Annotated[
        str, typer.Option("--image-pull-policy", help="Always, IfNotPresent or Never.", metavar="POLICY")
    ] = "",
    interactive: Annotated[bool, typer.Option("--stdin", "-i", help="A pod that gets our stdin.")] = False,
    tty: Annotated[bool, typer.Option("--tty", "-t", help="A pod with a terminal.")] = False,
    attach: Annotated[bool, typer.Option("--attach", help="A pod whose output is ours.")] = False,
    rm: Annotated[bool, typer.Option("--rm", help="Delete the pod when it ends.")] = False,
    take_over: Annotated[bool, typer.Option("--take-over", help="Also when others manage it.")] = False,
    generator: Annotated[str, typer.Option("--generator", hidden=True)] = "",
    dry_run: DryRunOption = "none",
    no_wait: NoWait = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Run an image as an app on a cluster: a Deployment unless --kind says otherwise, followed until it runs.

    Run it again: what is as asked stays, and is called unchanged. The image is pinned to the digest that its tag
    has now, if the registry can be asked. With a port, ready means that it listens.

    A pod with -i, -t, --attach or --rm is followed to its end, and its exit code is ours.

    \b
    Examples:
      kubia run kubia --image=luksa/kubia --port=8080
      kubia run kubia --image=luksa/kubia --port=8080 --kind rc
      kubia run kubia --image=luksa/kubia:2 --replicas=3 --env DEBUG=1 --limits=cpu=200m,memory=512Mi
      kubia run shell --image=busybox --rm -it -- sh
    """
    printers.check(output)
    mode, seconds = check_dry_run(dry_run), parse_duration(timeout)
    attached = interactive or tty or attach or rm
    chosen = _kind(session, kind, generator, attached=attached)
    _check(chosen, restart, pull_policy, replicas)
    reference = images.parse(image).with_default_tag()
    app = App(
        chosen,
        names.check_dns_1035_label(name),
        "",
        reference,
        program=program or (),
        command=as_command,
        env=_variables(session, env_file or [], env or []),
        labels=parse_labels(",".join(labels or ())),
        limits=parse_amounts(limits, "--limits"),
        requests=parse_amounts(requests, "--requests"),
        port=names.check_port_number(port) if port else None,
        probe=Probe.parse(probe),
        replicas=replicas,
        restart=restart,
        service_account=service_account and names.check_dns_subdomain(service_account, "service account"),
        pull_policy=pull_policy,
        stdin=interactive,
        tty=tty,
    )
    session.console.quiet = quiet
    if attached:
        check_terminal(session, interactive=interactive, tty=tty)
    with session.stating("nothing was changed"):
        if mode == "client":  # no cluster is needed to see what would be sent to one
            app = _with_facts(session, app, session.settings.namespace)
            made = build(app, None, 1 if replicas is None else replicas, drain=app.port is not None)
            show_deed(session, [made], output, deed="created", dry_run=mode)
            return
        deadline = Deadline(0 if no_wait else seconds)
        waits = deadline if mode == "none" and deadline.seconds else None
        cluster = chosen_cluster(session, otherwise=_on_docker(app), deadline=waits)
        app = _with_facts(session, app, cluster.namespace)
        if attached and mode == "none":
            with own_failures():
                status = run_attached(session, cluster, app, Deadline(seconds), remove=rm)
            end_as(status)
            return
        _run(session, cluster, app, deadline, take_over=take_over, dry_run=mode, output=output)


def _run(
    session: Session, cluster: Cluster, app: App, deadline: Deadline, *, take_over: bool, dry_run: DryRun, output: str
) -> None:
    applied = apply(cluster, app, take_over=take_over, dry_run=dry_run, note=session.console.note)
    raw = applied.raw
    if dry_run == "none" and deadline.seconds:
        with session.stating(f"{app.spoken} is {applied.deed}; whether it runs is not known"):
            rollout = Rollout(cluster, app.kind, app.name, app.namespace, deadline)
            session.follow(rollout.events())
            check_pods(rollout.snapshot)
            raw = rollout.snapshot.workload
    show_deed(session, [raw], output, deed=applied.deed, dry_run=dry_run)
    if dry_run == "none" and deadline.seconds:
        show_pods(session, rollout.snapshot)


def _kind(session: Session, word: str, generator: str, *, attached: bool) -> Kind:
    """The kind of --kind, of one of kubectl's old generators, a pod for what is attached, else a Deployment."""
    if generator:
        meant = _GENERATORS.get(generator)
        if meant is None:
            message = f"`--generator={generator}` is gone; --kind {'|'.join(RUN_KINDS)} says what to make"
            raise UsageError("run.generator", message, fix="--kind deployment")
        session.console.note(f"kubectl has no --generator any more; --kind {meant} says the same")
        word = word or meant
    word = word or ("pod" if attached else "deployment")
    chosen = {**RUN_KINDS, "replicationcontroller": REPLICATION_CONTROLLER}.get(word)
    if chosen is None:
        raise UsageError("run.kind", f"`--kind {word}` is not one of {', '.join(RUN_KINDS)}", fix="--kind deployment")
    if attached and chosen.name != POD.name:
        raise UsageError("run.attached", "-i, -t, --attach and --rm are for a pod", fix="--kind pod")
    return chosen


def _check(kind: Kind, restart: str, pull_policy: str, replicas: int | None) -> None:
    if restart not in _RESTARTS[kind.name]:
        fix = "--kind pod" if restart in _RESTARTS[POD.name] else ""
        raise UsageError("run.restart", f"a {kind.name} cannot have `--restart {restart}`", fix=fix)
    if pull_policy not in _PULL_POLICIES:
        raise UsageError("run.pull-policy", f"`--image-pull-policy {pull_policy}` is no policy", fix="IfNotPresent")
    if replicas is not None and not kind.scalable:
        raise UsageError("run.replicas", f"a {kind.name.lower()} has no replicas", fix="--kind deployment")


def _variables(session: Session, files: list[str], words: list[str]) -> dict[str, str]:
    variables = {}
    for word in environment(session, files, words):
        key, equals, value = word.partition("=")
        if not equals:
            raise UsageError("env.unset", f"`-e {key}`: {key} is not set here, so it has no value", fix=f"-e {key}=…")
        variables[names.check_env_name(key)] = value
    return variables


def _with_facts(session: Session, app: App, namespace: str) -> App:
    """Return the app with what the Docker engine knows of its image, and say what was chosen."""
    served = app.kind.name != JOB.name
    facts = ask_docker(session, app.reference, port=served and app.port is None)
    tag = "" if app.reference.tag_given or app.reference.digest else ", as no tag was given"
    pin = f", pinned to {facts.digest[:19]}…" if facts.digest else ""
    session.console.note(f"image: {app.reference.familiar}{tag}{pin}")
    if facts.port:
        session.console.note(f"port: {facts.port}, which the image exposes")
    return replace(app, namespace=namespace, digest=facts.digest, port=app.port or facts.port)


def _on_docker(app: App) -> str:
    publish = f"-p {app.port}:{app.port} " if app.port else ""
    return f"kubia run --name {app.name} {publish}-d {app.reference.familiar}"
