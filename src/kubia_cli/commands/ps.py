"""`ps`: containers in docker's columns and words."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from kubia_cli.errors import UsageError
from kubia_cli.model.ports import shown_ports
from kubia_cli.model.resource import Resource
from kubia_cli.model.size import human_age, human_size
from kubia_cli.options import Output, Selector
from kubia_cli.output import printers
from kubia_cli.output.table import print_table
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked

#: Characters of a command that are shown.
_COMMAND_WIDTH = 20


def command(
    session: Session,
    *,
    all_containers: Annotated[bool, typer.Option("--all", "-a", help="Those that do not run too.")] = False,
    last: Annotated[int, typer.Option("--last", help="The last N created, running or not.", metavar="N")] = 0,
    latest: Annotated[bool, typer.Option("--latest", help="The last created, running or not.")] = False,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", "-f", help="Only these, as in status=exited.", metavar="KEY=VALUE")
    ] = None,
    selector: Selector = "",
    no_trunc: Annotated[bool, typer.Option("--no-trunc", help="Whole ids and commands.")] = False,
    size: Annotated[bool, typer.Option("--size", "-s", help="Show sizes.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Ids only.")] = False,
    output: Output = "",
) -> None:
    """List containers: those that run, or all with -a.

    \b
    Examples:
      kubia ps
      kubia ps -a --filter name=kubia
      kubia ps -q -l app=kubia
    """
    printers.check(output)
    containers = docker_asked(session).containers(
        all=all_containers,
        labels=[label for label in selector.split(",") if label],
        size=size,
        filters=_filters(filters or ()),
        limit=1 if latest else last,
    )
    if output not in printers.HUMAN:
        session.show([Resource("Container", _name(each), raw=each) for each in containers], output, listed=True)
    elif quiet:
        for each in containers:
            session.console.result(each["Id"] if no_trunc else each["Id"][:12])
    else:
        wide = output == "wide"
        columns = ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
        rows = [_row(each, whole=no_trunc) for each in containers]
        if size:
            columns.append("SIZE")
            rows = [[*row, _size(each)] for row, each in zip(rows, containers, strict=True)]
        if wide:
            columns += ["NETWORKS", "MOUNTS"]
            rows = [[*row, _networks(each), _mounts(each)] for row, each in zip(rows, containers, strict=True)]
        print_table(session.console, columns, rows, wide=("NETWORKS", "MOUNTS"))


def _filters(words: list[str] | tuple[str, ...]) -> dict[str, list[str]]:
    read: dict[str, list[str]] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals):
            raise UsageError(
                "filter.invalid", f"`--filter {word}` is not of the form KEY=VALUE", fix="-f status=exited"
            )
        read.setdefault(key, []).append(value)
    return read


def _row(container: Mapping[str, Any], *, whole: bool) -> list[str]:
    command_line = container["Command"]
    return [
        container["Id"] if whole else container["Id"][:12],
        _image(container, whole=whole),
        json.dumps(command_line if whole else _cut(command_line), ensure_ascii=False),
        human_age(time.time() - container["Created"]),
        container["Status"],
        shown_ports(container["Ports"]),
        _name(container),
    ]


def _image(container: Mapping[str, Any], *, whole: bool) -> str:
    """The image as it was named, without its digest; an id is cut, as docker does it."""
    name = str(container["Image"])
    if whole or not name:
        return name or "<no image>"
    if name == container["ImageID"]:
        return name.removeprefix("sha256:")[:12]
    return name.partition("@")[0]


def _cut(text: str) -> str:
    return text if len(text) <= _COMMAND_WIDTH else f"{text[: _COMMAND_WIDTH - 1]}…"


def _name(container: Mapping[str, Any]) -> str:
    """Its own names; those with a second slash are links that other containers have to it."""
    names = [name.removeprefix("/") for name in container.get("Names") or ()]
    return ",".join(name for name in names if "/" not in name) or str(container["Id"])


def _size(container: Mapping[str, Any]) -> str:
    shown = human_size(container.get("SizeRw") or 0)
    whole = container.get("SizeRootFs")
    return f"{shown} (virtual {human_size(whole)})" if whole else shown


def _networks(container: Mapping[str, Any]) -> str:
    return ",".join((container.get("NetworkSettings") or {}).get("Networks") or {})


def _mounts(container: Mapping[str, Any]) -> str:
    return ",".join(mount.get("Name") or mount.get("Source", "") for mount in container.get("Mounts") or ())
