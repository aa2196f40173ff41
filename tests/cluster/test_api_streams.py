"""Programs, logs and ports of pods on a real Kubernetes."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import threading
from pathlib import Path

import pytest
import yaml

from kubia_cli.engines.kubernetes.api import KubeCluster, connect
from kubia_cli.engines.kubernetes.discovery import POD
from kubia_cli.errors import ContainerStartError, NotFoundError, RefusedError
from kubia_cli.model.program import ProgramStream
from tests.cluster.pods import running
from tests.lab.state import State

pytestmark = pytest.mark.cluster


def finish(program: ProgramStream) -> tuple[bytes, bytes, int]:
    streams = {1: b"", 2: b""}
    while (piece := program.read()) is not None:
        streams[piece[0]] += piece[1]
    try:
        return streams[1], streams[2], program.exit_code()
    finally:
        program.close()


def test_exec(place: KubeCluster, pod: str) -> None:
    assert finish(place.exec(pod, "", ["sh", "-c", "echo out; echo err >&2; exit 3"])) == (b"out\n", b"err\n", 3)
    assert finish(place.exec(pod, "", ["true"], container="main")) == (b"", b"", 0)
    long = "x" * 60_000
    assert finish(place.exec(pod, "", ["echo", "-n", long])) == (long.encode(), b"", 0)


def test_exec_with_input(place: KubeCluster, pod: str) -> None:
    blob = os.urandom(3 << 20)
    program = place.exec(pod, "", ["cat"], stdin=True)

    def write() -> None:
        program.write(blob)
        program.close_stdin()

    threading.Thread(target=write).start()
    assert finish(program) == (blob, b"", 0)


def test_exec_in_a_terminal(place: KubeCluster, pod: str) -> None:
    # A runtime sets a terminal's size beside the program, not before it.
    script = "until stty size | grep -q '43 132'; do sleep 0.1; done; read word; echo got $word; exit 7"
    program = place.exec(pod, "", ["sh", "-c", f"{{ {script}; }} 2>/dev/null"], tty=True, stdin=True)
    program.resize(132, 43)
    program.write(b"word\n")
    assert finish(program) == (b"word\r\ngot word\r\n", b"", 7)


@pytest.mark.parametrize(
    ("program", "code", "message"),
    [
        ("nope", 127, "the container has no program `nope`"),
        ("/nope", 127, "the container has no program `/nope`"),
        ("/etc/passwd", 126, "`/etc/passwd` cannot be executed in the container"),
        ("/etc", 126, "`/etc` cannot be executed in the container"),
    ],
)
def test_exec_of_what_cannot_be_run(place: KubeCluster, pod: str, program: str, code: int, message: str) -> None:
    with pytest.raises(ContainerStartError) as caught:
        finish(place.exec(pod, "", [program]))
    name = {127: "program.not-found", 126: "program.not-executable"}[code]
    assert (caught.value.exit_code, caught.value.code, caught.value.message) == (code, name, message)
    assert caught.value.state == "nothing was run"


def test_exec_where_there_is_nothing(place: KubeCluster, pod: str) -> None:
    with pytest.raises(NotFoundError, match='pods "nobody" not found'):
        place.exec("nobody", "", ["true"])
    with pytest.raises(RefusedError, match="container nobody is not valid for pod listener"):
        place.exec(pod, "", ["true"], container="nobody")


def test_attach_and_logs(place: KubeCluster) -> None:
    script = "echo begun; read word; echo got $word; printf '\\377 no newline'; exit 4"
    name = running(place, "attached", script, stdin=True, stdinOnce=True)
    program = place.attach(name, "", stdin=True)
    program.write(b"typed\n")
    out, err, code = finish(program)
    assert (out.endswith(b"got typed\n\xff no newline"), err, code) == (True, b"", 4)
    whole = b"begun\ngot typed\n\xff no newline"
    assert b"".join(place.logs(name)) == whole
    assert b"".join(place.logs(name, follow=True, container="main")) == whole
    assert b"".join(place.logs(name, tail=2)) == b"got typed\n\xff no newline"
    with pytest.raises(RefusedError, match='previous terminated container "main" in pod "attached" not found'):
        list(place.logs(name, previous=True))


def test_connect(place: KubeCluster, pod: str) -> None:
    with place.connect(pod, "", 8080) as connection:
        connection.settimeout(10)
        connection.sendall(b"hi\n")
        assert connection.makefile("rb").read() == b"hi hi\n"
    with place.connect(pod, "", 8080) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(10)
        connection.sendall(b"late\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.makefile("rb").read() == b"late late\n"
    with place.connect(pod, "", 9) as connection:
        connection.settimeout(10)
        with pytest.raises(ConnectionRefusedError, match="connection refused"):
            connection.recv(1)
    with pytest.raises(NotFoundError, match='pods "nobody" not found'):
        place.connect("nobody", "", 8080)


def test_all_of_it_through_a_proxy_that_wants_a_login(place: KubeCluster, pod: str, lab: State, tmp_path: Path) -> None:
    proxy = Proxy("me:secret")
    config = yaml.safe_load(Path(lab.kubeconfig).read_text())
    config["clusters"][0]["cluster"]["proxy-url"] = f"http://me:secret@127.0.0.1:{proxy.port}"
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(config))
    kube = connect({"KUBECONFIG": str(file)}, namespace=place.namespace, on_warning=lambda _: None)
    assert kube.get(POD, pod)["metadata"]["name"] == pod
    assert finish(kube.exec(pod, "", ["echo", "hi"])) == (b"hi\n", b"", 0)
    assert proxy.asked == [f"CONNECT {lab.api_server.removeprefix('https://')}"] * 2
    proxy.close()


class Proxy:
    """A proxy for TLS, on loopback; ``asked`` are the requests with the right login."""

    def __init__(self, login: str) -> None:
        self._expected = f"Basic {base64.b64encode(login.encode()).decode()}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        first, *lines = head.decode().split("\r\n")
        if f"Proxy-Authorization: {self._expected}".lower() not in (line.lower() for line in lines):
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            connection.close()
            return
        self.asked.append(first.rpartition(" ")[0])
        host, _, port = first.split()[1].partition(":")
        onward = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for source, target in ((connection, onward), (onward, connection)):
            threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
