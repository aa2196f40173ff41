"""`tag`: a second name for a local image."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.errors import UsageError
from kubia_cli.model import image as references
from kubia_cli.model.resource import Resource
from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked
from kubia_cli.steps.pulling import with_tag


def command(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="IMAGE", help="A local image: name or id.", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="NAME[:TAG]", help="Its second name.", show_default=False)],
    *,
    output: Output = "",
) -> None:
    """Give a local image a second name and print that name.

    \b
    Examples:
      kubia tag kubia luksa/kubia
      kubia tag kubia:2 registry.example.com/luksa/kubia:2
    """
    printers.check(output)
    docker = docker_asked(session)
    reference = references.parse(target)
    if reference.digest:
        raise UsageError("image.reference", f"`{target}`: a name has a tag; a digest comes from the content")
    name = with_tag(session, reference).familiar
    with session.stating("no name was given"):
        docker.tag(source, name)
    if output:
        session.show([Resource("Image", name, raw=docker.image(name))], output)
    else:
        session.console.result(name)
