"""What a foreground `run` and `exec` share: the program's streams are ours, and its exit code becomes ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubia_cli.engines import ProgramStream
from kubia_cli.errors import ContainerStartError, KubiaError, ProgramExit, UsageError
from kubia_cli.output.terminal import interact
from kubia_cli.session import Session


@contextmanager
def own_failures() -> Iterator[None]:
    """Make every failure of ours a 125, as all other codes are the program's; wrong usage stays 2."""
    try:
        yield
    except (UsageError, ContainerStartError):
        raise
    except KubiaError as error:
        raise ContainerStartError(
            error.code, error.message, said=error.said, state=error.state, fix=error.fix
        ) from error


def check_terminal(session: Session, *, interactive: bool, tty: bool) -> None:
    """Refuse ``-it`` where nobody types: the program would wait at a terminal that has no keyboard."""
    if interactive and tty and not session.stdin.isatty():
        raise UsageError(
            "terminal.missing", "`-t` together with `-i` needs a terminal, and stdin is none; leave -t out"
        )


def carry(session: Session, stream: ProgramStream, *, interactive: bool, tty: bool) -> None:
    """Carry the program's streams until they end."""
    interact(session.console, stream, stdin=session.stdin if interactive else None, tty=tty)


def end_as(status: int) -> None:
    """End as the program ended."""
    if status:
        raise ProgramExit(status)
