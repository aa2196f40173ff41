"""What is asked of an engine at a press of TAB: of a small real server, which may answer, forbid it or be silent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kubia_cli.completion import live
from kubia_cli.completion.complete import complete
from kubia_cli.completion.offer import Offer

PODS = {
    "kind": "Table",
    "columnDefinitions": [
        {"name": name, "priority": priority}
        for name, priority in (("Name", 0), ("Ready", 0), ("Status", 0), ("Restarts", 0), ("Age", 0), ("IP", 1))
    ],
    "rows": [{"cells": [name, "1/1", "Running", 0, "5m", "10.0.0.1"]} for name in ("kubia-a", "kubia-b", "other")],
}
DEPLOYMENT = {
    "spec": {
        "replicas": 3,
        "template": {"spec": {"containers": [{"name": "main", "ports": [{"containerPort": 8080, "name": "http"}]}]}},
    },
    "status": {"readyReplicas": 2},
}
POD = {
    "spec": {
        "initContainers": [{"name": "init", "image": "busybox"}],
        "containers": [{"name": "main", "image": "kubia@sha256:1"}],
    }
}
CONTAINERS = [
    {"Names": ["/kubia-container"], "Image": "kubia", "Status": "Up 5 minutes"},
    {"Names": ["/left"], "Image": "sha256:0123456789abcdef", "Status": "Exited (0)"},
]
IMAGES = [{"RepoTags": ["kubia:latest", "luksa/kubia:latest"], "Size": 109_000_000}, {"RepoTags": None, "Size": 1}]
ANSWERS: dict[str, Any] = {
    "/api/v1/namespaces/team-a/pods": PODS,
    "/api/v1/namespaces/team-a/pods/kubia-a": POD,
    "/apis/apps/v1/namespaces/team-a/deployments/kubia": DEPLOYMENT,
    "/containers/json": CONTAINERS,
    "/images/json": IMAGES,
    "/images/kubia/json": {"Config": {"ExposedPorts": {"8080/tcp": {}}}},
    "/networks": [{"Name": "bridge", "Driver": "bridge"}],
}


class Server(ThreadingHTTPServer):
    """An API server and a Docker engine in one; ``status`` and ``silent`` are set by the tests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.silent = threading.Event()
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """Answers by ANSWERS."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.silent.is_set():
            time.sleep(5)
            return
        path = self.path.partition("?")[0]
        status = self.server.status if path in ANSWERS else 404
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(ANSWERS.get(path, {})).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    place = f"127.0.0.1:{server.server_address[1]}"
    (tmp_path / "config").write_text(
        "{apiVersion: v1, kind: Config, current-context: here, users: [{name: me, user: {token: hunter2}}], "
        "contexts: [{name: here, context: {cluster: c, user: me, namespace: team-a}}], "
        f'clusters: [{{name: c, cluster: {{server: "http://{place}"}}}}]}}'
    )
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"tcp://{place}")
    for name in ("KUBIA_ON", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "DOCKER_TLS_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    yield server
    server.shutdown()
    server.server_close()


def asked(line: str) -> Offer:
    *before, current = line.split(" ")
    return complete([word for word in before if word], current)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("get pods kubia-", {"kubia-a": "Running 1/1 · 5m", "kubia-b": "Running 1/1 · 5m"}),
        ("get po/o", {"po/other": "Running 1/1 · 5m"}),
        ("get pods kubia-a ", {"kubia-b": "Running 1/1 · 5m", "other": "Running 1/1 · 5m"}),
        ("get po/kubia-a po/k", {"po/kubia-b": "Running 1/1 · 5m"}),
        ("delete pod oth", {"other": "Running 1/1 · 5m"}),
        ("get pods -A ", {}),
        ("get nosuch ", {}),
        ("scale deploy kubia --replicas ", {"3": "as many as now, 2 ready"}),
        ("scale deploy/kubia --replicas=", {"3": "as many as now, 2 ready"}),
        ("expose deploy kubia --port ", {"8080": "http"}),
        ("run kubia --image=kubia --port ", {"8080": "the image exposes it"}),
        ("exec pod/kubia-a -c ", {"init": "busybox", "main": "kubia"}),
        ("exec kubia-a -c m", {"main": "kubia"}),
        ("exec ../x -c ", {}),
        ("exec k", {"kubia-container": "kubia · Up 5 minutes", "kubia-a": "Running 1/1 · 5m",
                    "kubia-b": "Running 1/1 · 5m"}),
        ("--on docker exec ", {"kubia-container": "kubia · Up 5 minutes", "left": "0123456789ab · Exited (0)"}),
        ("-n team-a exec k", {"kubia-a": "Running 1/1 · 5m", "kubia-b": "Running 1/1 · 5m"}),
        ("rm kubia-container ", {"left": "0123456789ab · Exited (0)"}),
        ("push kubia:", {"kubia:latest": "109MB"}),
        ("run lu", {"luksa/kubia:latest": "109MB"}),
        ("inspect image/k", {"image/kubia:latest": "109MB"}),
        ("inspect container/l", {"container/left": "0123456789ab · Exited (0)"}),
        ("run --network ", {"bridge": "bridge"}),
    ],
)  # fmt: skip
def test_names_with_their_state(server: Server, line: str, found: dict[str, str]) -> None:
    assert dict(asked(line).candidates) == found


def test_bare_pods_need_a_namespace_s_own_path(server: Server) -> None:
    asked("get pods ")
    assert server.asked == ["/api/v1/namespaces/team-a/pods?limit=500&includeObject=None"]


def test_a_list_that_was_cut_says_so(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"cells": [f"kubia-{number}", "1/1", "Running", 0, "5m", ""]} for number in range(500)]
    monkeypatch.setitem(ANSWERS, "/api/v1/namespaces/team-a/pods", {**PODS, "rows": rows})
    offer = asked("get pods ")
    assert len(offer.candidates) == 500
    assert offer.help == ["these are the first 500; type more for the others"]


def test_where_a_plugin_knows_the_credentials_the_engine_asks(server: Server, tmp_path: Path) -> None:
    credential = '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}'
    (tmp_path / "plugin").write_text(f"#!/bin/sh\necho '{credential}'\n")
    (tmp_path / "plugin").chmod(0o755)
    plain = (tmp_path / "config").read_text()
    exec_user = (
        f'exec: {{apiVersion: client.authentication.k8s.io/v1, command: "{tmp_path}/plugin", interactiveMode: Never}}'
    )
    (tmp_path / "config").write_text(plain.replace("token: hunter2", exec_user))
    assert dict(asked("get pods oth").candidates) == {"other": "Running 1/1 · 5m"}
    kept = [file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert not any(b'"token"' in each for each in kept)


def test_two_presses_ask_once(server: Server) -> None:
    first, second = asked("get pods "), asked("get pods ")
    assert first.candidates == second.candidates
    assert len(server.asked) == 1


def test_a_silent_server_costs_a_moment_once_and_what_it_said_last_is_offered(server: Server) -> None:
    names = [name for name, _ in asked("get pods ").candidates]
    time.sleep(live.FRESH)
    server.silent.set()
    began = time.monotonic()
    late = asked("get pods ")
    assert time.monotonic() - began < 2
    assert [name for name, _ in late.candidates] == names
    assert late.help == ["the cluster gives no answer within 0.8 s"]
    before = len(server.asked)
    again = asked("get pods ")
    assert (again.candidates, again.help, len(server.asked)) == (late.candidates, late.help, before)


@pytest.mark.parametrize(
    ("status", "why"), [(403, "forbids it"), (401, "asks for a login"), (500, "does not answer as expected")]
)
def test_a_refusal_is_said(server: Server, status: int, why: str) -> None:
    server.status = status
    offer = asked("get pods ")
    assert (offer.candidates, offer.help, offer.directive) == ([], [f"the cluster {why}"], 4)


def test_a_dead_server_is_said(server: Server, tmp_path: Path) -> None:
    server.shutdown()
    server.server_close()
    offer = asked("get pods ")
    assert (offer.candidates, offer.help) == ([], ["the cluster cannot be reached"])
    assert "pods" in dict(asked("get ").candidates)
    assert asked("rm ").help == ["the Docker engine cannot be reached"]


def test_no_cluster_is_configured(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nonexistent")
    assert (asked("get pods ").candidates, asked("get pods ").help) == ([], [])
    assert [name for name, _ in asked("exec ").candidates] == ["kubia-container", "left"]


def test_what_is_kept_is_private_and_holds_no_secret(server: Server, tmp_path: Path) -> None:
    asked("get pods ")
    kept = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert len(kept) == 2
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}
    assert not any(b"hunter2" in file.read_bytes() for file in kept)
