"""`pull`: bring an image from its registry to the engine."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.commands.docker_only import docker_asked
from kubia_cli.model import image as references
from kubia_cli.model.image import ImageReference
from kubia_cli.model.resource import Resource
from kubia_cli.options import Output, Platform, Quiet
from kubia_cli.output import printers
from kubia_cli.session import Session


def command(
    session: Session,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="NAME[:TAG|@DIGEST].", show_default=False)],
    *,
    platform: Platform = "",
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
    docker = docker_asked(session)
    session.console.quiet = quiet
    reference = with_tag(session, references.parse(image))
    with session.stating("nothing was pulled"):
        digest = fetch(session, reference, platform=platform)
    if output:
        session.show([Resource("Image", reference.familiar, raw=docker.image(reference.familiar))], output)
    else:
        session.console.result(f"{reference.familiar_name}@{digest}" if digest else reference.familiar)


def with_tag(session: Session, reference: ImageReference) -> ImageReference:
    """Return the reference with a tag; who typed none is told which one is meant (CHAPTER D2)."""
    if not reference.tag and not reference.digest:
        session.console.note(f"Using default tag: {references.DEFAULT_TAG}")
    return reference.with_default_tag()


def fetch(session: Session, reference: ImageReference, *, platform: str = "") -> str:
    """Pull with progress; returns the digest (sha256:…) by which the registry knows the image, "" if it has none."""
    docker = session.docker
    session.follow(docker.pull(reference.familiar, platform=platform))
    digest = reference.digest or repo_digest(docker.image(reference.familiar), reference)
    if digest:
        session.console.note(f"Digest: {digest}")
    return digest


def repo_digest(raw: dict[str, object], reference: ImageReference) -> str:
    """Return the digest that the engine keeps for this repository of an image, "" when it was never there."""
    known = raw.get("RepoDigests")
    for entry in known if isinstance(known, list) else []:
        name, _, digest = str(entry).partition("@")
        if name == reference.familiar_name:
            return digest
    return ""
