"""Attempts at an API server with the standard library alone: for what must start fast, and reads.

Importing the SDK costs more than kubectl's whole ``get pods``.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from kubia_cli.engines.kubernetes.credentials import ClientCertificate, tls_context
from kubia_cli.engines.kubernetes.dial import dial
from kubia_cli.engines.kubernetes.kubeconfig import ClusterAccess
from kubia_cli.engines.kubernetes.proxy import proxy_for
from kubia_cli.engines.kubernetes.transport import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    AttemptFailedError,
    Request,
    Response,
    Stream,
    Upgrade,
    parse_warnings,
    target_of,
    user_agent,
    within,
)

_CHUNK = 65536


class LeanTransport:
    """The API server over ``http.client``. ``env`` names the proxies."""

    def __init__(self, access: ClusterAccess, env: Mapping[str, str], certificate: ClientCertificate | None) -> None:
        self._access = access
        self._proxy = proxy_for(access, env)
        self._tls = tls_context(access, certificate) if access.server.startswith("https://") else None
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def request(self, request: Request, timeout: float) -> Response:
        """Ask once; see ``Transport``."""
        attempt = _Attempt(self, request)

        def ask() -> Response:
            answer = attempt.begin(timeout, min(READ_TIMEOUT, timeout), {"Accept-Encoding": "gzip"})
            whole = False
            try:
                with contextlib.closing(answer):
                    body = answer.read()
                whole = True
            finally:
                attempt.give_back(reusable=whole and not answer.will_close)
            if answer.headers.get("Content-Encoding") == "gzip":
                body = _unpacked(body)
            return Response(answer.status, _lowered(answer), body, _warnings(answer))

        return within(timeout, ask, attempt.end)

    def stream(self, request: Request, timeout: float, read_timeout: float | None, lifetime: float | None) -> Stream:
        """Open a stream; see ``Transport``."""
        attempt = _Attempt(self, request)
        answer = within(timeout, partial(attempt.begin, timeout, read_timeout, {}), attempt.end)
        return LeanStream(answer, attempt, lifetime)

    def upgrade(self, request: Request, timeout: float, protocols: Sequence[str]) -> Upgrade:
        """Ask for a websocket; see ``Transport``."""
        from kubia_cli.engines.kubernetes.upgrade import Handshake  # noqa: PLC0415 (few verbs need one)

        handshake = Handshake(self._access, self._proxy, self._tls)
        return within(timeout, partial(handshake.shake, request, timeout, protocols), handshake.give_up)

    def close(self) -> None:
        """Close the idle connections; an attempt closes its own."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def lend(self, timeout: float) -> http.client.HTTPConnection:
        """Return a connection that stands. OSError, http.client.HTTPException."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        connection = http.client.HTTPConnection(self._access.server.partition("://")[2].partition("/")[0])
        connection.sock = dial(self._access, self._proxy, self._tls, min(CONNECT_TIMEOUT, timeout))
        return connection

    def take_back(self, connection: http.client.HTTPConnection) -> None:
        """Keep a connection for the next request."""
        with self._lock:
            self._idle.append(connection)

    def target(self, request: Request) -> str:
        """What stands in the first line of ``request``: a server may have a path of its own."""
        _, slash, prefix = self._access.server.partition("://")[2].partition("/")
        return f"{slash}{prefix}{target_of(request)}"


class _Attempt:
    """One request under way, which another thread may end."""

    def __init__(self, transport: LeanTransport, request: Request) -> None:
        self._transport = transport
        self._request = request
        self._ended = False
        self._socket: socket.socket | None = None
        self._connection: http.client.HTTPConnection | None = None

    def begin(self, timeout: float, read_timeout: float | None, more: Mapping[str, str]) -> http.client.HTTPResponse:
        """Send the request and return the answer's head. OSError, http.client.HTTPException."""
        request = self._request
        connection = self._connection = self._transport.lend(timeout)
        self._socket = connection.sock  # the connection lets go of it when the server says that it will close
        if self._ended:
            self.end()
        self._socket.settimeout(read_timeout)
        connection.putrequest(request.method, self._transport.target(request), skip_accept_encoding=True)
        body = None if request.body is None else json.dumps(request.body).encode()
        own = {"Accept": request.accept, "User-Agent": user_agent(), **more}
        if body is not None:
            own |= {"Content-Type": request.content_type, "Content-Length": str(len(body))}
        for name, value in (*own.items(), *request.headers):
            connection.putheader(name, value)
        try:
            connection.endheaders(body)
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def give_back(self, *, reusable: bool) -> None:
        """Return the connection once its answer is read."""
        if self._connection is not None and reusable and not self._ended:
            self._transport.take_back(self._connection)
        elif self._connection is not None:
            self._connection.close()

    def end(self) -> None:
        """Shut the connection, now or as soon as it stands."""
        self._ended = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class LeanStream:
    """An open answer of ``http.client``'s."""

    def __init__(self, answer: http.client.HTTPResponse, attempt: _Attempt, lifetime: float | None) -> None:
        self._answer = answer
        self._attempt = attempt
        self._over = False
        self.status = answer.status
        self.headers: Mapping[str, str] = _lowered(answer)
        self.warnings = _warnings(answer)
        self._timer = threading.Timer(lifetime, self.close) if lifetime is not None else None
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces until the server ends, the stream's time is over, or it is closed."""
        try:
            while not self._over and (piece := self._answer.read1(_CHUNK)):
                yield piece
        except (OSError, ValueError, http.client.HTTPException) as problem:
            if not self._over:
                raise AttemptFailedError from problem
        finally:
            self.close()
            self._answer.close()
            self._attempt.give_back(reusable=False)

    def close(self) -> None:
        """End the stream; a reader in another thread sees its end."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        self._attempt.end()


def _unpacked(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (EOFError, zlib.error) as problem:
        raise http.client.HTTPException("the answer is packed, and cannot be unpacked") from problem


def _lowered(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _warnings(answer: http.client.HTTPResponse) -> tuple[str, ...]:
    return parse_warnings(answer.headers.get_all("Warning") or ())
