"""A program in a container at this terminal: raw mode, window size, both directions at once, and all of it undone."""

from __future__ import annotations

import io
import os
import select
import signal
import termios
import time
import tty as terminal_mode
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

from kubia_cli.errors import KubiaError
from kubia_cli.model.program import ProgramStream
from kubia_cli.output.console import Console

#: Bytes of input sent at once.
_CHUNK = 1 << 16
#: The program's terminal may come into being a moment after its stream: tries, and seconds between them.
_SIZE_TRIES, _SIZE_PAUSE = 10, 0.05
#: Seconds that ended threads are waited for; one that hangs in an engine must not keep us.
_PATIENCE = 1.0


def interact(console: Console, stream: ProgramStream, *, stdin: BinaryIO | None = None, tty: bool = False) -> None:
    """Carry a program's output here, and ``stdin`` to it, until its streams end.

    With ``tty`` a terminal behind ``stdin`` becomes raw, so that Ctrl-C and the like are the program's, and the
    program's terminal follows the size of ours. The terminal is as it was on every way out, exceptions included.
    """
    with ExitStack() as undo:
        if tty:
            undo.enter_context(_window_size(console, stream))
            if stdin is not None and stdin.isatty():
                undo.enter_context(_raw(stdin.fileno()))
        if stdin is not None:
            undo.enter_context(_input(stdin, stream))
        while (piece := stream.read()) is not None:
            number, data = piece
            if number == 2:
                console.error_bytes(data)
            else:
                console.result_bytes(data)


@contextmanager
def on_signals(numbers: Iterable[int], deed: Callable[[int], None]) -> Iterator[None]:
    """Answer signals with ``deed``, in a thread of its own: a handler interrupts the reader and must not talk itself.

    A signal that is ignored stays so: a shell starts background jobs that way.
    """
    asked: SimpleQueue[int | None] = SimpleQueue()

    def work() -> None:
        while (number := asked.get()) is not None:
            deed(number)

    worker = Thread(target=work, name="signals", daemon=True)
    worker.start()
    before = {
        number: signal.signal(number, lambda number, _frame: asked.put(number))
        for number in numbers
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        asked.put(None)
        worker.join(_PATIENCE)


@contextmanager
def _raw(terminal: int) -> Iterator[None]:
    before = termios.tcgetattr(terminal)
    terminal_mode.setraw(terminal, termios.TCSANOW)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextmanager
def _window_size(console: Console, stream: ProgramStream) -> Iterator[None]:
    """Give the program's terminal the size of ours, now and whenever it changes."""

    def tell(_number: int = 0) -> None:
        with suppress(OSError, ValueError):  # no terminal here: the program keeps its own size
            size = os.get_terminal_size(console.out.fileno())
            _resize(stream, size.columns, size.lines)

    Thread(target=tell, name="window size", daemon=True).start()
    with on_signals([signal.SIGWINCH], tell):
        yield


def _resize(stream: ProgramStream, columns: int, rows: int) -> None:
    for _ in range(_SIZE_TRIES):
        with suppress(KubiaError):
            stream.resize(columns, rows)
            return
        time.sleep(_SIZE_PAUSE)


@contextmanager
def _input(stdin: BinaryIO, stream: ProgramStream) -> Iterator[None]:
    """Send ``stdin`` to the program while the body runs, and say when it ends."""
    wake_read, wake_write = os.pipe()

    def send() -> None:
        with suppress(OSError, KubiaError):  # the program reads no more; the reader of its output learns its end
            for chunk in _chunks(stdin, wake_read):
                stream.write(chunk)
            if not _is_readable(wake_read):
                stream.close_stdin()

    sender = Thread(target=send, name="stdin", daemon=True)
    sender.start()
    try:
        yield
    finally:
        os.write(wake_write, b"\0")
        sender.join(_PATIENCE)
        if not sender.is_alive():
            os.close(wake_read)
        os.close(wake_write)


def _chunks(stdin: BinaryIO, wake: int) -> Iterator[bytes]:
    """Yield input until it ends or ``wake`` becomes readable."""
    try:
        source = stdin.fileno()
    except io.UnsupportedOperation:  # not a file of the system's
        yield from iter(lambda: stdin.read(_CHUNK), b"")
        return
    while True:
        ready, _, _ = select.select([source, wake], [], [])
        if wake in ready:
            return
        chunk = os.read(source, _CHUNK)
        if not chunk:
            return
        yield chunk


def _is_readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])
