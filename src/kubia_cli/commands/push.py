"""`push`: bring an image to its registry; success is a digest that the registry has confirmed, and nothing less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from kubia_cli.engines import Event
from kubia_cli.errors import DeniedError, UsageError
from kubia_cli.model import image as references
from kubia_cli.model.duration import parse_duration
from kubia_cli.model.events import LayerProgress
from kubia_cli.model.image import DOCKER_HUB, ImageReference
from kubia_cli.model.resource import Resource
from kubia_cli.options import Output, Quiet, Timeout
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked
from kubia_cli.steps.pulling import with_tag

#: How docker says that a layer was there before.
_REUSED = ("Layer already exists", "Mounted from")


def command(
    session: Session,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="NAME[:TAG], with its registry.", show_default=False)],
    *,
    timeout: Timeout = "",
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Push an image to its registry and print REPOSITORY@DIGEST, by which the registry knows it.

    \b
    Examples:
      kubia push luksa/kubia
      kubia push registry.example.com/luksa/kubia:1
    """
    printers.check(output)
    seconds = parse_duration(timeout) if timeout else 0.0
    session.console.quiet = quiet
    reference = references.parse(image)
    if reference.digest:
        raise UsageError("image.reference", f"`{image}`: a tag is pushed; the registry's answer is the digest")
    push(session, with_tag(session, reference), output, timeout=seconds)


def push(session: Session, reference: ImageReference, output: str = "", *, timeout: float = 0) -> None:
    """Push one tag with progress and print the digest that it has now."""
    docker, name = docker_asked(session), reference.familiar
    layers: dict[str, str] = {}
    with session.stating(f"nothing was pushed: {name} in the registry is what it was"):
        session.console.note(f"The push refers to repository [{reference.name}]")
        try:
            session.follow(_noting(docker.push(name, timeout=timeout), layers))
        except DeniedError as error:
            error.fix = _own_repository(reference) or error.fix
            raise
    with session.stating(f"unknown: the layers were sent, {name} was not confirmed"):
        digest = docker.pushed_digest(name)
    reused = sum(status.startswith(_REUSED) for status in layers.values())
    counted = f"{len(layers)}, {reused} of them reused"
    session.console.note(f"layers: {counted}")
    session.console.note(f"{reference.tag}: digest: {digest}")
    if output:
        session.show([Resource("Image", f"{reference.familiar_name}@{digest}", raw=docker.image(name))], output)
    else:
        session.console.result(f"{reference.familiar_name}@{digest}")
    row = [name, counted, digest]
    session.summary("push", ["IMAGE", "LAYERS", "DIGEST"], [row])


def _noting(events: Iterable[Event], layers: dict[str, str]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, LayerProgress) and event.layer:
            layers[event.layer] = event.status
        yield event


def _own_repository(reference: ImageReference) -> str:
    """Return the command for who forgot the user in front: nobody else may push to docker.io/library."""
    if reference.registry == DOCKER_HUB and reference.repository.startswith("library/"):
        return f"kubia tag {reference.familiar} USER/{reference.familiar}"
    return ""
