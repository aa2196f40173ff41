"""`exec`: run a command in a container or pod, with a terminal when asked for one (DESIGN section 1, "Grammar")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from kubia_cli.engines import Cluster, ProgramStream
from kubia_cli.errors import ConflictError, NotFoundError, UsageError
from kubia_cli.options import fill_optional_values, leading_options, value_options
from kubia_cli.session import Session
from kubia_cli.steps.environment import environment
from kubia_cli.steps.foreground import carry, check_terminal, end_as, own_failures
from kubia_cli.steps.whereabouts import engine_of

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"

Words = list[str] | None


@dataclass(frozen=True)
class ExecOptions:
    """How the command runs; all but the first two exist in Docker alone."""

    interactive: bool = False
    tty: bool = False
    detach: bool = False
    user: str = ""
    workdir: str = ""
    env: Sequence[str] = ()
    privileged: bool = False


def command(
    session: Session,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A container, or pod/NAME.", show_default=False)],
    program: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="What to run there.", show_default=False)],
    *,
    interactive: Annotated[bool, typer.Option("--interactive", "--stdin", "-i", help="Send it our stdin.")] = False,
    tty: Annotated[bool, typer.Option("--tty", "-t", help="Give it a terminal.")] = False,
    container: Annotated[str, typer.Option("--container", "-c", help="Which of the pod's.", metavar="NAME")] = "",
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait for it (Docker).")] = False,
    user: Annotated[str, typer.Option("--user", "-u", help="Run as this user[:group] (Docker).", metavar="USER")] = "",
    workdir: Annotated[str, typer.Option("--workdir", "-w", help="Directory (Docker).", metavar="DIR")] = "",
    env: Annotated[Words, typer.Option("--env", "-e", help="Set a variable (Docker).", metavar="VAR")] = None,
    env_file: Annotated[Words, typer.Option("--env-file", help="Read variables (Docker).", metavar="FILE")] = None,
    privileged: Annotated[bool, typer.Option("--privileged", help="With all privileges (Docker).")] = False,
) -> None:
    """Run a command in a container or pod. Its exit code is ours; 125 is a failure of kubia's or the engine's.

    Options stand before TARGET, or between TARGET and --. A bare TARGET is looked up on both engines.

    \b
    Examples:
      kubia exec -it kubia-container bash
      kubia exec pod/kubia-7d9c -- ls -l /
      kubia exec -it kubia-7d9c -n dev -c main -- sh
    """
    check_terminal(session, interactive=interactive, tty=tty)
    variables = environment(session, env_file or (), env or ())
    options = ExecOptions(interactive, tty, detach, user, workdir, variables, privileged)
    with own_failures():
        status = run(session, target, program, container, options)
    end_as(status)


def choose(words: list[str]) -> tuple[Callable[..., None], list[str]]:
    """Put the options first and ``--`` behind them, from either grammar."""
    takes_value = value_options(command)
    end = leading_options(words, takes_value)
    options, rest = words[:end], words[end:]
    if rest[:1] == ["--"]:
        rest = rest[1:]
    behind = 1 + leading_options(rest[1:], takes_value)
    if rest[behind : behind + 1] == ["--"]:
        options, rest = options + rest[1:behind], rest[:1] + rest[behind + 1 :]
    elif behind > 1:
        fix = " ".join(["kubia exec", *options, *rest[1:behind], rest[0], *rest[behind:]])
        raise UsageError("exec.grammar", "options stand before TARGET, or a -- before the command", fix=fix)
    return command, [*fill_optional_values(options), "--", *rest]


def run(session: Session, target: str, program: Sequence[str], container: str, options: ExecOptions) -> int:
    """Run the command where ``target`` is; returns its exit code."""
    kind, _, name = target.rpartition("/")
    if engine_of(session, kind, name, kubernetes_meant=bool(container)) == "kubernetes":
        stream = _in_pod(session, kind, name, program, container, options)
    elif options.detach:
        _detached(session, name, program, options)
        return 0
    else:
        stream = session.docker.exec(
            name,
            program,
            tty=options.tty,
            stdin=options.interactive,
            user=options.user,
            workdir=options.workdir,
            env=options.env,
            privileged=options.privileged,
        )
    with session.stating(f"the command may still run in {name}"):
        try:
            carry(session, stream, interactive=options.interactive, tty=options.tty)
            return stream.exit_code()
        finally:
            stream.close()


def _detached(session: Session, name: str, program: Sequence[str], options: ExecOptions) -> None:
    with session.stating("the command was not started"):
        session.docker.exec_detached(
            name,
            program,
            user=options.user,
            workdir=options.workdir,
            env=options.env,
            privileged=options.privileged,
        )


def _in_pod(
    session: Session, kind: str, name: str, program: Sequence[str], container: str, options: ExecOptions
) -> ProgramStream:
    of_docker = {
        "--detach": options.detach,
        "--user": options.user,
        "--workdir": options.workdir,
        "--env": options.env,
        "--privileged": options.privileged,
    }
    refused = [option for option, value in of_docker.items() if value]
    if refused:
        raise UsageError(
            "exec.docker-only", f"{refused[0]} exists on Docker only: Kubernetes cannot set it for a command"
        )
    cluster = session.cluster
    pod = _pod(cluster, kind or "pods", name)
    metadata = pod["metadata"]
    return cluster.exec(
        metadata["name"],
        metadata.get("namespace", ""),
        program,
        container=container or _container(session, pod),
        tty=options.tty,
        stdin=options.interactive,
    )


def _pod(cluster: Cluster, word: str, name: str) -> dict[str, Any]:
    """Return the pod that is meant: itself, or one that runs of what has a selector, as kubectl does."""
    kind = cluster.kind(word)
    found = cluster.get(kind, name)
    if kind.plural == "pods":
        return found
    selector = found.get("spec", {}).get("selector") or {}
    labels = selector.get("matchLabels", selector)
    if not labels:
        raise UsageError("exec.no-selector", f"{kind.spoken}/{name} has no selector, so no pods of its own")
    query = ",".join(f"{key}={value}" for key, value in labels.items())
    pods = cluster.list(cluster.kind("pods"), labels=query)["items"]
    running = [pod for pod in pods if pod.get("status", {}).get("phase") == "Running"]
    if not running:
        what = "none of its pods runs" if pods else "it has no pods"
        raise ConflictError("exec.no-pod", f"{kind.spoken}/{name}: {what}", fix=f"kubia get pods -l {query}")
    return dict(running[0])


def _container(session: Session, pod: dict[str, Any]) -> str:
    """Return the container that is meant when none was named, and say so where there are several."""
    names = [container["name"] for container in pod["spec"]["containers"]]
    annotations = pod["metadata"].get("annotations") or {}
    chosen = annotations.get(_DEFAULT_CONTAINER, names[0])
    if chosen not in names:
        raise NotFoundError(
            "container.not-found", f"the pod's default container `{chosen}` is none of {', '.join(names)}"
        )
    if len(names) > 1:
        session.console.note(f"Defaulted container {chosen} out of: {', '.join(names)}")
    return str(chosen)
