"""Connections to an engine: TLS that closes one half, ssh, and what cannot be reached."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubia_cli.engines.docker.dial import dial
from kubia_cli.engines.docker.endpoint import Tls, parse_host
from kubia_cli.engines.docker.engine import connect
from kubia_cli.errors import LocalError, NotFoundError, UnreachableError
from tests.unit.engines.docker.daemon import Answer, daemon


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    place = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "ca.pem")]
    subprocess.run(["openssl", *words.split(), *files], check=True, capture_output=True)
    return place


@contextmanager
def echoing(authority: Path) -> Iterator[str]:
    """A TLS server that sends back in capitals what it gets, and goes on sending after its client's end."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "ca.pem", authority / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                while piece := connection.recv(65536):
                    connection.sendall(piece.upper())
                connection.sendall(b" and more")

    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_over_tls_one_half_is_closed_and_the_other_goes_on(authority: Path) -> None:
    with echoing(authority) as host, dial(parse_host(host, Tls(ca=str(authority / "ca.pem"))), 5) as connection:

        def send() -> None:
            connection.sendall(b"x" * 3_000_000)
            connection.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        assert everything(connection) == b"X" * 3_000_000 + b" and more"
        sender.join()


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(authority: Path, tmp_path: Path) -> None:
    with echoing(authority) as host:
        docker = connect({"DOCKER_HOST": host, "DOCKER_TLS_VERIFY": "1", "HOME": str(tmp_path)})
        with pytest.raises(UnreachableError) as caught:
            docker.version()

    assert caught.value.code == "docker.tls"
    assert caught.value.message == f"no safe connection to the Docker daemon at {host}"
    assert caught.value.said == "self-signed certificate"


def test_ssh_runs_dial_stdio_with_the_users_own_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\ncat; echo " and more"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")  # where ssh is looked up

    with dial(parse_host("ssh://me@far:2222"), 5) as connection:
        connection.sendall(b"hello")
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == b"hello and more\n"
    words = "-o ConnectTimeout=30 -T -l me -p 2222 -- far docker system dial-stdio\n"
    assert (tmp_path / "words").read_text() == words


def test_an_ssh_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    docker = connect({"DOCKER_HOST": "ssh://me@far:2222", "HOME": str(tmp_path)})

    with pytest.raises(UnreachableError) as caught:
        docker.version()
    assert caught.value.message == "cannot connect to the Docker daemon at ssh://me@far:2222; is it running?"
    assert caught.value.fix == "ssh ssh://me@far:2222 docker version"

    ssh.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableError) as caught:
        docker.version()
    assert caught.value.said == "ssh: No such file or directory"


@pytest.fixture
def no_daemon(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}


def test_no_daemon(no_daemon: dict[str, str]) -> None:
    with pytest.raises(UnreachableError) as caught:
        connect(no_daemon).version()

    host = no_daemon["DOCKER_HOST"]
    assert (caught.value.exit_code, caught.value.code) == (10, "docker.unreachable")
    assert caught.value.message == f"cannot connect to the Docker daemon at {host}; is it running?"
    assert caught.value.fix == "sudo systemctl start docker"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user than root, which it becomes for a moment")
def test_no_permission_for_the_socket(no_daemon: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "none.sock"
    for above in [tmp_path, *tmp_path.parents][:-2]:
        above.chmod(above.stat().st_mode | 0o001)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0o600)
        docker = connect(no_daemon)
        os.seteuid(65534)
        try:
            with pytest.raises(UnreachableError) as caught:
                docker.version()
        finally:
            os.seteuid(0)

    assert caught.value.message == f"permission denied for the Docker daemon's socket at unix://{path}"
    assert caught.value.fix == "sudo usermod --append --groups docker $USER"


def test_a_daemon_that_closes_or_speaks_nonsense(tmp_path: Path) -> None:
    for words, code in ((b"", "docker.broken-off"), (b"SSH-2.0-OpenSSH\r\n", "docker.broken-off")):
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve(listener: socket.socket = listener, words: bytes = words) -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(words)

            thread = threading.Thread(target=serve)
            thread.start()
            host = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            with pytest.raises(UnreachableError) as caught:
                connect({"DOCKER_HOST": host, "HOME": str(tmp_path)}).version()
            thread.join()
        assert caught.value.code == code


def test_the_api_version_is_negotiated_or_given(tmp_path: Path) -> None:
    for engine, given, spoken in (
        ({"ApiVersion": "1.41", "MinAPIVersion": "1.12"}, "", "1.41"),
        ({"ApiVersion": "1.99", "MinAPIVersion": "1.24"}, "", "1.47"),
        ({"ApiVersion": "1.99", "MinAPIVersion": "1.60"}, "", "1.60"),
        ({"ApiVersion": "1.41"}, "1.40", "1.40"),
    ):
        with daemon({"GET /version": Answer(engine)}) as running:
            env = {"DOCKER_HOST": running.host, "HOME": str(tmp_path), "DOCKER_API_VERSION": given}
            with contextlib.suppress(NotFoundError):
                connect(env).container("x")
        path = "/containers/x/json" if spoken == "1.41" else f"/v{spoken}/containers/x/json"
        assert running.asked[-1].path == path

    with pytest.raises(LocalError, match="DOCKER_API_VERSION=new is no version such as"):
        connect({"DOCKER_API_VERSION": "new", "HOME": str(tmp_path)}).version()
