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
from kubia_cli.options import DryRun, Output, Platform, Quiet
from kubia_cli.output import printers
from kubia_cli.output.text import safe_line
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked
from kubia_cli.steps.pulling import with_tag

Words = list[str] | None

BUILDERS = ("auto", "buildx", "classic")


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
    builder: Annotated[
        str, typer.Option("--builder", help="auto, buildx (BuildKit) or classic.", metavar="NAME")
    ] = "auto",
    secret: Annotated[
        Words, typer.Option("--secret", help="For RUN --mount=type=secret: id=ID,src=FILE.", metavar="SECRET")
    ] = None,
    ssh: Annotated[Words, typer.Option("--ssh", help="For RUN --mount=type=ssh: default.", metavar="AGENT")] = None,
    cache_from: Annotated[Words, typer.Option("--cache-from", help="Take layers from there.", metavar="CACHE")] = None,
    cache_to: Annotated[Words, typer.Option("--cache-to", help="Put layers there.", metavar="CACHE")] = None,
    push: Annotated[bool, typer.Option("--push", help="Push it at once (BuildKit).")] = False,
    dry_run: DryRun = "none",
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
    if builder not in BUILDERS:
        raise UsageError("build.builder", f"`--builder {builder}` is not one of {', '.join(BUILDERS)}")
    if dry_run not in ("none", "client"):
        raise UsageError("dry-run.unknown", f"`--dry-run={dry_run}`: build knows none and client")
    if push and not tag:
        raise UsageError("build.builder", "`--push` needs the name to push: -t NAME")
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
        builder=builder,
        secrets=tuple(secret or ()),
        ssh=tuple(ssh or ()),
        cache_from=tuple(cache_from or ()),
        cache_to=tuple(cache_to or ()),
        push=push,
    )
    if dry_run == "client":
        list_context(session, request, output)
    else:
        build(session, request, output)


def list_context(session: Session, request: BuildRequest, output: str = "") -> None:
    """Print the paths that would be sent, one a line; as data with their sizes in bytes. Nothing is sent."""
    paths = docker_asked(session).build_context(request)
    total = sum(size for _, size in paths)
    if output in (*printers.HUMAN, "name"):
        for path, _ in paths:
            session.console.result(safe_line(path))
        session.console.note(f"{human_size(total)} would be sent; nothing was")
        return
    listed = [{"path": path, "size": size} for path, size in paths]
    printers.show_data(session.console, {"kind": "BuildContext", "paths": listed, "size": total}, output)


def build(session: Session, request: BuildRequest, output: str = "") -> None:
    """Build, and show the image: its id on stdout, size and reused layers on a terminal."""
    docker = docker_asked(session)
    steps: dict[tuple[str, int], BuildStep] = {}
    with session.stating("nothing was tagged" if request.tags else "no image was made"):
        session.follow(_noting(docker.build(request), steps))
        image = docker.built_image()
    if request.push:
        for tag in request.tags:
            session.console.result(f"{references.parse(tag).familiar_name}@{image}")
        return
    raw = docker.image(image)
    if output:
        session.show([Resource("Image", (request.tags or (image,))[0], raw=raw)], output)
    else:
        session.console.result(image)
    reused = sum(step.cached for step in steps.values())
    names = ", ".join(request.tags) or "<none>"
    row = [names, image.removeprefix("sha256:")[:12], human_size(raw["Size"]), f"{reused} of {len(steps)}"]
    session.summary("build", ["IMAGE", "ID", "SIZE", "STEPS REUSED"], [row])


def _noting(events: Iterable[Event], steps: dict[tuple[str, int], BuildStep]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, BuildStep):
            steps[event.stage, event.number] = event
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
