"""A small server that answers like dockerd: JSON, or a stream of messages in HTTP's chunks."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Message = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """JSON, or a stream of ``messages``; ``cut`` ends it in the middle, as a daemon does that is killed.

    ``raw`` is all that is sent, in one piece, before the connection is closed.
    """

    body: Any = None
    status: int = 200
    messages: tuple[Message | bytes, ...] | None = None
    cut: bool = False
    raw: bytes = b""


@dataclass
class Asked:
    """A request as it came; ``login`` is its X-Registry-Auth or X-Registry-Config."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    login: Any


@dataclass
class Daemon:
    """Answers by method and path, without the API's version; everything else is 404."""

    answers: dict[str, Answer | Callable[[Asked], Answer]]
    asked: list[Asked] = field(default_factory=list)
    host: str = ""

    @property
    def lines(self) -> list[str]:
        """``GET /images/kubia/json`` for every request."""
        return [f"{each.method} {each.path}" for each in self.asked]


@contextmanager
def daemon(answers: dict[str, Answer | Callable[[Asked], Answer]]) -> Iterator[Daemon]:
    """Run one on a port of loopback."""
    running = Daemon({"GET /version": Answer({"ApiVersion": "1.41", "MinAPIVersion": "1.12"}), **answers})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _serve(self) -> None:
            url = urlsplit(self.path)
            path = url.path.partition("/v1.41")[2] or url.path
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            login = self.headers.get("X-Registry-Auth") or self.headers.get("X-Registry-Config")
            decoded = json.loads(base64.urlsafe_b64decode(login)) if login else None
            asked = Asked(self.command, path, query, self._body(), decoded)
            running.asked.append(asked)
            found = running.answers.get(f"{self.command} {path}", Answer({"message": "page not found"}, 404))
            self._answer(found(asked) if callable(found) else found)

        do_GET = do_HEAD = do_POST = do_DELETE = _serve  # noqa: N815 (names that http.server calls)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _answer(self, answer: Answer) -> None:
            if answer.raw:
                self.wfile.write(answer.raw)
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            if answer.messages is None:
                content = json.dumps(answer.body).encode() if answer.status != 204 else b""
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                return
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for message in answer.messages:
                content = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\r\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
            if answer.cut:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running.host = f"tcp://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
