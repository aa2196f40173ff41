"""Asking a person at the terminal: the question on stderr, the answer from stdin, a secret without echo."""

from __future__ import annotations

import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from kubia_cli.output.console import Console


def ask(console: Console, stdin: BinaryIO, question: str, *, secret: bool = False) -> str:
    """Return the line that is typed; "" when the input ends. ``stdin`` must be a terminal."""
    console.error_bytes(question.encode())
    if not secret:
        return _line(stdin)
    with _no_echo(stdin.fileno()):
        try:
            return _line(stdin)
        finally:
            console.error_bytes(b"\n")  # the one that was typed is not shown


def _line(stdin: BinaryIO) -> str:
    return stdin.readline().decode("utf-8", "replace").rstrip("\r\n")


@contextmanager
def _no_echo(terminal: int) -> Iterator[None]:
    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
