"""A connection to a pod's port, over a websocket of the API server: a real socket, with deadlines.

The protocol: kubelet ``pkg/cri/streaming/portforward/websocket.go``. Channel 0 carries the bytes, channel 1 the
kubelet's complaint; each begins with the port's number.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from typing import Any

from kubia_cli.engines.kubernetes.channels import V4, Channels
from kubia_cli.errors import KubiaError

PROTOCOLS = (V4,)
_DATA, _COMPLAINT = 0, 1
_PIECE = 64 * 1024


class PodConnection(socket.socket):
    """Our end of a connection to a pod's port. At the end of what it reads stands the kubelet's complaint, if there is
    one: ConnectionRefusedError when not a byte came (as a rule nothing listens there), else ConnectionResetError.
    """

    complaint = ""
    heard = False

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As a socket's."""
        data = super().recv(size, flags)
        if size and not data:
            self._complain()
        return data

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:
        """As a socket's."""
        count = super().recv_into(buffer, size, flags)
        if len(buffer) and not count:
            self._complain()
        return count

    def _complain(self) -> None:
        if self.complaint:
            raise (ConnectionResetError if self.heard else ConnectionRefusedError)(self.complaint)


def forwarded(channels: Channels) -> PodConnection:
    """Return a socket whose bytes go and come over ``channels``, which end with it."""
    ours, inner = socket.socketpair()
    connection = PodConnection(ours.family, ours.type, ours.proto, fileno=ours.detach())
    Pump(channels, connection, inner).start()
    return connection


class Pump:
    """Two threads that carry bytes between a local socket and a pod's port until either side has closed."""

    def __init__(self, channels: Channels, connection: PodConnection, inner: socket.socket) -> None:
        self._channels = channels
        self._connection = connection
        self._inner = inner

    def start(self) -> None:
        """Begin to carry."""
        out = threading.Thread(target=self._carry_out, daemon=True)
        out.start()
        threading.Thread(target=self._carry_in, args=(out,), daemon=True).start()

    def _carry_out(self) -> None:
        with contextlib.suppress(OSError, KubiaError):  # the reading side tells what became of the connection
            while data := self._inner.recv(_PIECE):
                self._channels.send(_DATA, data)
            # Closed, or only half: the protocol has no word for that, so the pod's answer is waited for.
            waiting = select.poll()
            waiting.register(self._inner, 0)  # POLLHUP always counts
            waiting.poll()
        self._channels.close()

    def _carry_in(self, out: threading.Thread) -> None:
        begun: set[int] = set()
        try:
            while (message := self._channels.receive()) is not None:
                channel, data = message
                if channel not in begun:
                    begun.add(channel)  # the port's number
                elif channel == _COMPLAINT:
                    self._connection.complaint += data.decode("utf-8", "backslashreplace")
                elif channel == _DATA and data:
                    self._connection.heard = True
                    self._inner.sendall(data)
        except KubiaError as error:
            self._connection.complaint = error.message
        except OSError:
            pass  # the local side has closed
        self._channels.close()
        with contextlib.suppress(OSError):
            self._inner.shutdown(socket.SHUT_RDWR)
        out.join()
        self._inner.close()
