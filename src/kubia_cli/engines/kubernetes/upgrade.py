"""The websocket handshake with an API server (RFC 6455, section 4), with our own TLS, proxy and credentials.

The SDK's ``kubernetes.stream`` takes keys by file name only, sends a long command's head in part, and hides the
server's reason.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import io
import os
import socket
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from kubia_cli.engines.kubernetes.dial import dial
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.engines.kubernetes.transport import (
    CONNECT_TIMEOUT,
    Request,
    Upgrade,
    parse_warnings,
    target_of,
    user_agent,
)

_ACCEPT_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#: The most of a refusal that is read, in bytes.
_REFUSAL_LIMIT = 1 << 20


class Handshake:
    """One attempt at a websocket of the server of ``access``, through ``proxy`` ("" is none)."""

    def __init__(self, access: ClusterAccess, proxy: str, tls: ssl.SSLContext | None) -> None:
        self._access = access
        self._proxy = proxy
        self._tls = tls
        self._connection: socket.socket | None = None

    def shake(self, request: Request, timeout: float, protocols: Sequence[str]) -> Upgrade:
        """Connect and ask for a websocket. OSError, http.client.HTTPException, LocalError."""
        connection = self._connection = dial(self._access, self._proxy, self._tls, min(CONNECT_TIMEOUT, timeout))
        try:
            connection.settimeout(timeout)
            key = base64.b64encode(os.urandom(16))
            self._ask(connection, request, protocols, key.decode())
            return _answer(connection, protocols, key)
        except BaseException:
            connection.close()
            raise

    def give_up(self) -> None:
        """End an attempt that nobody waits for any more."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _ask(self, connection: socket.socket, request: Request, protocols: Sequence[str], key: str) -> None:
        writer = http.client.HTTPConnection(urlsplit(self._access.server).netloc.rpartition("@")[2])
        writer.sock = connection
        writer.putrequest("GET", f"{urlsplit(self._access.server).path}{target_of(request)}", skip_accept_encoding=True)
        own = (
            ("User-Agent", user_agent()),
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Protocol", ", ".join(protocols)),
        )
        for name, value in (*own, *request.headers):
            writer.putheader(name, value)
        writer.endheaders()


def _answer(connection: socket.socket, protocols: Sequence[str], key: bytes) -> Upgrade:
    answer = http.client.HTTPResponse(_Unbuffered(connection))  # type: ignore[arg-type]  # it uses makefile alone
    with contextlib.closing(answer):  # the reader, not the socket
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        warnings = parse_warnings(answer.headers.get_all("Warning") or ())
        if answer.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            answer.fp = io.BufferedReader(answer.fp)  # the head is read: no frame is lost
            body = answer.read(_REFUSAL_LIMIT)
            connection.close()
            return Upgrade(answer.status, headers, connection, body=body, warnings=warnings)
    digest = hashlib.sha1(key + _ACCEPT_SALT).digest()  # noqa: S324 (RFC 6455 names it; it guards nothing)
    if headers.get("sec-websocket-accept") != base64.b64encode(digest).decode():
        raise http.client.HTTPException("the answer to the websocket handshake is another's")
    protocol = headers.get("sec-websocket-protocol", "")
    if protocol not in protocols:
        raise http.client.HTTPException(f"the server chose the websocket protocol {protocol or 'none'}")
    return Upgrade(answer.status, headers, connection, protocol, warnings=warnings)


class _Unbuffered:
    """A socket whose reader takes no byte more than is asked for: what follows the head are frames."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, mode: str) -> Any:
        return self._connection.makefile(mode, 0)  # type: ignore[call-overload]  # always "rb"
