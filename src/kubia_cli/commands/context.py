"""``context``: the places to work that kubeconfig and Docker's config name, and which of them is current."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches
from typing import Annotated

import typer

from kubia_cli.engines import Context
from kubia_cli.errors import KubiaError, NotFoundError
from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.output.table import print_table
from kubia_cli.output.text import safe_line
from kubia_cli.session import Session

FORMATS = ("wide", "name", "json", "yaml", "jsonpath=TEMPLATE")

#: What stands before a Docker context's name, so that one word tells the two engines' contexts apart.
_DOCKER = "docker/"


def command(
    session: Session,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The context to switch to; docker/NAME for one of Docker's.")
    ] = None,
    *,
    output: Output = "",
) -> None:
    """List contexts, kubeconfig's and Docker's, or switch to one.

    \b
    Examples:
      kubia context
      kubia context minikube
      kubia context docker/default
    """
    printers.check(output, FORMATS)
    if name is not None:
        switch(session, name)
    if name is not None and not output:
        session.console.result(safe_line(f'Switched to context "{name}".'))
    else:
        show(session, [context for context in contexts(session) if name in (None, spoken(context))], output)


def switch(session: Session, name: str) -> None:
    """Make ``name`` the current context of its engine. NotFoundError with the nearest names."""
    home = session.docker_contexts if name.startswith(_DOCKER) else session.cluster_contexts
    try:
        home.use(name.removeprefix(_DOCKER))
    except NotFoundError as error:
        known = [spoken(context) for context in contexts(session)]
        near = [each for each in known if each == f"{_DOCKER}{name}"] or get_close_matches(name, known, n=3, cutoff=0.5)
        fix = f"kubia context {near[0]}" if near else "kubia context"
        message = f'no context exists with the name "{name}"'
        if len(near) > 1:
            message += f"; close to it: {', '.join(near)}"
        raise NotFoundError("context.not-found", message, state="the current context is as it was", fix=fix) from error
    if name.startswith(_DOCKER) and session.env.get("DOCKER_HOST"):
        session.console.warning(
            "DOCKER_HOST is set and overrides Docker's current context; unset it to use the new one"
        )


def contexts(session: Session) -> list[Context]:
    """All contexts of both engines; a configuration that cannot be read is told, and hides nothing of the other."""
    found: list[Context] = []
    for engine in ("cluster_contexts", "docker_contexts"):
        try:
            found += getattr(session, engine).all()
        except KubiaError as error:
            session.console.warning(error.message)
        else:
            if not found:
                session.console.note("The kubeconfig has no contexts.")
    return found


def show(session: Session, found: list[Context], output: str) -> None:
    """Print contexts as a table, their names as this verb takes them, or all that is known of them."""
    if output == "name":
        for context in found:
            session.console.result(safe_line(spoken(context)))
    elif output not in printers.HUMAN:
        printers.show_data(session.console, [asdict(context) for context in found], output)
    else:
        columns = ["CURRENT", "NAME", "ENGINE", "ENDPOINT", "NAMESPACE"]
        rows = [["*" if each.current else "", each.name, each.engine, each.endpoint, each.namespace] for each in found]
        if output == "wide":
            columns += ["CLUSTER", "USER"]
            rows = [[*row, each.cluster, each.user] for row, each in zip(rows, found, strict=True)]
        print_table(session.console, columns, rows, wide=("ENDPOINT", "CLUSTER", "USER"))


def spoken(context: Context) -> str:
    """The word that means a context here: kubeconfig's by name, Docker's with ``docker/`` in front."""
    return f"{_DOCKER}{context.name}" if context.engine == "docker" else context.name
