"""`pull`: bring an image from its registry to the engine."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.model import image as references
from kubia_cli.model.duration import parse_duration
from kubia_cli.model.resource import Resource
from kubia_cli.options import Output, Platform, Quiet, Timeout
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked
from kubia_cli.steps.pulling import fetch, with_tag


def command(
    session: Session,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="NAME[:TAG|@DIGEST].", show_default=False)],
    *,
    platform: Platform = "",
    timeout: Timeout = "",
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Pull an image from its registry and print its digest.

    \b
    Examples:
      kubia pull busybox
      kubia pull registry.example.com/luksa/kubia:1
    """
    printers.check(output)
    seconds = parse_duration(timeout) if timeout else 0.0
    docker = docker_asked(session)
    session.console.quiet = quiet
    reference = with_tag(session, references.parse(image))
    with session.stating("nothing was pulled"):
        digest = fetch(session, reference, platform=platform, timeout=seconds)
    if output:
        session.show([Resource("Image", reference.familiar, raw=docker.image(reference.familiar))], output)
    else:
        session.console.result(f"{reference.familiar_name}@{digest}" if digest else reference.familiar)
