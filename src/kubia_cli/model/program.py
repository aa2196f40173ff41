"""A program that runs in a container, as both engines reach it and a terminal shows it."""

from __future__ import annotations

from typing import Protocol


class ProgramStream(Protocol):
    """The pipes or terminal of a program that runs in a container."""

    def read(self) -> tuple[int, bytes] | None:
        """Block for the next piece: (1 for stdout or 2 for stderr, bytes); None at the end."""

    def write(self, data: bytes) -> None:
        """Send bytes to the program's stdin."""

    def close_stdin(self) -> None:
        """Tell the program that no input follows."""

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program's terminal its size, in character cells."""

    def exit_code(self) -> int:
        """Return the program's exit code, once ``read`` gave None."""

    def close(self) -> None:
        """Let go of the connection; the program is not signalled."""
