"""`rm`: remove containers."""

from __future__ import annotations

from typing import Annotated

import typer

from kubia_cli.options import Output
from kubia_cli.output import printers
from kubia_cli.session import Session
from kubia_cli.steps.several import do_each


def command(
    session: Session,
    containers: Annotated[list[str], typer.Argument(metavar="CONTAINER...", help="Names or ids.", show_default=False)],
    *,
    force: Annotated[bool, typer.Option("--force", "-f", help="Kill it first if it runs.")] = False,
    volumes: Annotated[bool, typer.Option("--volumes", "-v", help="Remove its nameless volumes too.")] = False,
    output: Output = "",
) -> None:
    """Remove containers. Prints each that is gone.

    \b
    Examples:
      kubia rm kubia-container
      kubia rm -f web db
    """
    printers.check(output)
    do_each(
        session,
        containers,
        lambda docker, name: docker.remove(name, force=force, volumes=volumes),
        output,
        past="removed",
    )
