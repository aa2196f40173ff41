"""The pipes or terminal of a program in a container: attach, exec, and the frames of a log."""

from __future__ import annotations

import contextlib
import io
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from docker.errors import APIError

from kubia_cli.engines import Object
from kubia_cli.engines.docker.connection import CONNECT, FIRST_ANSWER, Connection
from kubia_cli.engines.docker.errors import translated
from kubia_cli.errors import ContainerStartError, NotFoundError

_PIECE = 64 * 1024
_HEADER = struct.Struct(">BxxxL")
#: Seconds that the engine is given to tell a container's end after the keys that detach.
_PARTING = 1.0
#: ctrl-p ctrl-q, on which the engine lets go of a terminal.
_DETACH = b"\x10\x11"
#: The exit codes with which the engine says that a program could not be run.
NOT_EXECUTABLE, NOT_FOUND = 126, 127
_PAUSE = 0.05


class Ending(Protocol):
    """How a program in a container ends, as the engine tells it."""

    def began(self, said: bytes) -> None:
        """Judge the first output: it may be the engine's, of a program that it could not start."""

    def status(self, *, detached: bool) -> int:
        """The exit code, once the output has ended; 0 if it ended because we are detached."""

    def close(self) -> None:
        """Ask no more."""


class Hijacked:
    """A connection that the engine has turned into a program's stdin and output.

    Without a terminal the output comes in frames: one byte for stdout or stderr, four for the length
    (https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach).
    """

    def __init__(
        self,
        connection: Connection,
        response: Any,
        *,
        tty: bool,
        resize: Callable[..., None],
        ending: Ending,
    ) -> None:
        self._connection = connection
        self._response = response
        # What came in one piece with the answer's head is in this buffer already; the socket alone would miss it.
        self._reader: io.BufferedReader = response.raw._fp.fp
        self._socket: socket.socket = response.raw._fp.fp.raw._sock
        self._socket.settimeout(None)
        self._tty = tty
        self._left = 0
        self._stream = 1
        self._resize = resize
        self._ending = ending
        self._began = False
        self._detached = False
        self._last = b""

    def read(self) -> tuple[int, bytes] | None:
        """Block for the next piece: (1 for stdout or 2 for stderr, bytes); None at the end.

        Raises ContainerStartError when the program could not be started.
        """
        with translated(self._connection.host):
            try:
                piece = self._next()
            except ConnectionResetError:  # the program's end, seen from behind input that it had not read
                return None
        if piece and not self._began:
            self._began = True
            self._ending.began(piece[1])
        return piece

    def _next(self) -> tuple[int, bytes] | None:
        if self._tty:
            piece = self._reader.read1(_PIECE)
            return (1, piece) if piece else None
        while not self._left:
            header = self._reader.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return None
            stream, self._left = _HEADER.unpack(header)
            self._stream = 2 if stream == 2 else 1
        piece = self._reader.read1(min(_PIECE, self._left))
        self._left -= len(piece)
        return (self._stream, piece) if piece else None

    def write(self, data: bytes) -> None:
        """Send bytes to the program's stdin; what is no longer read, or comes after ``close``, is dropped."""
        self._detached = self._detached or _DETACH in self._last + data
        self._last = data[-1:]
        with contextlib.suppress(OSError):
            self._socket.sendall(data)

    def close_stdin(self) -> None:
        """Tell the program that no input follows."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program's terminal its size, in character cells; a program that has ended needs none."""
        for _ in range(5):  # right after its start the engine may not have the terminal yet
            with translated(self._connection.host), contextlib.suppress(APIError):
                self._resize(height=rows, width=columns)
                return
            time.sleep(_PAUSE)

    def exit_code(self) -> int:
        """Return the program's exit code, once ``read`` gave None; 0 when the keys ctrl-p ctrl-q detached us."""
        return self._ending.status(detached=self._tty and self._detached)

    def close(self) -> None:
        """Let go of the connection; the program is not signalled."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._response.close()
        self._ending.close()


class Wait:
    """A wait for a container's end that has begun, so that the exit code of one that removes itself is not missed."""

    def __init__(self, connection: Connection, container: str, condition: str) -> None:
        self._connection = connection
        self._container = container
        with translated(connection.host, "container", container):
            api = connection.api
            # The head of the answer comes at once, its body at the container's end (since API 1.30).
            self._response = api._post(
                api._url("/containers/{0}/wait", container),
                params={"condition": condition},
                stream=True,
                timeout=(CONNECT, FIRST_ANSWER),
            )
            api._raise_for_status(self._response)

    def began(self, said: bytes) -> None:
        """Nothing to judge: ``start`` fails for a program that cannot be started."""

    def status(self, *, detached: bool) -> int:
        """Block until the container has ended; its output may have, a good while before."""
        reader: io.BufferedReader = self._response.raw._fp.fp
        sock: socket.socket = reader.raw._sock  # type: ignore[attr-defined]  # socket.SocketIO
        sock.settimeout(None)
        if (
            detached
            and not select.select([sock], [], [], _PARTING)[0]
            and is_running(self._connection, self._container)
        ):
            return 0
        with translated(self._connection.host, "container", self._container):
            return int(self._connection.api._result(self._response, json=True)["StatusCode"])

    def close(self) -> None:
        """Wait no longer."""
        self._response.close()


class ExecEnd:
    """What became of a program that ``exec`` started in ``container``."""

    def __init__(self, connection: Connection, exec_id: str, container: str) -> None:
        self._connection = connection
        self._id = exec_id
        self._container = container

    def began(self, said: bytes) -> None:
        """Raise ContainerStartError if no program runs: the engine sends its error as if it were the output."""
        found = self._inspect()
        if not found["Running"] and not found["Pid"] and found["ExitCode"]:
            program, status = str(found["ProcessConfig"]["entrypoint"]), int(found["ExitCode"])
            raise no_program(program, self._container, status, said.decode("utf-8", "replace").strip())

    def status(self, *, detached: bool) -> int:
        """Block until the program has ended."""
        while True:
            found = self._inspect()
            if not found["Running"] and found["ExitCode"] is not None:
                return int(found["ExitCode"])
            if detached:
                return 0
            time.sleep(_PAUSE)

    def close(self) -> None:
        """Nothing is open."""

    def _inspect(self) -> Object:
        with translated(self._connection.host, "container", self._container):
            found: Object = self._connection.api.exec_inspect(self._id)
        return found


def no_program(program: str, where: str, status: int, said: str) -> ContainerStartError:
    """The error for a program that cannot be run in ``where``, a container or image: 127 when there is none."""
    reason = "there is no such program in" if status == NOT_FOUND else "it cannot be executed in"
    code = "program.not-found" if status == NOT_FOUND else "program.not-executable"
    return ContainerStartError(code, f"cannot run `{program}`: {reason} {where}", said=said, status=status)


def is_running(connection: Connection, container: str) -> bool:
    """Whether a container runs; one that is gone does not."""
    try:
        with translated(connection.host, "container", container):
            return bool(connection.api.inspect_container(container)["State"]["Running"])
    except NotFoundError:
        return False


def frames(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Take frames apart: (1 or 2, bytes), without waiting for the rest of a frame."""
    buffer = b""
    stream, left = 1, 0
    for piece in pieces:
        buffer += piece
        while buffer:
            if not left:
                if len(buffer) < _HEADER.size:
                    break
                kind, left = _HEADER.unpack_from(buffer)
                stream = 2 if kind == 2 else 1
                buffer = buffer[_HEADER.size :]
                continue
            yield stream, buffer[:left]
            taken = min(left, len(buffer))
            buffer, left = buffer[taken:], left - taken
