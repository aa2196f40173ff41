"""Real registries on loopback: open, behind a password, behind a token server."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.lab.packages import find

#: The one who may log in, and an htpasswd line that says so.
USER, PASSWORD = "reader", "pass-word"
_HTPASSWD = f"{USER}:$2b$04$0OieT2cYvk5Gr3guQfHvseDA4BhUzeTaPuXqZ25.WqySMBj4kl8DO\n"


@contextmanager
def registry_at(place: Path, auth: str = "") -> Iterator[str]:
    """Run a registry that keeps its blobs in ``place``; yields its host and port. ``auth`` is its lines for logins."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    config = place / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {place}/data}}}}\n"
        f"http: {{addr: '{address}'}}\n{auth}"
    )
    with subprocess.Popen(
        [find("docker-registry"), "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as serving:
        try:
            until = time.monotonic() + 20
            while not listens(address):
                assert time.monotonic() < until, "the registry does not answer"
                time.sleep(0.05)
            yield address
        finally:
            serving.terminate()


def listens(address: str) -> bool:
    """Whether something takes connections at ``host:port``."""
    host, _, port = address.partition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


@contextmanager
def registry_with_passwords(place: Path) -> Iterator[str]:
    """A registry that wants the login of USER."""
    (place / "htpasswd").write_text(_HTPASSWD)
    with registry_at(place, f"auth: {{htpasswd: {{realm: here, path: {place}/htpasswd}}}}\n") as address:
        yield address


@dataclass
class TokenServer:
    """Hands out tokens by the registry's protocol (distribution ``docs/spec/auth/token.md``) for ``lifetime`` seconds.

    USER may do what is in ``allowed``; everybody else gets a token that allows nothing. ``asked`` holds who asked for
    which scope.
    """

    key: Path
    certificate: Path
    lifetime: int = 60
    allowed: tuple[str, ...] = ("pull", "push")
    asked: list[tuple[str, str]] = field(default_factory=list)

    def token(self, user: str, service: str, scopes: list[str]) -> str:
        """A token, signed by the key that the registry trusts."""
        access = []
        for scope in scopes:
            self.asked.append((user, scope))
            kind, name, actions = scope.split(":")[0], ":".join(scope.split(":")[1:-1]), scope.split(":")[-1]
            granted = [each for each in actions.split(",") if each in self.allowed] if user == USER else []
            access.append({"type": kind, "name": name, "actions": granted})
        now = int(time.time())
        claims = {
            "iss": "lab",
            "sub": user,
            "aud": service,
            "exp": now + self.lifetime,
            "nbf": now - 10,
            "iat": now,
            "jti": os.urandom(8).hex(),
            "access": access,
        }
        pem = "".join(self.certificate.read_text().splitlines()[1:-1])
        signed = f"{_part({'typ': 'JWT', 'alg': 'RS256', 'x5c': [pem]})}.{_part(claims)}"
        command = [find("openssl"), "dgst", "-sha256", "-sign", str(self.key)]
        signature = subprocess.run(command, input=signed.encode(), stdout=subprocess.PIPE, check=True).stdout
        return f"{signed}.{_base64(signature)}"


def _part(content: dict[str, object]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def registry_with_tokens(place: Path) -> Iterator[tuple[str, TokenServer]]:
    """A registry that wants a token, and the server that hands them out."""
    server = TokenServer(place / "key.pem", place / "certificate.pem")
    subject = ["-subj", "/CN=lab", "-days", "2"]
    files = ["-keyout", str(server.key), "-out", str(server.certificate)]
    request = [find("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files]
    subprocess.run(request, capture_output=True, check=True)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            login = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            if login and login != f"{USER}:{PASSWORD}":
                self.send_error(401)
                return
            token = server.token(login.partition(":")[0], query["service"][0], query.get("scope", []))
            content = json.dumps({"token": token, "expires_in": server.lifetime}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with serving(Handler) as realm:
        lines = (
            f"auth: {{token: {{realm: 'http://{realm}/token', service: lab, issuer: lab, "
            f"rootcertbundle: {server.certificate}}}}}\n"
        )
        with registry_at(place, lines) as address:
            yield address, server


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Answer HTTP on a port of loopback with ``handler``; yields host and port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
