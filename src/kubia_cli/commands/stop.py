"""`stop`: end the main process of containers."""

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
    timeout: Annotated[
        int | None,
        typer.Option(
            "--timeout", "--time", "-t", help="Seconds until it is killed.", metavar="SECONDS", show_default="10"
        ),
    ] = None,
    output: Output = "",
) -> None:
    """Stop containers: SIGTERM, and SIGKILL for one that does not end in time. Prints each that is stopped.

    \b
    Examples:
      kubia stop kubia-container
      kubia stop -t 1 web db
    """
    printers.check(output)
    do_each(session, containers, lambda docker, name: docker.stop(name, timeout=timeout), output, past="stopped")
