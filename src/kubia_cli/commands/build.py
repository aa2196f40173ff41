"""`build`: make an image from a directory with a Dockerfile, its steps shown as they happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kubia_cli.engines import BuildRequest, Event
from kubia_cli.errors import LocalError, UsageError
from kubia_cli.model import image as references
from kubia_cli.model.container import labels
from kubia_cli.model.events import BuildStep
from kubia_cli.model.resource import Resource
from kubia_cli.model.secrets import remember
from kubia_cli.model.size import human_size
from kubia_cli.options import Output, Platform, Quiet
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked
from kubia_cli.steps.pulling import with_tag

Words = list[str] | None


def command(
    session: Session,
    directory: Annotated[str, typer.Argument(metavar="[DIRECTORY]", help="The build context.")] = ".",
    *,
    tag: Annotated[Words, typer.Option("--tag", "-t", help="Name of the image: NAME[:TAG].", metavar="NAME")] = None,
    file: Annotated[str, typer.Option("--file", "-f", help="The Dockerfile, if not its own.", metavar="FILE")] = "",
    build_arg: Annotated[
        Words, typer.Option("--build-arg", help="Set an ARG: NAME=value, or NAME.", metavar="ARG")
    ] = None,
    label: Annotated[Words, typer.Option("--label", "-l", help="Set a label.", metavar="KEY=VALUE")] = None,
    target: Annotated[str, typer.Option("--target", help="Build up to this stage.", metavar="STAGE")] = "",
    platform: Platform = "",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Make every layer anew.")] = False,
    pull: Annotated[bool, typer.Option("--pull", help="Ask the registry for a newer base image.")] = False,
    output: Output = "",
    quiet: Quiet = False,
) -> None:
    """Build an image from a directory with a Dockerfile and print the image's id.

    \b
    Examples:
      kubia build -t kubia .
      kubia build -t kubia:2 --build-arg VERSION=2 -f Dockerfile.prod --target web app
    """
    printers.check(output)
    session.console.quiet = quiet
    _check_directory(directory)
    request = BuildRequest(
        directory=directory,
        dockerfile=file,
        tags=tuple(_tags(session, tag or ())),
        build_args=_build_args(session, build_arg or ()),
        labels=labels(label or ()),
        target=target,
        platform=platform,
        no_cache=no_cache,
        pull=pull,
    )
    build(session, request, output)


def build(session: Session, request: BuildRequest, output: str = "") -> None:
    """Build, and show the image: its id on stdout, size and reused layers on a terminal."""
    docker = docker_asked(session)
    steps: dict[int, BuildStep] = {}
    with session.stating("nothing was tagged" if request.tags else "no image was made"):
        session.follow(_noting(docker.build(request), steps))
        image = docker.built_image()
    raw = docker.image(image)
    if output:
        session.show([Resource("Image", (request.tags or (image,))[0], raw=raw)], output)
    else:
        session.console.result(image)
    reused = sum(step.cached for step in steps.values())
    names = ", ".join(request.tags) or "<none>"
    row = [names, image.removeprefix("sha256:")[:12], human_size(raw["Size"]), f"{reused} of {len(steps)}"]
    session.summary("build", ["IMAGE", "ID", "SIZE", "STEPS REUSED"], [row])


def _noting(events: Iterable[Event], steps: dict[int, BuildStep]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, BuildStep):
            steps[event.number] = event
        yield event


def _check_directory(directory: str) -> None:
    if directory == "-" or "://" in directory:
        raise UsageError("build.context", f"`{directory}`: kubia builds from a directory of this machine only")
    if not Path(directory).is_dir():
        what = "is a file" if Path(directory).exists() else "does not exist"
        fix = f"kubia build -f {directory} ." if Path(directory).exists() else ""
        raise LocalError("build.context", f"the build context `{directory}` {what}", state="nothing was built", fix=fix)


def _tags(session: Session, words: Sequence[str]) -> Iterator[str]:
    for word in words:
        reference = references.parse(word)
        if reference.digest:
            raise UsageError("image.reference", f"`{word}`: a new image can have a tag, and no digest yet")
        yield with_tag(session, reference).familiar


def _build_args(session: Session, words: Sequence[str]) -> dict[str, str | None]:
    """Read NAME=value; a NAME alone takes our own value, and None is what the engine knows best."""
    arguments: dict[str, str | None] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name:
            raise UsageError("build.arg", f"`--build-arg {word}`: an argument needs a name before the =")
        arguments[name] = value if equals else session.env.get(name)
    remember(*(value or "" for value in arguments.values()))
    return arguments
