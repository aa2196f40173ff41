"""`images`: local images in docker's classic columns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer

from kubia_cli.model.resource import Resource
from kubia_cli.model.size import human_age, human_size
from kubia_cli.options import Output, Selector
from kubia_cli.output import printers
from kubia_cli.output.table import print_table
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked

_NONE = "<none>"


def command(
    session: Session,
    repository: Annotated[
        str, typer.Argument(metavar="[REPOSITORY[:TAG]]", help="Only these; * stands for anything.", show_default=False)
    ] = "",
    *,
    all_images: Annotated[bool, typer.Option("--all", "-a", help="Intermediate images too.")] = False,
    digests: Annotated[bool, typer.Option("--digests", help="Show the registries' digests.")] = False,
    no_trunc: Annotated[bool, typer.Option("--no-trunc", help="Whole ids.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Ids only.")] = False,
    selector: Selector = "",
    output: Output = "",
) -> None:
    """List local images.

    \b
    Examples:
      kubia images
      kubia images --digests luksa/kubia
      kubia images -o jsonpath='{.items[*].RepoTags}'
    """
    printers.check(output)
    labels = [label for label in selector.split(",") if label]
    images = docker_asked(session).images(repository, all=all_images, labels=labels)
    if output not in printers.HUMAN:
        session.show([Resource("Image", _name(image), raw=image) for image in images], output, listed=True)
        return
    with_digests = digests or output == "wide"
    rows = [row for image in images for row in _rows(image, whole_id=no_trunc, digests=with_digests)]
    if quiet:
        for row in rows:
            session.console.result(row[3])
        return
    columns = ["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"]
    shown = [index for index, column in enumerate(columns) if with_digests or column != "DIGEST"]
    print_table(session.console, [columns[index] for index in shown], [[row[index] for index in shown] for row in rows])


def _rows(image: Mapping[str, Any], *, whole_id: bool, digests: bool) -> Iterator[list[str]]:
    """Yield a row for every name of the image, as docker's formatter does (docker/cli, formatter/image.go)."""
    identity = image["Id"] if whole_id else image["Id"].removeprefix("sha256:")[:12]
    about = [identity, human_age(time.time() - image["Created"]), human_size(image["Size"])]
    for repository, tag, digest in _names(image, digests=digests):
        yield [repository, tag, digest, *about]


def _names(image: Mapping[str, Any], *, digests: bool) -> Iterator[tuple[str, str, str]]:
    """Yield repository, tag and digest; a repository that is known by its digest alone has no tag."""
    known = dict.fromkeys(_split(image.get("RepoDigests"), "@"))
    tagged = list(_split(image.get("RepoTags"), ":"))
    for repository, tag in tagged:
        own = [digest for name, digest in known if name == repository] if digests else []
        for digest in own or [_NONE]:
            yield repository, tag, digest
    repositories = {repository for repository, _ in tagged}
    untagged = [(name, digest) for name, digest in known if name not in repositories]
    for name, digest in untagged if digests else dict.fromkeys((name, _NONE) for name, _ in untagged):
        yield name, _NONE, digest
    if not tagged and not untagged:
        yield _NONE, _NONE, _NONE


def _split(references: Iterable[str] | None, mark: str) -> Iterator[tuple[str, str]]:
    """Split references at their last mark; engines before 1.44 write ``<none>:<none>`` where there is no name."""
    for reference in references or ():
        name, _, rest = reference.rpartition(mark)
        if name != _NONE:
            yield name, rest


def _name(image: Mapping[str, Any]) -> str:
    named = next((tag for tag in image.get("RepoTags") or () if not tag.startswith(_NONE)), None)
    return named or str(image["Id"])
