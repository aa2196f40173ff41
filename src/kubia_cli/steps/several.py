"""A deed done to several containers: each is tried, each that is done is printed, and what failed is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubia_cli.engines import Docker
from kubia_cli.errors import KubiaError, PartialError
from kubia_cli.model.resource import Resource
from kubia_cli.session import Session
from kubia_cli.steps.docker_only import docker_asked


def do_each(
    session: Session, names: Sequence[str], deed: Callable[[Docker, str], None], output: str, *, past: str
) -> None:
    """Do ``deed`` to every container. Raises what failed; PartialError when some were done and some not.

    stdout has the names as typed, as with docker, or the containers as they were before, as ``-o`` says.
    """
    docker = docker_asked(session)
    done: list[Resource] = []
    failed: list[KubiaError] = []
    for name in names:
        with_all = f"{past}: {', '.join(each.name for each in done) or 'nothing'}"
        try:
            with session.stating(with_all):
                raw = docker.container(name) if output else {}
                deed(docker, name)
        except KubiaError as error:
            failed.append(error)
            continue
        done.append(Resource("Container", str(raw.get("Name", name)).removeprefix("/"), raw=raw))
        if not output:
            session.console.result(name)
    if output and done:
        session.show(done, output)
    if failed and done:
        what = "; ".join(error.message for error in failed)
        names_done = ", ".join(each.name for each in done)
        raise PartialError(failed[0].code, what, state=f"{past}: {names_done}", fix=failed[0].fix) from failed[0]
    if failed:
        raise failed[0]
