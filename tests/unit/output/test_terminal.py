"""A program's streams carried: both directions at once, the terminal raw meanwhile and as it was after."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import signal
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import pytest

from kubia_cli.errors import UnreachableError
from kubia_cli.output.console import Console
from kubia_cli.output.terminal import interact, on_signals


class Program:
    """A program in memory: answers every input with its upper case, and ends when its input does."""

    def __init__(self) -> None:
        self.said: SimpleQueue[tuple[int, bytes] | None] = SimpleQueue()
        self.sizes: SimpleQueue[tuple[int, int]] = SimpleQueue()

    def read(self) -> tuple[int, bytes] | None:
        return self.said.get(timeout=10)

    def write(self, data: bytes) -> None:
        self.said.put((1, data.upper()))
        if b"\x04" in data:
            self.said.put(None)

    def close_stdin(self) -> None:
        self.said.put((2, b"no more input\n"))
        self.said.put(None)

    def resize(self, columns: int, rows: int) -> None:
        self.sizes.put((columns, rows))

    def exit_code(self) -> int:
        return 0

    def close(self) -> None:
        pass


def test_input_goes_in_and_each_stream_comes_out_where_it_belongs() -> None:
    out, err = io.StringIO(), io.StringIO()
    interact(Console(out, err, {}), Program(), stdin=io.BytesIO(b"hello\n"))
    assert (out.getvalue(), err.getvalue()) == ("HELLO\n", "no more input\n")


def test_without_input_only_the_output_is_read() -> None:
    out, program = io.StringIO(), Program()
    program.said.put((1, b"alone\n"))
    program.said.put(None)
    interact(Console(out, io.StringIO(), {}), program)
    assert out.getvalue() == "alone\n"


def test_a_program_that_reads_no_more_ends_quietly() -> None:
    class Deaf(Program):
        def write(self, _data: bytes) -> None:
            self.said.put(None)
            raise BrokenPipeError

    out = io.StringIO()
    interact(Console(out, io.StringIO(), {}), Deaf(), stdin=io.BytesIO(b"hello\n"))
    assert out.getvalue() == ""


@contextmanager
def terminal(columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """A pseudo-terminal of that size: the person's end and the program's."""
    person, ours = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    try:
        yield person, ours
    finally:
        os.close(person)


class Typed(Program):
    """A program whose first input is Ctrl-C at ``person``'s end; it notes the modes of our terminal, and resizes it."""

    modes: int | None = None

    def __init__(self, person: int, ours: int) -> None:
        super().__init__()
        self._person, self._ours = person, ours

    def read(self) -> tuple[int, bytes] | None:
        if self.modes is None:
            os.write(self._person, b"\x03")
        return super().read()

    def write(self, data: bytes) -> None:
        self.modes = termios.tcgetattr(self._ours)[3] & (termios.ICANON | termios.ISIG | termios.ECHO)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
        os.kill(os.getpid(), signal.SIGWINCH)
        until = time.monotonic() + 5
        while self.sizes.qsize() < 2 and time.monotonic() < until:
            time.sleep(0.01)
        self.said.put((1, data.replace(b"\x03", b"^C")))
        self.said.put(None)


def test_at_a_terminal_keys_go_through_and_the_size_follows() -> None:
    with terminal(101, 31) as (person, ours), os.fdopen(ours, "r+b", buffering=0) as stdin:
        before = termios.tcgetattr(ours)
        with os.fdopen(os.dup(ours), "w") as out:
            program = Typed(person, ours)
            interact(Console(out, io.StringIO(), {}), program, stdin=stdin, tty=True)
            shown = os.read(person, 100)
        assert program.modes == 0
        assert shown == b"^C"
        assert [program.sizes.get(), program.sizes.get()] == [(101, 31), (111, 33)]
        assert termios.tcgetattr(ours) == before


def test_the_terminal_is_as_it_was_when_the_engine_goes() -> None:
    class Gone(Program):
        def read(self) -> tuple[int, bytes] | None:
            raise UnreachableError("docker.broken-off", "the connection broke off")

    with terminal(80, 24) as (_, ours), os.fdopen(ours, "r+b", buffering=0) as stdin:
        before = termios.tcgetattr(ours)
        with pytest.raises(UnreachableError):
            interact(Console(io.StringIO(), io.StringIO(), {}), Gone(), stdin=stdin, tty=True)
        assert termios.tcgetattr(ours) == before


def test_signals_are_answered_in_a_thread_and_handlers_come_back() -> None:
    heard: SimpleQueue[int] = SimpleQueue()
    before = signal.getsignal(signal.SIGUSR1)
    with on_signals([signal.SIGUSR1], heard.put):
        os.kill(os.getpid(), signal.SIGUSR1)
        assert heard.get(timeout=5) == signal.SIGUSR1
    assert signal.getsignal(signal.SIGUSR1) is before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    try:
        with on_signals([signal.SIGUSR2], lambda _number: None):
            assert signal.getsignal(signal.SIGUSR2) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGUSR2) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGUSR2, before)
