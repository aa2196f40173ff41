"""One connected socket to an engine, whatever lies between: a unix socket, TCP, TLS or ssh.

TLS and ssh end in a socket pair, so that whoever holds the other end can wait on it, and close its writing half: that
is how the program in a container learns that its stdin has ended (Python's SSLSocket cannot do it, a pipe to ssh
cannot be waited for).
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import subprocess
import threading

from kubia_cli.engines.docker.endpoint import Endpoint, Tls

_PIECE = 64 * 1024


def dial(endpoint: Endpoint, timeout: float) -> socket.socket:
    """Connect within ``timeout`` seconds. Raises OSError, of which ssl.SSLError is one."""
    if endpoint.scheme == "ssh":
        return _ssh(endpoint)
    if endpoint.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            connection.connect(endpoint.path)
        except BaseException:
            connection.close()
            raise
        return connection
    connection = socket.create_connection((endpoint.address, endpoint.port), timeout)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if endpoint.tls is None:
        return connection
    try:
        return _Tunnel(connection, endpoint.tls, endpoint.address).opened()
    except BaseException:
        connection.close()
        raise


def _ssh(endpoint: Endpoint) -> socket.socket:
    """As docker's own client: ``ssh HOST docker system dial-stdio``, with the user's ssh configuration."""
    words = ["ssh", "-o", "ConnectTimeout=30", "-T"]
    words += ["-l", endpoint.user] if endpoint.user else []
    words += ["-p", str(endpoint.port)] if endpoint.port else []
    words += ["--", endpoint.address, "docker"]
    words += ["--host", f"unix://{endpoint.path}"] if endpoint.path.strip("/") else []
    ours, theirs = socket.socketpair()
    try:
        process = subprocess.Popen(
            [*words, "system", "dial-stdio"], stdin=theirs.fileno(), stdout=theirs.fileno(), start_new_session=True
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    threading.Thread(target=process.wait, daemon=True).start()
    return ours


class _Tunnel:
    """TLS on one side, a socket pair on the other, and a thread that carries the bytes between."""

    def __init__(self, connection: socket.socket, tls: Tls, host: str) -> None:
        self._connection = connection
        self._received = ssl.MemoryBIO()
        self._to_send = ssl.MemoryBIO()
        self._tls = _context(tls).wrap_bio(self._received, self._to_send, server_hostname=host)

    def opened(self) -> socket.socket:
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._receive()
            except ssl.SSLError:
                with contextlib.suppress(OSError):  # the alert that says why
                    self._flush()
                raise
        self._flush()
        self._connection.settimeout(None)
        ours, theirs = socket.socketpair()
        threading.Thread(target=self._carry, args=(theirs,), daemon=True).start()
        return ours

    def _carry(self, near: socket.socket) -> None:
        with near, self._connection, contextlib.suppress(OSError):
            waiting = {near, self._connection}
            while self._connection in waiting:
                ready, _, _ = select.select(waiting, [], [])
                if near in ready and not self._outward(near):
                    waiting.discard(near)
                if self._connection in ready:
                    self._receive()
                if not self._inward(near):
                    return

    def _outward(self, near: socket.socket) -> bool:
        """Send a piece on; at its end say so by TLS's close_notify, and go on reading."""
        piece = near.recv(_PIECE)
        if piece:
            self._tls.write(piece)
        else:
            # All that came has been read, so this finds nothing of the server's and cannot stumble over it.
            with contextlib.suppress(ssl.SSLWantReadError):
                self._tls.unwrap()
        self._flush()
        return bool(piece)

    def _inward(self, near: socket.socket) -> bool:
        """Hand on what the server sent; False at its end."""
        try:
            while piece := self._tls.read(_PIECE):
                near.sendall(piece)
        except ssl.SSLWantReadError:
            self._flush()
            return True
        except ssl.SSLZeroReturnError:
            pass
        return False

    def _receive(self) -> None:
        piece = self._connection.recv(_PIECE)
        if piece:
            self._received.write(piece)
        else:
            self._received.write_eof()

    def _flush(self) -> None:
        if self._to_send.pending:
            self._connection.sendall(self._to_send.read())


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca or None)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate:
        context.load_cert_chain(tls.certificate, tls.key)
    return context
