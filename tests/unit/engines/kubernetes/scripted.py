"""A small real server on loopback that answers as a test wrote it: what an API server, or a proxy, can do wrong."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from kubia_cli.engines.kubernetes.api import KubeCluster, connect
from kubia_cli.engines.kubernetes.discovery import cache_file


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


Script = Callable[[socket.socket, Asked], None]


class Open(Protocol):
    """The fixture ``cluster``."""

    def __call__(
        self, *scripts: Script, token: str = ""
    ) -> contextlib.AbstractContextManager[tuple[KubeCluster, Scripted]]:
        """See ``cluster`` below."""


@dataclass
class Scripted:
    """Runs one script for each connection, in order, the last one again and again."""

    scripts: list[Script]
    asked: list[Asked] = field(default_factory=list)
    problems: list[BaseException] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _connections: list[socket.socket] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        for connection in self._connections:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            asked = read_request(connection)
            script = self.scripts[min(len(self.asked), len(self.scripts) - 1)]
            self.asked.append(asked)
            script(connection, asked)
        except (OSError, EOFError):
            pass
        except BaseException as problem:
            self.problems.append(problem)
        finally:
            connection.close()


@contextlib.contextmanager
def cluster(
    tmp_path: Path, *scripts: Script, token: str = "", transport: str = ""
) -> Iterator[tuple[KubeCluster, Scripted]]:
    """A cluster as verbs get it, before a server that runs ``scripts``; ``transport`` "lean" or "sdk" does it all."""
    server = Scripted(list(scripts))
    config = {
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me", "namespace": "dev"}}],
        "clusters": [{"name": "lab", "cluster": {"server": server.url}}],
        "users": [{"name": "me", "user": {"token": token} if token else {}}],
    }
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(config))
    env = {"KUBECONFIG": str(file), "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    kube = connect(env, on_warning=lambda _: None)
    only = {"lean": kube._lean, "sdk": kube._server}.get(transport)
    try:
        yield (KubeCluster(only, only, cache_file(env, kube.server)) if only else kube), server
    finally:
        kube._server.close()
        kube._lean.close()
        server.close()
    assert server.problems == []


def read_request(connection: socket.socket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise EOFError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    parts = urlsplit(target)
    return Asked(method, parts.path, parse_qs(parts.query), headers, body)


def answer(body: object, status: int = 200, content_type: str = "application/json", **headers: str) -> Script:
    """A whole answer; what is no bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw(_head(status, content_type, **{"Content-Length": str(len(data)), **headers}), data)


def raw(*pieces: bytes, every: float = 0.0, then: float = 0.0) -> Script:
    """Send the pieces, ``every`` so many seconds one; wait for ``then`` seconds; close."""

    def script(connection: socket.socket, _: Asked) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(every)
        time.sleep(then)

    return script


def streamed(*pieces: bytes, whole: bool = True, then: float = 0.0) -> Script:
    """An answer in chunks, whose last chunk comes only if it is ``whole``, after ``then`` seconds."""
    chunks = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]

    def script(connection: socket.socket, _: Asked) -> None:
        connection.sendall(_head(200, "application/json", **{"Transfer-Encoding": "chunked"}) + b"".join(chunks))
        time.sleep(then)
        if whole:
            connection.sendall(b"0\r\n\r\n")

    return script


def status(code: int, reason: str = "", message: str = "", **more: Any) -> Script:
    """A refusal in Kubernetes' own form."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason}
    return answer({**body, "message": message, **more}, code)


def _head(status: int, content_type: str, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {content_type}", "Connection: close"]
    return "\r\n".join(
        [*lines, *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    ).encode()


class Peer:
    """The server's end of a websocket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb")

    def send(self, channel: int, data: bytes) -> None:
        self.frame(2, bytes([channel]) + data)

    def frame(self, opcode: int, data: bytes, *, last: bool = True) -> None:
        if len(data) < 126:
            length = bytes([len(data)])
        elif len(data) < 65536:
            length = b"\x7e" + struct.pack("!H", len(data))
        else:
            length = b"\x7f" + struct.pack("!Q", len(data))
        self._connection.sendall(bytes([(0x80 if last else 0) | opcode]) + length + data)

    def status(self, **said: Any) -> None:
        self.send(3, json.dumps(said).encode())

    def receive(self) -> tuple[int, bytes]:
        """The next frame: (opcode, data). EOFError at the end."""
        first, second = self._exactly(2)
        length = second & 0x7F
        if length >= 126:
            length = int.from_bytes(self._exactly(2 if length == 126 else 8), "big")
        mask, data = self._exactly(4), self._exactly(length)
        return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))

    def wait(self) -> None:
        """Do nothing until the other side says something."""
        self.receive()

    def _exactly(self, count: int) -> bytes:
        data = self._reader.read(count)
        if len(data) < count:
            raise EOFError
        return data


def websocket(talk: Callable[[Peer], None], protocol: str = "v5.channel.k8s.io", early: bytes = b"") -> Script:
    """Open a websocket and ``talk``; ``early`` bytes follow the head in the same packet."""

    def script(connection: socket.socket, asked: Asked) -> None:
        key = asked.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Accept: {accept}", f"Sec-WebSocket-Protocol: {protocol}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + early)
        talk(Peer(connection))

    return script
