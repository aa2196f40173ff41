"""No planted secret is in what kubia prints or leaves behind, whatever fails and however much it is asked to say."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

NAMES = (
    "token", "proxy", "plugin-token", "plugin-env", "docker-auth", "identity", "helper", "build-arg", "env", "literal",
)  # fmt: skip
MARKS = {name: f"m4rk-{name}-Zq7/+x" for name in NAMES}


class Parrot(BaseHTTPRequestHandler):
    """A Docker daemon that refuses everything, and repeats in its refusal all that it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        login = base64.urlsafe_b64decode(self.headers.get("X-Registry-Auth", "")).decode()
        said = json.dumps({"message": f"no: {self.path} {self.headers} {login} {body}"}).encode()
        ping = self.path.endswith(("/_ping", "/version"))
        if ping:
            said = json.dumps({"ApiVersion": "1.44", "MinAPIVersion": "1.24"}).encode()
        self.send_response(200 if ping else 500)
        self.send_header("Api-Version", "1.44")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 (http.server's names)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def parrot() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"tcp://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def env(parrot: str, tmp_path: Path) -> dict[str, str]:
    """A home with a secret in each place that kubia reads one from."""
    home, bin = tmp_path / "home", tmp_path / "bin"
    for directory in (home / ".docker", home / ".kube", home / "tmp", bin, tmp_path / "app"):
        directory.mkdir(parents=True)
    (tmp_path / "app/Dockerfile").write_text("FROM a.example/base\nARG WORD\n")
    auth = base64.b64encode(f"luksa:{MARKS['docker-auth']}".encode()).decode()
    auths = {"a.example": {"auth": auth}, "b.example": {"identitytoken": MARKS["identity"]}}
    (home / ".docker/config.json").write_text(json.dumps({"auths": auths, "credHelpers": {"c.example": "parrot"}}))
    script(bin / "docker-credential-parrot", json.dumps({"Username": "luksa", "Secret": MARKS["helper"]}), 0)
    script(bin / "plugin-fails", MARKS["plugin-token"], 1, said="$PLUGIN_TOKEN")
    credential = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1"}
    script(bin / "plugin-works", json.dumps({**credential, "status": {"token": MARKS["plugin-token"]}}), 0)
    (home / ".kube/config").write_text(json.dumps(kubeconfig()))
    return {
        "PATH": f"{bin}:{os.environ['PATH']}", "HOME": str(home), "TMPDIR": str(home / "tmp"), "LANG": "C.UTF-8",
        "DOCKER_HOST": parrot, "XDG_STATE_HOME": str(home / "state"),
    }  # fmt: skip


def script(file: Path, printed: str, status: int, said: str = "") -> None:
    file.write_text(f"#!/bin/sh\ncat <<'END'\n{printed}\nEND\necho \"{said}\" >&2\nexit {status}\n")
    file.chmod(0o755)


def kubeconfig() -> dict[str, object]:
    def plugin(command: str) -> dict[str, object]:
        env = [{"name": "PLUGIN_TOKEN", "value": MARKS["plugin-env"]}]
        return {"exec": {"command": command, "apiVersion": "client.authentication.k8s.io/v1",
                         "interactiveMode": "Never", "env": env}}  # fmt: skip

    users = {"token": {"token": MARKS["token"]}, "fails": plugin("plugin-fails"), "works": plugin("plugin-works")}
    proxy = f"http://luksa:{quote(MARKS['proxy'], safe='')}@127.0.0.1:1"
    clusters = {
        "plain": {"server": "https://127.0.0.1:1"},
        "proxied": {"server": "https://10.9.8.7", "proxy-url": proxy},
    }
    return {
        "current-context": "token-plain",
        "clusters": [{"name": name, "cluster": cluster} for name, cluster in clusters.items()],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [
            {"name": f"{user}-{cluster}", "context": {"user": user, "cluster": cluster}}
            for user in users for cluster in clusters
        ],
    }  # fmt: skip


LINES = [
    "pull a.example/x", "pull b.example/x", "pull c.example/x", "push a.example/x:1", "push c.example/x:1",
    f"build -t x --build-arg WORD={MARKS['build-arg']} app",
    f"run -d -e DB_PASSWORD={MARKS['env']} a.example/x",
    f"run x --image=a.example/x -e DB_PASSWORD={MARKS['env']} --context token-plain",
    f"create secret generic x --from-literal=word={MARKS['literal']}",
    *(f"get pods --context {user}-{way}" for user in ("token", "fails", "works") for way in ("plain", "proxied")),
]  # fmt: skip


def spellings(mark: str) -> set[str]:
    return {
        mark, mark[::-1], quote(mark, safe=""), json.dumps(mark)[1:-1],
        base64.b64encode(mark.encode()).decode(), base64.urlsafe_b64encode(mark.encode()).decode(), mark.encode().hex(),
    }  # fmt: skip


def leaked(*texts: str) -> set[str]:
    return {name for name, mark in MARKS.items() for form in spellings(mark) if any(form in text for text in texts)}


def typed(line: str, env: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "kubia_cli", *line.split()]
    return subprocess.run(program, env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("manner", ["", " --verbose", " -o json", " KUBIA_DEBUG"])
def test_no_secret_is_said_or_left(manner: str, env: dict[str, str], tmp_path: Path) -> None:
    if manner == " KUBIA_DEBUG":
        env, manner = {**env, "KUBIA_DEBUG": "1"}, ""
    kept = {file for file in tmp_path.rglob("*") if file.is_file()}
    for line in LINES:
        first, *rest = line.split(" ", 1)
        done = typed(" ".join([first, *manner.split(), *rest]), env, tmp_path)
        assert done.returncode not in (0, 70), (line, done.stderr)
        assert leaked(done.stdout, done.stderr) == set(), (line, done.stdout, done.stderr)
    left = [file for file in tmp_path.rglob("*") if file.is_file() and file not in kept]
    assert {
        str(file): leaked(file.read_text(errors="replace")) for file in left if leaked(file.read_text(errors="replace"))
    } == {}


def test_the_scan_finds_what_is_there(env: dict[str, str], tmp_path: Path) -> None:
    line = f"create secret generic x --from-literal=word={MARKS['literal']} --dry-run=client -o yaml"
    assert leaked(typed(line, env, tmp_path).stdout) == {"literal"}
    assert leaked((tmp_path / "home/.kube/config").read_text()) == {"token", "proxy", "plugin-env"}
