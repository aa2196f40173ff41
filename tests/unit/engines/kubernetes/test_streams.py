"""Programs and ports in pods, over websockets that talk as a test wrote it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading

import pytest

from kubia_cli.errors import (
    ContainerStartError,
    DeniedError,
    KubiaError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from kubia_cli.model.program import ProgramStream
from tests.unit.engines.kubernetes.scripted import Open, Peer, answer, raw, status, websocket


def ended(peer: Peer, code: int = 0) -> None:
    if code == 0:
        peer.status(status="Success")
    else:
        causes = [{"reason": "ExitCode", "message": str(code)}]
        peer.status(status="Failure", reason="NonZeroExitCode", details={"causes": causes})
    peer.frame(8, b"\x03\xe8")


def output(program: ProgramStream) -> list[tuple[int, bytes]]:
    """All that a program writes, to its end; then the connection is closed."""
    pieces = []
    with contextlib.closing(program):
        while (piece := program.read()) is not None:
            pieces.append(piece)
    return pieces


def test_exec(cluster: Open) -> None:
    heard: list[tuple[int, bytes]] = []

    def talk(peer: Peer) -> None:
        peer.send(1, b"")  # the kubelet's first message: it is connected
        heard.extend(peer.receive() for _ in range(3))
        peer.send(1, b"out")
        peer.frame(9, b"ping")
        heard.append(peer.receive())
        peer.send(2, b"err")
        peer.frame(2, b"\x01begun, ", last=False)
        peer.frame(0, b"ended")
        ended(peer, 3)

    with cluster(websocket(talk)) as (kube, server):
        program = kube.exec("kubia", "", ["sh", "-c", "x" * 100_000], container="main", tty=True, stdin=True)
        program.resize(132, 43)
        program.write(b"typed\n")
        program.close_stdin()
        assert output(program) == [(1, b"out"), (2, b"err"), (1, b"begun, "), (1, b"ended")]
        assert program.exit_code() == 3
    asked = server.asked[0]
    assert asked.path == "/api/v1/namespaces/dev/pods/kubia/exec"
    assert asked.query == {
        "command": ["sh", "-c", "x" * 100_000],
        "container": ["main"],
        "stdin": ["true"],
        "stdout": ["true"],
        "tty": ["true"],
    }
    assert asked.headers["sec-websocket-protocol"] == "v5.channel.k8s.io, v4.channel.k8s.io"
    assert heard == [(2, b'\x04{"Width": 132, "Height": 43}'), (2, b"\0typed\n"), (2, b"\xff\0"), (10, b"ping")]


def test_frames_may_come_with_the_head(cluster: Open) -> None:
    with cluster(websocket(ended, early=b"\x82\x06\x01early")) as (kube, _):
        program = kube.exec("kubia", "", ["true"])
        assert output(program) == [(1, b"early")]
        assert program.exit_code() == 0


def test_input_waits_for_a_program_that_writes_first(cluster: Open) -> None:
    """Neither side's full pipe may keep the other side's bytes from being read."""
    blob = os.urandom(4 << 20)

    def talk(peer: Peer) -> None:
        for start in range(0, len(blob), 65536):
            peer.send(1, blob[start : start + 65536])
        count = 0
        while count < len(blob):
            count += len(peer.receive()[1]) - 1
        ended(peer)

    with cluster(websocket(talk)) as (kube, _):
        program = kube.exec("kubia", "", ["cat"], stdin=True)
        writer = threading.Thread(target=program.write, args=(blob,), daemon=True)
        writer.start()
        assert b"".join(data for _, data in output(program)) == blob
        writer.join()
        assert program.exit_code() == 0


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('exec: "nope": executable file not found in $PATH: unknown', 127),
        ("exec: /nope: stat /nope: no such file or directory", 127),
        ('exec: "/etc/passwd": permission denied: unknown', 126),
        ("something else", 125),
    ],
)
def test_a_program_that_cannot_be_run(cluster: Open, message: str, code: int) -> None:
    def talk(peer: Peer) -> None:
        peer.status(kind="Status", status="Failure", reason="InternalError", code=500, message=message)

    with cluster(websocket(talk)) as (kube, _):
        program = kube.exec("kubia", "", ["nope"])
        assert output(program) == []
        with pytest.raises(ContainerStartError) as caught:
            program.exit_code()
    assert (caught.value.exit_code, caught.value.said) == (code, message)


def test_a_connection_that_ends_without_a_word(cluster: Open) -> None:
    with cluster(websocket(lambda peer: peer.send(1, b"half"))) as (kube, _):
        program = kube.exec("kubia", "", ["true"], stdin=True)
        assert output(program) == [(1, b"half")]
        program.write(b"nobody reads this")
        with pytest.raises(UnreachableError) as caught:
            program.exit_code()
    assert (caught.value.code, caught.value.state) == ("cluster.broken-off", "the program may still run")


def test_a_server_that_cannot_be_told_the_end_of_input(cluster: Open) -> None:
    with cluster(websocket(Peer.wait, "v4.channel.k8s.io")) as (kube, _):
        program = kube.exec("kubia", "", ["cat"], stdin=True)
        with pytest.raises(RefusedError) as caught:
            program.close_stdin()
        program.close()
        assert program.read() is None
    assert caught.value.code == "exec.stdin-open"


@pytest.mark.parametrize(
    ("script", "expected", "code"),
    [
        (status(403, "Forbidden", 'forbidden: User "dev" cannot'), DeniedError, "cluster.forbidden"),
        (status(404, "NotFound", "gone", details={"name": "kubia"}), NotFoundError, "object.not-found"),
        (answer(b"<h1>Log in</h1>", content_type="text/html"), UnreachableError, "cluster.not-kubernetes"),
        (raw(b""), UnknownOutcomeError, "cluster.unknown-outcome"),
        (
            raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
            UnknownOutcomeError,
            "cluster.unknown-outcome",
        ),
    ],
)
def test_a_refused_handshake(cluster: Open, script: object, expected: type[KubiaError], code: str) -> None:
    with cluster(script) as (kube, server), pytest.raises(expected) as caught:  # type: ignore[arg-type]
        kube.exec("kubia", "", ["true"])
    assert caught.value.code == code
    assert len(server.asked) == 1


def pod(status: str, container_id: str, **more: object) -> dict[str, object]:
    ran = {"name": "main", "state": {status: {"containerID": container_id, **more}}, "containerID": container_id}
    return {"kind": "Pod", "metadata": {"resourceVersion": "7"}, "status": {"containerStatuses": [ran]}}


def test_attach_learns_the_exit_code_from_the_pod(cluster: Open) -> None:
    listed = {"kind": "PodList", "metadata": {"resourceVersion": "7"}, "items": [pod("running", "c1")]}
    change = json.dumps({"type": "MODIFIED", "object": pod("terminated", "c1", exitCode=4)}).encode() + b"\n"
    scripts = [answer(pod("running", "c1")), websocket(ended), answer(listed), answer(change)]
    with cluster(*scripts) as (kube, server):
        program = kube.attach("kubia", "")
        assert output(program) == []
        assert program.exit_code() == 4
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["kubia", "attach", "pods", "pods"]
    assert server.asked[1].query == {"stdout": ["true"], "stderr": ["true"]}


def port(peer: Peer, number: int = 8080) -> None:
    for channel in (0, 1):
        peer.send(channel, number.to_bytes(2, "little"))


def test_a_port_is_a_socket(cluster: Open) -> None:
    def talk(peer: Peer) -> None:
        port(peer)
        peer.send(0, b"you said " + peer.receive()[1][1:])
        assert peer.receive()[0] == 8

    opened = cluster(websocket(talk, "v4.channel.k8s.io"))
    with opened as (kube, server), kube.connect("kubia", "", 8080) as connection:
        connection.settimeout(5)
        connection.sendall(b"hello")
        with connection.makefile("rb") as reader:
            assert reader.read(14) == b"you said hello"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert server.asked[0].path == "/api/v1/namespaces/dev/pods/kubia/portforward"
    assert server.asked[0].query == {"ports": ["8080"]}


def test_half_a_connection_still_hears_the_answer(cluster: Open) -> None:
    def talk(peer: Peer) -> None:
        port(peer)
        peer.receive()
        threading.Event().wait(0.3)
        peer.send(0, b"late")

    opened = cluster(websocket(talk, "v4.channel.k8s.io"))
    with opened as (kube, _), kube.connect("kubia", "", 8080) as connection:
        connection.settimeout(5)
        connection.sendall(b"hello")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(10) == b"late"
        assert connection.recv(10) == b""


@pytest.mark.parametrize(("sent", "expected"), [(b"", ConnectionRefusedError), (b"x", ConnectionResetError)])
def test_the_kubelet_s_complaint(cluster: Open, sent: bytes, expected: type[OSError]) -> None:
    def talk(peer: Peer) -> None:
        port(peer)
        if sent:
            peer.send(0, sent)
        peer.send(1, b"connect: connection refused")

    opened = cluster(websocket(talk, "v4.channel.k8s.io"))
    with opened as (kube, _), kube.connect("kubia", "", 8080) as connection:
        connection.settimeout(5)
        with connection.makefile("rb", 0) as reader:
            assert reader.read(len(sent)) == sent
        with pytest.raises(expected, match="connect: connection refused"):
            connection.recv(10)
