"""`commit`: an image of what a container's files have become."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.model import image as references
from kubia_cli.model.resource import Resource
from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked
from kubia_cli.steps.pulling import with_tag


def command(
    session: Session,
    container: Annotated[str, typer.Argument(metavar="CONTAINER", help="Name or id.", show_default=False)],
    image: Annotated[str, typer.Argument(metavar="[NAME[:TAG]]", help="Name of the image.", show_default=False)] = "",
    *,
    message: Annotated[str, typer.Option("--message", "-m", help="What was changed.", metavar="TEXT")] = "",
    author: Annotated[str, typer.Option("--author", "-a", help="Who changed it.", metavar="NAME")] = "",
    change: Annotated[
        list[str] | None, typer.Option("--change", "-c", help="A Dockerfile instruction to apply.", metavar="LINE")
    ] = None,
    pause: Annotated[bool, typer.Option("--pause/--no-pause", "-p", help="Pause the container meanwhile.")] = True,
    output: Output = "",
) -> None:
    """Make an image of a container's changes and print its id.

    \b
    Examples:
      kubia commit kubia-container kubia:changed
      kubia commit -c 'CMD ["node", "app.js"]' kubia-container kubia:changed
    """
    printers.check(output)
    docker = docker_asked(session)
    name = with_tag(session, references.parse(image)).familiar if image else ""
    with session.stating("no image was made"):
        made = docker.commit(container, name, message=message, author=author, changes=change or (), pause=pause)
    if output:
        session.show([Resource("Image", name or made, raw=docker.image(made))], output)
    else:
        session.console.result(made)
