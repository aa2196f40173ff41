"""Several byte streams over one websocket of an API server: what exec, attach and port-forward are made of.

The first byte of a message is its channel's number; in v5 the message ``255, N`` ends what we send on channel N
(k8s.io/apimachinery ``pkg/util/remotecommand/constants.go`` and ``pkg/util/httpstream/wsstream``).
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from kubia_cli.engines.kubernetes.errors import translate
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
#: The channel of v5 that closes others.
_CLOSE = 255
#: The most that one message carries, in bytes; kubectl's number.
_PIECE = 32 * 1024
#: Seconds of silence after which the other side, and each box between, is shown that somebody is here.
PING_EVERY = 15.0
#: Seconds of silence after which a server that owes us an answer to a ping is taken for dead.
SILENCE = 60.0


Result = TypeVar("Result")


@dataclass(frozen=True)
class _Busy:
    """Nothing could be done now: what TLS waits for is to read or to write, None is what was wanted."""

    reads: bool | None


class Channels:
    """An open websocket with channels. One thread may receive while others send.

    The socket does not block, and one lock keeps OpenSSL's state whole; a sender that waits for a full pipe to drain
    lets go of it, since the pipe may drain only when our side reads.
    """

    def __init__(self, connection: socket.socket, protocol: str, access: ClusterAccess) -> None:
        from websocket import ABNF, frame_buffer  # noqa: PLC0415 (its users are few)

        connection.setblocking(False)
        self.protocol = protocol
        self._connection = connection
        self._access = access
        self._abnf: Any = ABNF
        self._frames: Any = frame_buffer(self._some, skip_utf8_validation=True)
        self._state = threading.Lock()
        self._sending = threading.Lock()
        self._closed = False
        self._unsent = b""
        self._channel = -1
        self._heard = time.monotonic()
        self._data_since_heard = False

    def receive(self) -> tuple[int, bytes] | None:
        """Block for the next message: (channel, bytes); None when the server or ``close`` has ended the connection.

        UnreachableError ``cluster.broken-off`` or ``cluster.silent``.
        """
        from websocket import WebSocketException  # noqa: PLC0415

        abnf = self._abnf
        while True:
            try:
                frame = self._frames.recv_frame()
                if frame.opcode == abnf.OPCODE_PING:
                    self._mention(abnf.OPCODE_PONG, frame.data)
            except EOFError:
                return None
            except (OSError, WebSocketException) as problem:
                if self._closed:
                    return None
                raise translate(problem, self._access) from problem
            if frame.opcode == abnf.OPCODE_CLOSE:
                return None
            if frame.opcode in (abnf.OPCODE_BINARY, abnf.OPCODE_TEXT) and frame.data:
                self._channel = frame.data[0]
                return self._channel, bytes(frame.data[1:])
            if frame.opcode == abnf.OPCODE_CONT and frame.data:
                return self._channel, bytes(frame.data)

    def send(self, channel: int, data: bytes) -> None:
        """Send bytes on a channel. UnreachableError when the connection is gone."""
        for start in range(0, len(data), _PIECE):
            self._message(bytes([channel]) + data[start : start + _PIECE])

    def end(self, channel: int) -> None:
        """Say that no more comes on a channel; only v5 has a word for it. UnreachableError."""
        self._message(bytes([_CLOSE, channel]))

    def close(self) -> None:
        """End the connection; also from another thread, whose ``receive`` then returns None."""
        with contextlib.suppress(OSError, EOFError):
            self._mention(self._abnf.OPCODE_CLOSE, b"\x03\xe8")  # 1000: all is done
        with self._state:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()

    def _message(self, data: bytes) -> None:
        try:
            with self._sending:
                self._data_since_heard = True
                self._write(self._abnf.OPCODE_BINARY, data)
        except (OSError, EOFError) as problem:
            raise translate(problem, self._access) from problem

    def _mention(self, opcode: int, data: bytes) -> None:
        """Send a control frame without ever waiting: the reader sends them, and must read on. While a sender is at work
        none is needed: its frames say as well that somebody is here.
        """
        if not self._sending.acquire(blocking=False):
            return
        try:
            if not self._unsent:
                frame = self._abnf.create_frame(data, opcode).format()
                sent = self._try(lambda: self._connection.send(frame))
                self._unsent = frame[0 if isinstance(sent, _Busy) else sent :]
        finally:
            self._sending.release()

    def _write(self, opcode: int, data: bytes) -> None:
        # OpenSSL wants what it could not send again, to the byte, before anything else.
        waiting = memoryview(self._unsent + self._abnf.create_frame(data, opcode).format())
        self._unsent = b""
        while waiting:
            sent = self._try(partial(self._connection.send, waiting))
            if isinstance(sent, _Busy):
                self._wait(sent.reads is True, None)
            else:
                waiting = waiting[sent:]

    def _some(self, size: int) -> bytes:
        """Return at most ``size`` bytes as soon as there are some. EOFError at the end."""
        while isinstance(data := self._try(lambda: self._connection.recv(size)), _Busy):
            if not self._wait(data.reads is not False, PING_EVERY):
                self._worry()
        if not data:
            raise EOFError
        self._heard, self._data_since_heard = time.monotonic(), False
        return bytes(data)

    def _worry(self) -> None:
        # Data may wait at the other end for a program that does not read, and pings behind it: that silence is no sign.
        if time.monotonic() - self._heard > SILENCE and not self._data_since_heard:
            raise TimeoutError
        self._mention(self._abnf.OPCODE_PING, b"")

    def _try(self, deed: Callable[[], Result]) -> Result | _Busy:
        with self._state:
            if self._closed:
                raise EOFError
            try:
                return deed()
            except BlockingIOError:
                return _Busy(None)
            except ssl.SSLWantReadError:
                return _Busy(True)
            except ssl.SSLWantWriteError:
                return _Busy(False)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                raise EOFError from None

    def _wait(self, reads: bool, seconds: float | None) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ if reads else selectors.EVENT_WRITE)
            return bool(selector.select(seconds))
