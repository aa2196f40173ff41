"""`logout`: a registry's login is forgotten, by the credential helper and by Docker's config."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.model.image import registry_host
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked


def command(
    session: Session,
    host: Annotated[
        str, typer.Argument(metavar="[HOST]", help="The registry; Docker Hub if none.", show_default=False)
    ] = "",
) -> None:
    """Log out of a registry: forget the login that `kubia login` or `docker login` kept.

    \b
    Examples:
      kubia logout
      kubia logout quay.io
    """
    docker, registry = docker_asked(session), registry_host(host).registry
    with session.stating("the logins are what they were"):
        removed = docker.logout(registry)
    session.console.result(f"Removed the login for {registry}" if removed else f"Not logged in to {registry}")
