"""The translator: whatever the SDK and the libraries under it raise ends in kubia's words."""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
import struct
from pathlib import Path

import docker.errors
import pytest
import requests
import urllib3

from kubia_cli.engines.docker.engine import connect
from kubia_cli.engines.docker.errors import translated
from kubia_cli.errors import KubiaError, UnreachableError
from tests.unit.engines.docker.daemon import Answer, daemon

HOST = "unix:///x.sock"


def refused(status: int, message: str) -> docker.errors.APIError:
    """As the SDK makes it; its text holds the address, and with it what the address holds."""
    response = requests.Response()
    response.status_code = status
    response.url = "http+docker://localhost/v1.41/build?buildargs=S3CRET"
    return docker.errors.APIError("x", response=response, explanation=message)


@pytest.mark.parametrize(
    ("raised", "exit_code", "code"),
    [
        (refused(400, "no"), 2, "docker.invalid"),
        (refused(401, "no"), 4, "docker.denied"),
        (refused(403, "no"), 4, "docker.denied"),
        (refused(404, "no"), 11, "container.not-found"),
        (refused(409, "no"), 12, "container.running"),
        (refused(500, "no"), 6, "docker.refused"),
        (refused(500, "write /x: no space left on device"), 14, "docker.disk-full"),
        (refused(503, "no"), 10, "docker.unavailable"),
        (docker.errors.NullResource("no"), 10, "docker.not-docker"),
        (requests.exceptions.ReadTimeout("no"), 10, "docker.silent"),
        (requests.exceptions.ConnectTimeout(TimeoutError("no")), 10, "docker.unreachable"),
        (requests.exceptions.ConnectionError(FileNotFoundError(errno.ENOENT, "no")), 10, "docker.unreachable"),
        (requests.exceptions.ConnectionError(ConnectionResetError()), 10, "docker.broken-off"),
        (requests.exceptions.ChunkedEncodingError(urllib3.exceptions.ProtocolError("no")), 10, "docker.broken-off"),
        (urllib3.exceptions.ProtocolError("no", http.client.IncompleteRead(b"")), 10, "docker.broken-off"),
        (urllib3.exceptions.TimeoutError("no"), 10, "docker.broken-off"),
        (http.client.RemoteDisconnected("no"), 10, "docker.broken-off"),
        (ssl.SSLError("no"), 10, "docker.tls"),
        (socket.gaierror(-2, "Name or service not known"), 10, "docker.unreachable"),
        (PermissionError(errno.EACCES, "no"), 10, "docker.unreachable"),
        (OSError(errno.ENETUNREACH, "no"), 10, "docker.unreachable"),
        (json.JSONDecodeError("no", "", 0), 10, "docker.not-docker"),
        (KeyError("message"), 10, "docker.not-docker"),
    ],
)
def test_every_exception_is_translated(raised: Exception, exit_code: int, code: str) -> None:
    with pytest.raises(KubiaError) as caught, translated(HOST, "container", "web", conflict="container.running"):
        raise raised

    error = caught.value
    assert (error.exit_code, error.code) == (exit_code, code)
    assert error.__cause__ is raised
    for text in (error.message, error.said, error.fix):
        assert "S3CRET" not in text
        assert "Error" not in text
        assert "http+docker" not in text


def test_a_log_that_ends_while_the_container_runs_has_broken_off(tmp_path: Path) -> None:
    frame = struct.pack(">BxxxL", 1, 3) + b"out"
    running = {"Id": "a" * 64, "Config": {"Tty": False}, "State": {"Running": True}}
    answers = {
        "GET /containers/web/json": Answer(running),
        f"GET /containers/{'a' * 64}/json": Answer(running),
        f"GET /containers/{'a' * 64}/logs": Answer(messages=(frame,)),
    }
    with daemon(dict(answers)) as server:
        docker_engine = connect({"DOCKER_HOST": server.host, "HOME": str(tmp_path)})
        followed = docker_engine.logs("web", follow=True)
        assert next(followed) == (1, b"out")
        with pytest.raises(UnreachableError) as caught:
            list(followed)
        assert list(docker_engine.logs("web")) == [(1, b"out")]

    assert (caught.value.code, caught.value.message) == (
        "docker.broken-off",
        "the log of web broke off, and it still runs",
    )


def test_a_removal_that_another_began_is_waited_for(tmp_path: Path) -> None:
    looks = iter(["removing", "removing", ""])

    def look(_: object) -> Answer:
        status = next(looks)
        return Answer({"State": {"Status": status}}) if status else Answer({"message": "No such container"}, 404)

    busy = Answer({"message": "removal of container web is already in progress"}, 409)
    with daemon({"DELETE /containers/web": busy, "GET /containers/web/json": look}) as server:
        connect({"DOCKER_HOST": server.host, "HOME": str(tmp_path)}).remove("web")

    assert next(looks, "all were used") == "all were used"
