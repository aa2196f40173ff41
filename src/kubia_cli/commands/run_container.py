"""`run` in docker's grammar: a container from an image, followed to its end or left running (-d)."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.errors import UsageError
from kubia_cli.model.container import ContainerOptions, check_container_name, container_spec
from kubia_cli.model.ports import parse_publish, shown_ports
from kubia_cli.model.resource import Resource
from kubia_cli.options import NoWait, Output, Platform, Quiet
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.environment import environment
from kubia_cli.steps.foreground import check_terminal, end_as, own_failures
from kubia_cli.steps.start_container import SETTLE, ContainerRequest, run_attached, run_detached

_PULLS = ("missing", "always", "never")
Words = list[str] | None


def command(
    session: Session,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="The image to run.", show_default=False)],
    program: Annotated[Words, typer.Argument(metavar="[COMMAND]...", help="Instead of the image's own.")] = None,
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Leave it running and print its id.")] = False,
    name: Annotated[str, typer.Option("--name", help="Name of the container.", metavar="NAME")] = "",
    publish: Annotated[
        Words, typer.Option("--publish", "-p", help="Publish a port: [[IP:]HOST_PORT:]PORT[/PROTOCOL].", metavar="PORT")
    ] = None,
    publish_all: Annotated[bool, typer.Option("--publish-all", "-P", help="Publish every port of the image.")] = False,
    env: Annotated[
        Words, typer.Option("--env", "-e", help="Set a variable: NAME=value, or NAME.", metavar="VAR")
    ] = None,
    env_file: Annotated[Words, typer.Option("--env-file", help="Read variables from a file.", metavar="FILE")] = None,
    volume: Annotated[
        Words, typer.Option("--volume", "-v", help="Mount a directory or volume: SOURCE:/PATH[:ro].", metavar="MOUNT")
    ] = None,
    rm: Annotated[bool, typer.Option("--rm", help="Remove the container when it ends.")] = False,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Send it our stdin.")] = False,
    tty: Annotated[bool, typer.Option("--tty", "-t", help="Give it a terminal.")] = False,
    user: Annotated[str, typer.Option("--user", "-u", help="Run as this user[:group].", metavar="USER")] = "",
    workdir: Annotated[str, typer.Option("--workdir", "-w", help="Directory to start in.", metavar="DIR")] = "",
    entrypoint: Annotated[
        str | None, typer.Option("--entrypoint", help="Instead of the image's ENTRYPOINT.", metavar="PROGRAM")
    ] = None,
    label: Annotated[Words, typer.Option("--label", "-l", help="Set a label.", metavar="KEY=VALUE")] = None,
    network: Annotated[str, typer.Option("--network", "--net", help="Network to join.", metavar="NAME")] = "",
    hostname: Annotated[str, typer.Option("--hostname", help="Host name inside.", metavar="NAME")] = "",
    add_host: Annotated[Words, typer.Option("--add-host", help="Add to /etc/hosts.", metavar="HOST:IP")] = None,
    restart: Annotated[
        str, typer.Option("--restart", help="no, always, unless-stopped or on-failure[:TIMES].", metavar="POLICY")
    ] = "",
    memory: Annotated[str, typer.Option("--memory", "-m", help="Limit of memory, as in 512m.", metavar="SIZE")] = "",
    cpus: Annotated[str, typer.Option("--cpus", help="Limit of CPUs, as in 0.5.", metavar="NUMBER")] = "",
    init: Annotated[bool, typer.Option("--init", help="Put a small init in front of the program.")] = False,
    privileged: Annotated[bool, typer.Option("--privileged", help="Give it all the host's privileges.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Mount its root file system read-only.")] = False,
    cap_add: Annotated[Words, typer.Option("--cap-add", help="Add a Linux capability.", metavar="NAME")] = None,
    cap_drop: Annotated[Words, typer.Option("--cap-drop", help="Drop a Linux capability.", metavar="NAME")] = None,
    platform: Platform = "",
    pull: Annotated[
        str, typer.Option("--pull", help="Pull first: missing, always or never.", metavar="WHEN")
    ] = "missing",
    no_wait: NoWait = False,
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Run an image as a container: with docker's options, on the Docker engine.

    Its output is ours and so is its exit code; 125 is a failure of kubia's or the engine's. With -d its id is printed,
    and it must live for a second, or end well. What follows IMAGE is the program's.

    An app on a cluster has a name and an --image: see `kubia run NAME --image=IMAGE --help`.

    \b
    Examples:
      kubia run busybox echo "Hello World"
      kubia run --name kubia-container -p 8080:8080 -d kubia
      kubia run --rm -it node bash
      kubia run kubia --image=luksa/kubia --port=8080
    """
    printers.check(output)
    if pull not in _PULLS:
        raise UsageError("pull.unknown", f"`--pull {pull}` is not one of {', '.join(_PULLS)}")
    if session.kubernetes_meant:
        fix = f"kubia run NAME --image={image}"
        raise UsageError("run.grammar", "`run` on Kubernetes needs a name for the app and --image", fix=fix)
    session.console.quiet = quiet
    options = ContainerOptions(
        publish=[port for text in publish or () for port in parse_publish(text)],
        publish_all=publish_all,
        env=environment(session, env_file or (), env or ()),
        volume=volume or (),
        label=label or (),
        add_host=add_host or (),
        cap_add=cap_add or (),
        cap_drop=cap_drop or (),
        detach=detach,
        interactive=interactive,
        tty=tty,
        rm=rm,
        init=init,
        privileged=privileged,
        read_only=read_only,
        user=user,
        workdir=workdir,
        entrypoint=entrypoint,
        hostname=hostname,
        network=network,
        restart=restart,
        memory=memory,
        cpus=cpus,
    )
    spec = container_spec(image, program or (), options)
    request = ContainerRequest(check_container_name(name), spec, pull=pull, platform=platform)
    if detach:
        container = run_detached(session, request, settle=0 if no_wait else SETTLE)
        _tell(session, container, output)
        return
    check_terminal(session, interactive=interactive, tty=tty)
    with own_failures():
        status = run_attached(session, request)
    end_as(status)


def _tell(session: Session, container: str, output: str) -> None:
    raw = session.docker.container(container)
    name = str(raw["Name"]).removeprefix("/")
    if output:
        session.show([Resource("Container", name, raw=raw)], output)
    else:
        session.console.result(container)
    for row in session.docker.containers(filters={"id": [container]}):
        cells = [name, row["Image"], row["Status"], shown_ports(row["Ports"])]
        session.summary("run", ["CONTAINER", "IMAGE", "STATUS", "PORTS"], [cells])
